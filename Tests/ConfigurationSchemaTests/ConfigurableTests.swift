import ConfigurationSchema
import JSONText
import Testing

struct ConfigurableTests {
    @Test func `every kind of setting is read`() throws {
        let (section, findings) = try readSample(
            """
            {"count": 7, "ratio": 0.25, "is_on": true, "title": "t", "password": "p", "certificate": "/c.pem",
             "colour": "dark_blue", "level": "red", "pause_seconds": 1.5, "tick_ms": 30, "nanos": 5,
             "words": ["a", "b"], "names": {"x": "1"}, "lists": {"x": ["1", "2"], "y": "3"},
             "inner": {"size": 4}, "needy": {"name": "n"}, "many": {"a": {"size": 2}, "b": {}},
             "open": {"a": "b", "c": 1e3, "d": true, "e": 0.5}, "opaque": {"x": [1]}}
            """
        )
        #expect(findings.isEmpty)
        var expected = SampleSection()
        (expected.count, expected.ratio, expected.isOn, expected.title) = (7, 0.25, true, "t")
        (expected.password, expected.certificate) = (Secret("p"), "/c.pem")
        (expected.colour, expected.level) = (.darkBlue, .red)
        (expected.pause, expected.tick, expected.nanos) = (.milliseconds(1500), .milliseconds(30), .nanoseconds(5))
        (expected.words, expected.names, expected.lists) = (["a", "b"], ["x": "1"], ["x": ["1", "2"], "y": ["3"]])
        expected.inner.size = 4
        expected.needy = SampleSection.Needy()
        expected.needy?.name = "n"
        var two = SampleSection.Inner()
        two.size = 2
        expected.many = ["a": two, "b": SampleSection.Inner()]
        expected.open = ["a": "b", "c": "1000", "d": "true", "e": "0.5"]
        expected.hasOpaque = true
        #expect(section == expected)
    }

    @Test func `nothing given means the defaults`() throws {
        #expect(try readSample("{}").section == SampleSection())
        #expect(try readSample("{}").findings.isEmpty)
        let nulls = try readSample(#"{"count": null, "inner": null, "needy": null, "open": null, "words": null}"#)
        #expect(nulls.section == SampleSection())
        #expect(nulls.findings.isEmpty)
    }

    @Test(arguments: [
        (#"{"count": "7"}"#, "count", "wrong_type", "write 7 without quotes"),
        (#"{"count": 7.5}"#, "count", "wrong_type", "write it without point and exponent"),
        (#"{"count": 101}"#, "count", "out_of_range", "choose a value from 0 to 100"),
        (#"{"count": 99999999999999999999}"#, "count", "out_of_range", "choose a value from 0 to 100"),
        (#"{"ratio": "0.5"}"#, "ratio", "wrong_type", "remove the quotes"),
        (#"{"ratio": 2}"#, "ratio", "out_of_range", "choose a value from 0.0 to 1.0"),
        (#"{"ratio": 1e999}"#, "ratio", "out_of_range", "choose a value from 0.0 to 1.0"),
        (#"{"is_on": "True"}"#, "is_on", "wrong_type", "write true without quotes"),
        (#"{"is_on": 0}"#, "is_on", "wrong_type", "write false without quotes"),
        (#"{"title": 5}"#, "title", "wrong_type", "write \"5\", with quotes"),
        (#"{"title": "bad"}"#, "title", "malformed", "write a good one"),
        (#"{"password": 12345}"#, "password", "wrong_type", "write it in double quotes"),
        (#"{"certificate": "~/c.pem"}"#, "certificate", "malformed", "write the whole path, from /"),
        (#"{"colour": "rot"}"#, "colour", "not_allowed", "choose \"red\", \"green\" or \"dark_blue\""),
        (#"{"colour": "gren"}"#, "colour", "not_allowed", "did you mean \"green\"?"),
        (#"{"pause_seconds": 61}"#, "pause_seconds", "out_of_range", "choose a value from 0 to 60 seconds"),
        (
            #"{"pause_seconds": "2s"}"#, "pause_seconds", "wrong_type",
            "write the number of seconds without quotes and without a unit"
        ),
        (#"{"tick_ms": 0.5}"#, "tick_ms", "out_of_range", "choose a value from 0 to 1000 milliseconds"),
        (#"{"words": "a"}"#, "words", "wrong_type", "write [\"a\"]"),
        (#"{"words": ["a", 1]}"#, "words[1]", "wrong_type", "write \"1\", with quotes"),
        (#"{"words": ["a", "b", "c", "d"]}"#, "words", "out_of_range", "remove 1"),
        (#"{"names": ["a"]}"#, "names", "wrong_type", "write { \"name\": ... }"),
        (#"{"names": {"a": 1}}"#, "names.a", "wrong_type", "write \"1\", with quotes"),
        (#"{"names": {"a": "1", "a": "2"}}"#, "names.a", "duplicate_key", "remove one"),
        (#"{"lists": {"a": 1}}"#, "lists.a", "wrong_type", "write [\"...\"]"),
        (#"{"inner": 3}"#, "inner", "wrong_type", "write \"inner\": { ... }"),
        (#"{"inner": {"size": 11}}"#, "inner.size", "out_of_range", "choose a value from 1 to 10"),
        (#"{"inner": {"size": 7}}"#, "inner.size", "unusual", "write 8"),
        (#"{"needy": {}}"#, "needy.name", "missing", "add \"name\": \"...\""),
        (#"{"needy": {"name": ""}}"#, "needy.name", "empty", "write one, or remove the key"),
        (#"{"many": {"a": {"size": 0}}}"#, "many.a.size", "out_of_range", "choose a value from 1 to 10"),
        (#"{"open": {"a": {}}}"#, "open.a", "wrong_type", "write one value"),
        (#"{"opaque": 1}"#, "opaque", "wrong_type", "write { \"name\": ... }"),
        (#"{"cuont": 1}"#, "cuont", "unknown_key", "did you mean \"count\"?"),
        (#"{"size": 1}"#, "size", "unknown_key", "did you mean inner.size?"),
        (#"{"count": 1, "COUNT": 2}"#, "count", "duplicate_key", "remove one"),
    ])
    func `each mistake has its own error`(text: String, path: String, code: String, remedy: String) throws {
        let errors = try readSample(text).findings.filter { $0.severity == .error }
        #expect(errors.map(\.path) == [path])
        #expect(errors.first?.code.text == code)
        #expect(errors.first?.remedy == remedy)
        #expect(errors.first?.position != nil)
        #expect(errors.first.map { $0.reason.hasSuffix(".") } == true)
    }

    @Test(arguments: [
        (#"{"Count": 5}"#, "Count", "key_spelling", "write \"count\""),
        (#"{"level": "loud"}"#, "level", "not_allowed", "choose \"red\", \"green\" or \"dark_blue\""),
        (#"{"old": [1]}"#, "old", "legacy_key", "remove it"),
    ])
    func `what is accepted all the same is a warning`(text: String, path: String, code: String, remedy: String) throws {
        let findings = try readSample(text).findings
        #expect(findings.map(\.path) == [path])
        #expect(findings.first?.severity == .warning)
        #expect(findings.first?.code.text == code)
        #expect(findings.first?.remedy == remedy)
    }

    @Test func `the exact key wins over one in another case, as in the reference server`() throws {
        #expect(try readSample(#"{"Count": 5}"#).section.count == 5)
        #expect(try readSample(#"{"colour": "NAVY"}"#).section.colour == .darkBlue)
    }

    @Test func `findings come in the order of the file`() throws {
        let findings = try readSample(
            """
            {"is_on": 1, "inner": {"label": 2, "size": 99},
             "count": -1, "zzz": 0, "needy": {}}
            """
        ).findings
        #expect(findings.map(\.path) == ["is_on", "inner.label", "inner.size", "count", "zzz", "needy.name"])
        #expect(findings.map { $0.position?.line } == [1, 1, 1, 2, 2, 2])
    }

    @Test func `keys written as comments are left alone`() throws {
        let (section, findings) = try readSample(##"{"_note": 1, "//": "x", "# old": [], "$schema": "y", "count": 2}"##)
        #expect(findings.isEmpty)
        #expect(section.count == 2)
    }

    @Test func `the environment wins over the file, inside absent sections too`() throws {
        let environment = [
            "SAMPLE_COUNT": "9", "SAMPLE_ON": "T", "SAMPLE_PASSWORD": "from outside", "SAMPLE_LABEL": "outer",
        ]
        let section = try readSample(#"{"count": 1, "password": "inside"}"#, environment: environment).section
        #expect(section.count == 9)
        #expect(section.isOn)
        #expect(section.password.revealed == "from outside")
        #expect(section.inner.label == "outer")
        #expect(try readSample("{}", environment: ["SAMPLE_COUNT": ""]).section.count == 1)
    }

    @Test func `a bad variable is an error that names it`() throws {
        let findings = try readSample("{}", environment: ["SAMPLE_ON": "maybe", "SAMPLE_COUNT": "1000"]).findings
        #expect(findings.map(\.path) == ["$SAMPLE_COUNT", "$SAMPLE_ON"])
        #expect(findings.allSatisfy { $0.severity == .error && $0.position == nil })
        #expect(findings.last?.problem == "expected true or false, found \"maybe\"")
    }

    @Test func `no message ever shows a secret`() throws {
        let secret = "hunter2-hunter2"
        let texts = [
            #"{"password": "\#(secret)", "count": "x"}"#, #"{"password": ["\#(secret)"]}"#,
            #"{"open": {"my.secret": ["\#(secret)"]}}"#,
        ]
        for text in texts {
            let (section, findings) = try readSample(text)
            let report = ConfigurationReport(fileName: "f", findings: findings)
            #expect(!report.text.contains(secret))
            #expect(!report.json.contains(secret))
            #expect(!"\(section)".contains(secret))
            #expect(!String(reflecting: section).contains(secret))
        }
        let (section, _) = try readSample(#"{"password": "\#(secret)", "open": {"my.secret": "\#(secret)", "a": "b"}}"#)
        let masked = JSONLayout.line(of: section.tree(revealingSecrets: false))
        #expect(!masked.contains(secret))
        #expect(masked.contains(#""password":"<secret>""#))
        #expect(JSONLayout.line(of: section.tree(revealingSecrets: true)).contains(secret))
    }

    @Test func `every stored property has a row`() {
        let properties = Mirror(reflecting: SampleSection()).children.count
        #expect(Set(SampleSection.settings.compactMap { $0.property as AnyKeyPath? }).count == properties)
    }
}
