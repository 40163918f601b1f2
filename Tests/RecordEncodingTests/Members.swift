import JSONText
import Testing

enum Members {
    /// The members of an object as compact text, by name; a name that comes twice is an error.
    static func split(_ json: String) throws -> [String: String] {
        let members = try #require(try JSONReader.read(json).root.members)
        #expect(Set(members.map(\.name)).count == members.count)
        return Dictionary(uniqueKeysWithValues: members.map { ($0.name, compact($0.value)) })
    }
}
