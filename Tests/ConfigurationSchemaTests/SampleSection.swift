import ConfigurationSchema
import JSONText

/// One setting of every kind, for the tests of the rows.
struct SampleSection: Configurable, Hashable {
    enum Colour: String, CaseIterable, Sendable { case red, green, darkBlue = "dark_blue" }

    struct Inner: Configurable, Hashable {
        var size = 3
        var label = ""

        init() {}

        static let settings: [Setting<Self>] = [
            .wholeNumber("size", \.size, in: 1...10, "How big."),
            .text("label", \.label, "What it says.").environment("SAMPLE_LABEL"),
        ]

        func examine(at path: String, _ reader: inout SettingReader) {
            guard size == 7 else { return }
            reader.report(.unusual, at: "\(path).size", problem: "seven", reason: "Odd.", remedy: "write 8")
        }
    }

    struct Needy: Configurable, Hashable {
        var name = ""

        init() {}

        static let settings: [Setting<Self>] = [.text("name", \.name, mayBeEmpty: false, "The name.").required()]
    }

    var count = 1
    var ratio = 0.5
    var isOn = false
    var title = "none"
    var password = Secret.none
    var certificate = ""
    var colour = Colour.red
    var level = Colour.green
    var pause = Duration.seconds(2)
    var tick = Duration.milliseconds(20)
    var nanos = Duration.zero
    var words: [String] = []
    var names: [String: String] = [:]
    var lists: [String: [String]] = [:]
    var inner = Inner()
    var needy: Needy?
    var many: [String: Inner] = [:]
    var open: [String: String]?
    var hasOpaque = false

    init() {}

    static let settings: [Setting<Self>] = [
        .wholeNumber("count", \.count, in: 0...100, "How many.").environment("SAMPLE_COUNT"),
        .decimal("ratio", \.ratio, in: 0...1, "How much."),
        .flag("is_on", \.isOn, "Whether.").environment("SAMPLE_ON"),
        .text(
            "title",
            \.title,
            check: { $0 == "bad" ? TextComplaint("a bad title", remedy: "write a good one") : nil },
            "What it is called."
        )
        .example("\"Sample\""),
        .secret("password", \.password, "The password.").environment("SAMPLE_PASSWORD"),
        .path("certificate", \.certificate, "The certificate's file."),
        .choice("colour", \.colour, synonyms: ["navy": .darkBlue], "The colour."),
        .choice("level", \.level, fallback: .green, "The level."),
        .duration("pause_seconds", \.pause, unit: .seconds, in: .zero ... .seconds(60), "The pause."),
        .duration("tick_ms", \.tick, unit: .milliseconds, in: .zero ... .seconds(1), "The tick."),
        .duration("nanos", \.nanos, unit: .nanoseconds, in: .zero ... .seconds(1), "Very short."),
        .texts("words", \.words, atMost: 3, "Some words."),
        .textByName("names", \.names, "Names."),
        .textsByName("lists", \.lists, single: true, "Lists."),
        .section("inner", \.inner, "The inner one."),
        .optionalSection("needy", \.needy, "The needy one."),
        .sections("many", \.many, "Several."),
        .open("open", \.open, isSecret: { $0.contains("secret") }, "Anything."),
        .opaque("opaque", \.hasOpaque, "Unread."),
        .legacy("old", "Nothing reads it now.", remedy: "remove it"),
    ]
}

/// The section that a text makes, with what was found, as `path: code: problem -> remedy`.
func readSample(
    _ text: String,
    environment: [String: String] = [:]
) throws -> (section: SampleSection, findings: [ConfigurationFinding]) {
    var reader = SettingReader(environment: environment, allPaths: SampleSection.paths)
    let section = SampleSection.read(try JSONReader.read(text).root, at: "", &reader)
    return (section, reader.findingsInFileOrder)
}
