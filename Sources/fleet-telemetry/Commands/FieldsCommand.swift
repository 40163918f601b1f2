internal import CommandLineInterface
internal import TelemetryModel
internal import TextCodec

/// `fields`: what is known of the fields that vehicles send.
enum FieldsCommand: Command {
    private static let category = Option<String?>.text(
        "category",
        "C",
        "Only of this category: Driving, Charging, Default"
    )
    private static let json = Option.flag("json", "A JSON object for each field, on a line of its own")

    static let specification = CommandSpecification(
        name: "fields",
        summary: "Say what is known of the fields that vehicles send",
        discussion: """
            Without NAME a line for each field; with names, or numbers, everything that is known of these. A range is
            what a healthy vehicle sends; where it is from stands behind it.
            """,
        arguments: [
            ArgumentSpecification(
                "NAME",
                .any,
                kind: .likely(FieldCatalogue.fields.map(\.name)),
                "A field's name, e.g. VehicleSpeed, or its number"
            )
        ],
        options: [category.specification, json.specification],
        examples: [
            .init("\(Program.name) fields --category Driving", "The fields of a category."),
            .init("\(Program.name) fields VehicleSpeed Gear", "All about two fields."),
        ]
    )

    static func run(_ command: ParsedCommand) -> ExitCode {
        var fields = FieldCatalogue.fields
        if !command.arguments.isEmpty {
            guard let named = named(command.arguments) else { return .usage }
            fields = named
        }
        if let name = command[category] {
            guard let category = FieldCategory(name: name) else {
                let known = FieldCategory.allCases.map(\.name)
                let near = Suggestion.nearest(to: name, among: known).map { "did you mean '\($0)'? There" } ?? "there"
                Console.complain(
                    "fields: --category \(name): no such category; \(near) are \(known.joined(separator: ", "))"
                )
                return .usage
            }
            fields.removeAll { $0.category != category }
        }
        let listing = FieldListing(fields)
        if command[json] { return Console.print(listing.jsonLines) }
        return Console.print(command.arguments.isEmpty ? listing.table : listing.descriptions)
    }

    /// - Returns: nil after saying of each unknown name what was probably meant.
    private static func named(_ words: [String]) -> [FieldFacts]? {
        var found: [FieldFacts] = []
        for word in words {
            if let facts = FieldCatalogue.facts(named: word)
                ?? Int32(word).flatMap({ FieldCatalogue.facts(of: Field(number: $0)) })
            {
                found.append(facts)
                continue
            }
            let near = Suggestion.nearest(to: word, among: FieldCatalogue.fields.lazy.map(\.name))
            let remedy = near.map { "did you mean '\($0)'?" } ?? "'\(Program.name) fields' lists all"
            Console.complain("fields: there is no field '\(word)'; \(remedy)")
        }
        return found.count == words.count ? found : nil
    }
}
