import CommandLineInterface

/// A small program that has one of everything.
enum Sample {
    enum Speed: String, CaseIterable, Sendable { case slow, fast, faster }

    static let config = Option.requiredFile("config", "FILE", acceptsSingleDash: true, "The configuration")
    static let record = Option<String?>.file("record", "FILE", otherNames: ["keep"], "Where frames are kept")
    static let pace = Option<Speed?>.choice("pace", without: "none", "It's a [bracket]: 100% `odd` \\ \"text\"")
    static let vins = Option.texts("vin", "VIN", isRequired: true, "A vehicle")
    static let days = Option<Int>.integer("days", "N", in: 1...3650, default: 30, "How long it holds")
    static let offset = Option<Int?>.integer("offset", "N", in: -10...10, "Where to begin")
    static let rate = Option.decimal("rate", "R", in: 0.1...1000, without: "as fast as acks allow", "Per second")
    static let rsa = Option.flag("rsa", "RSA keys")
    static let speed = Option<Speed>.choice("speed", default: .slow, "How fast")

    static let serve = CommandSpecification(
        name: "serve",
        summary: "Run the receiver",
        options: [config.specification, record.specification],
        examples: [.init("sample serve --config server.json", "Runs in the foreground.")]
    )
    static let demo = CommandSpecification(
        name: "demo",
        summary: "Make certificates",
        options: [
            vins.specification, days.specification, offset.specification, rate.specification, rsa.specification,
            speed.specification,
        ],
        examples: [.init("sample certs demo --vin A", "Makes one.")]
    )
    static let decode = CommandSpecification(
        name: "decode",
        summary: "Show frames",
        arguments: [ArgumentSpecification("FILE", .one, kind: .file, "Frames, or - for standard input")],
        options: [pace.specification],
        examples: [.init("sample decode frames.hex", "Prints JSON.")]
    )
    static let join = CommandSpecification(
        name: "join",
        summary: "Join files",
        arguments: [ArgumentSpecification("OUT", .one, "Result"), ArgumentSpecification("FILE", .oneOrMore, "Parts")],
        examples: [.init("sample join all a b", "Joins a and b.")],
        exits: .monitoring
    )
    static let explainHow = ArgumentSpecification("HOW", .optional, kind: .choice(["short", "long"]), "How")
    static let tell = CommandSpecification(
        name: "tell",
        summary: "Tell something",
        discussion: ".dots and 'quotes' at the beginning — and a dash.",
        arguments: [explainHow],
        examples: [.init("sample tell short", "In short.")]
    )
    static let explain = CommandSpecification(
        name: "explain",
        summary: "Explain a code",
        arguments: [ArgumentSpecification("CODE", .optional, "What to explain")],
        examples: [.init("sample explain", "Lists all codes.")]
    )
    static let list = CommandSpecification(
        name: "list",
        summary: "List codes",
        arguments: [ArgumentSpecification("CODE", .any, "Only these")],
        examples: [.init("sample list", "Lists all codes.")]
    )
    static let certs = CommandSpecification(
        name: "certs",
        summary: "Make and inspect certificates",
        subcommands: [demo],
        examples: [.init("sample certs demo --vin A", "Makes one.")]
    )
    /// Runs by itself, and has a command inside.
    static let doctor = CommandSpecification(
        name: "doctor",
        summary: "Look for causes",
        options: [rsa.specification],
        subcommands: [
            CommandSpecification(
                name: "cert",
                summary: "Look at a certificate",
                arguments: [ArgumentSpecification("WORDS", .any, "What to look at")],
                examples: [.init("sample doctor cert a.pem", "Looks.")]
            )
        ],
        examples: [.init("sample doctor --rsa", "Looks.")]
    )
    static let program = CommandSpecification(
        name: "sample",
        summary: "A sample",
        subcommands: [serve, certs, decode, join, explain, list, tell, doctor],
        examples: [.init("sample serve --config server.json", "Runs.")]
    )

    static func parse(_ line: String) throws(UsageError) -> Invocation {
        try CommandLineParser(program: program).parse(line.split(separator: " ").map(String.init))
    }

    static func command(_ line: String) throws -> ParsedCommand? {
        if case .run(let command) = try parse(line) { command } else { nil }
    }

    static func problem(_ line: String) -> UsageError? {
        do {
            _ = try parse(line)
            return nil
        } catch {
            return error
        }
    }
}
