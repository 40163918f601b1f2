import ConfigurationSchema
import JSONText
import Testing

struct ConfigurationReferenceTests {
    @Test func `the reference shows range, default and variable of a setting`() {
        let lines = SampleSection.reference().split(separator: "\n").map(String.init)
        #expect(lines.contains("| `count` | whole number, 0 to 100 | `1` | `SAMPLE_COUNT` | How many. |"))
        #expect(lines.contains("| `password` | secret text | – | `SAMPLE_PASSWORD` | The password. |"))
        #expect(lines.contains("| `colour` | `red`, `green`, `dark_blue` | `\"red\"` | – | The colour. |"))
        #expect(lines.contains("| `pause_seconds` | seconds, 0 to 60 | `2` | – | The pause. |"))
        #expect(lines.contains("| `needy.name` | text | required | – | The name. |"))
        #expect(lines.contains("| `many.<name>.size` | whole number, 1 to 10 | `3` | – | How big. |"))
    }

    @Test func `the schema says what a value may be`() throws {
        let schema = SampleSection.jsonSchema(title: "Sample")
        let properties = try #require(schema["properties"])
        #expect(schema["additionalProperties"]?.flag == false)
        #expect(properties["count"]?["type"]?.elements?.compactMap(\.text) == ["integer", "null"])
        #expect(properties["count"]?["maximum"]?.wholeNumber == 100)
        #expect(properties["count"]?["default"]?.wholeNumber == 1)
        #expect(properties["tick_ms"]?["maximum"]?.wholeNumber == 1000)
        let colour = try #require(properties["colour"]?["anyOf"]?.elements)
        #expect(colour.first?["enum"]?.elements?.compactMap(\.text) == ["red", "green", "dark_blue"])
        #expect(properties["lists"]?["additionalProperties"]?["anyOf"]?.elements?.count == 3)
        #expect(properties["needy"]?["required"]?.elements?.compactMap(\.text) == ["name"])
        #expect(properties["password"]?["writeOnly"]?.flag == true)
        #expect(properties["old"]?["deprecated"]?.flag == true)
        #expect(try JSONReader.read(JSONLayout.text(of: schema)).trailing == nil)
    }

    @Test func `the example holds what has one, under its comment`() {
        #expect(
            SampleSection.example(heading: ["Head", ""]) == """
                // Head
                //
                {
                  // What it is called.
                  "title": "Sample"
                }

                """
        )
    }

    @Test func `a report has one line per finding and a verdict`() {
        let error = ConfigurationFinding(
            path: "a.b",
            code: .missing,
            problem: "missing",
            reason: "It is needed.",
            remedy: "add it",
            position: JSONPosition(line: 3, column: 9)
        )
        let warning = ConfigurationFinding(
            path: "",
            severity: .warning,
            code: .trailingText,
            problem: "why?",
            reason: "So.",
            remedy: "ask"
        )
        let report = ConfigurationReport(fileName: "f.json", findings: [error, warning])
        #expect(
            report.text == """
                f.json:3:9: error: a.b: missing. It is needed. Next: add it [missing FT-CFG-006]
                f.json: warning: why? So. Next: ask [trailing_text FT-CFG-002]
                f.json: 1 error, 1 warning

                """
        )
        #expect(
            report.json == #"{"file":"f.json","errors":1,"warnings":1,"findings":[{"path":"a.b","severity":"error","#
                + #""code":"missing","problem":"missing","reason":"It is needed.","remedy":"add it","#
                + #""line":3,"column":9,"symptom":"FT-CFG-006"},"#
                + #"{"path":"","severity":"warning","code":"trailing_text","problem":"why?","reason":"So.","#
                + #""remedy":"ask","symptom":"FT-CFG-002"}]}"# + "\n"
        )
        #expect(report.exitCode == 1)
        #expect(ConfigurationReport(fileName: "f", findings: [warning]).exitCode == 0)
        #expect(ConfigurationReport(fileName: "f", findings: []).text == "f: nothing to complain about\n")
        let unreadable = ConfigurationFinding(path: "", code: .unreadable, problem: "p", reason: "r.", remedy: "x")
        #expect(ConfigurationReport(fileName: "f", findings: [unreadable]).exitCode == 2)
    }

    @Test func `a line stays one line whatever a key holds`() throws {
        let findings = try readSample(#"{"a\n\u001b[31mred\u0085": 1}"#).findings
        let line = try #require(ConfigurationReport(fileName: "f", findings: findings).lines.first)
        #expect(line.hasPrefix(#"f:1:2: error: a\u{a}\u{1b}[31mred\u{85}: unknown key"#))
    }
}
