import ConfigurationSchema
import Foundation
import JSONText
import ServerAssembly
import Testing
import TelemetryFixtures

/// `config schema` and `config check` judge alike.
struct ConfigurationSchemaAgreementTests {
    static func isValid(_ value: JSONValue) -> Bool {
        accepts(ServerConfiguration.jsonSchema(title: "t"), value)
    }

    /// The words of draft 2020-12 that our schema uses.
    static func accepts(_ schema: JSONValue, _ value: JSONValue) -> Bool {
        if let all = schema.flag { return all }
        if let choices = schema["anyOf"]?.elements, !choices.contains(where: { accepts($0, value) }) { return false }
        if let types = schema["type"]?.elements ?? schema["type"].map({ [$0] }) {
            guard types.contains(where: { has($0.text ?? "", value) }) else { return false }
        }
        if let words = schema["enum"]?.elements, !words.contains(where: { $0.text == value.text }) { return false }
        if let constant = schema["const"]?.decimal, constant != value.decimal { return false }
        if let number = value.decimal {
            if let least = schema["minimum"]?.decimal, number < least { return false }
            if let most = schema["maximum"]?.decimal, number > most { return false }
        }
        if let pattern = schema["pattern"]?.text, let text = value.text, !matches(pattern, text) { return false }
        if let items = schema["items"], !(value.elements ?? []).allSatisfy({ accepts(items, $0) }) { return false }
        guard let members = value.members else { return true }
        for key in schema["required"]?.elements ?? [] where value[key.text ?? ""] == nil { return false }
        return members.allSatisfy { accepts(schema, member: $0) }
    }

    private static func accepts(_ schema: JSONValue, member: JSONMember) -> Bool {
        if let property = schema["properties"]?[member.name] { return accepts(property, member.value) }
        for pattern in schema["patternProperties"]?.members ?? [] where matches(pattern.name, member.name) {
            return accepts(pattern.value, member.value)
        }
        return schema["additionalProperties"].map { accepts($0, member.value) } ?? true
    }

    private static func has(_ type: String, _ value: JSONValue) -> Bool {
        switch type {
        case "object": value.members != nil
        case "array": value.elements != nil
        case "string": value.text != nil
        case "boolean": value.flag != nil
        case "null": value.isNull
        case "number": value.numberText != nil
        // A number without a fraction is an integer, however it is written.
        case "integer": value.decimal.map { $0 == $0.rounded() } ?? false
        default: false
        }
    }

    private static func matches(_ pattern: String, _ text: String) -> Bool {
        text.range(of: pattern, options: .regularExpression) != nil
    }

    @Test(arguments: [
        (#""log_level": "WARN""#, true), (#""log_level": "trace""#, true), (#""log_level": "panic""#, true),
        (#""log_level": "loud""#, true), (#""log_level": 5"#, false), (#""log_level": null"#, true),
        (#""compatibility": "Reference""#, true), (#""compatibility": "ours""#, false),
        (#""rate_limit": null, "monitoring": null, "kafka": null, "airbrake": null, "nats": null"#, true),
        (#""rate_limit": []"#, false), (#""status_port": 4450.0"#, true), (#""status_port": 4.45e3"#, true),
        (#""status_port": 4450.5"#, false), (#""status_port": 70000"#, false), (#""status_port": "80""#, false),
        (#""rate_limit": {"message_limit": -1, "message_interval_time": 0}"#, true),
        (#""rate_limit": {"message_interval_time": 0.5, "MessageIntervalTimeSecond": 3e9}"#, true),
        (#""monitoring": {"statsd": {"host": "h:1", "flush_period": 0}}"#, true),
        (#""monitoring": {"statsd": {"host": "h:1", "flush_period": -1}}"#, false),
        (#""monitoring": {"statsd": {"host": null}}"#, false),
        (#""records": {"V": null}"#, true), (#""records": {"V": [null]}"#, false),
        (#""reliable_ack_sources": {"V": null}"#, true),
        (#""kafka": {"a": 1, "b": true, "c": null, "d": "x"}"#, true), (#""kafka": {"a": {}}"#, false),
        (#""nats": {"a": {"b": []}}"#, true), (#""kinesis": {"streams": {"V": null}}"#, false),
        (#""$schema": "schema.json", "_note": 1, "// note": 2"#, true), (#""prot": 1"#, false),
        (#""data_connectors": [1]"#, true),
    ])
    func `one value is judged alike`(members: String, isGood: Bool) throws {
        let text = #"{"port": 4443, "tls": {"server_cert": "c", "server_key": "k"}, \#(members)}"#
        #expect(Self.isValid(try JSONReader.read(text).root) == isGood, "\(members)")
        let loaded = ServerConfiguration.read(Array(text.utf8), environment: [:])
        #expect((loaded.configuration != nil) == isGood, "\(members): \(loaded.findings.map(\.problem))")
    }

    @Test func `every fixture without errors is valid, and one of a wrong type or name is not`() throws {
        for folder in ["configurations", "bad-configs"] {
            for name in try ConfigurationFixtureTests.names(in: folder, ending: ".json") {
                let bytes = Array(try Data(contentsOf: Fixtures.url("\(folder)/\(name).json")))
                guard let document = try? JSONReader.read(bytes), document.trailing == nil else { continue }
                let findings = try ConfigurationFixtureTests.load("\(folder)/\(name).json").findings
                // Editors may insist on the documented spelling of keys.
                if findings.contains(where: { [.keySpelling, .duplicateKey].contains($0.code) }) { continue }
                let errors = findings.filter { $0.severity == .error }
                let isValid = Self.isValid(document.root)
                if errors.isEmpty { #expect(isValid, "\(name)") }
                if errors.contains(where: { [.wrongType, .unknownKey, .notAllowed].contains($0.code) }) {
                    #expect(!isValid, "\(name)")
                }
            }
        }
    }
}
