internal import CommandLineInterface

/// What can be measured, in the order in which it is.
enum Subject: String, CaseIterable {
    case start
    case fleet
    case burst
    case spool
    case spoolLatency = "spool-latency"
    case rules
    case rulesEnforced = "rules-enforce"
    case steady
    case handshakes
    case upgrades
    case idle1000 = "idle-1000"
    case idle10000 = "idle-10000"

    /// The two servers that it compares, in turns.
    var servers: (ServerKind, ServerKind) {
        switch self {
        case .spool, .spoolLatency: (.spooled, .ours)
        case .rules: (.observing, .ours)
        case .rulesEnforced: (.enforcing, .ours)
        default: (.ours, .anchor)
        }
    }

    /// What the table calls it.
    var title: String {
        switch self {
        case .start: "start: from starting the process to the first accepted connection"
        case .fleet: "fleet: 1,000 vehicles, each waits for its ack before it sends again"
        case .burst: "burst: 100 vehicles with 64 records in flight, 16 frames in one TLS record"
        case .spool: "spool: burst with a spool on disk; the second column is fleet-telemetry without one"
        case .spoolLatency: "spool-latency: 100 records/s with a spool on disk; second column without one"
        case .rules: "rules: burst with all rules observed; the second column is fleet-telemetry without rules"
        case .rulesEnforced: "rules-enforce: the same with all rules enforced"
        case .steady: "steady: 5,000 records/s over 1,000 vehicles"
        case .handshakes: "handshakes: full mutual TLS 1.3, then the vehicle goes away; 64 at a time"
        case .upgrades: "upgrades: the same with the WebSocket upgrade"
        case .idle1000: "idle-1000: 1,000 connections after handshake and upgrade, silent"
        case .idle10000: "idle-10000: 10,000 connections after handshake and upgrade, silent"
        }
    }
}

/// What the command line asked for.
struct BenchOptions {
    var seconds = 5
    var rounds = 2
    var subjects = Subject.allCases
    var isMixed = false
    var isJSON = false
    var thresholdsPath: String?
    /// Not nil: hold vehicles for so long instead of measuring.
    var soakMinutes: Int?
    /// Where `fleet-telemetry` and `c-anchor` are.
    var binaries: String

    private static let seconds = Option<Int>.integer(
        "seconds",
        "N",
        in: 1...3600,
        default: 5,
        "How long each server is measured in each round"
    )
    private static let rounds = Option<Int>.integer(
        "rounds",
        "N",
        in: 1...100,
        default: 2,
        "How often the two servers take turns"
    )
    private static let quick = Option.flag("quick", "One second and one round each, for a first look")
    private static let only = Option<String?>.text(
        "only",
        "NAME,…",
        "Measure these only: \(Subject.allCases.map(\.rawValue).joined(separator: ", "))"
    )
    private static let mixed = Option.flag(
        "mixed",
        "Records as real vehicles send them, mostly small, in place of vehicle data of 10 datums each"
    )
    private static let json = Option.flag("json", "End with one line of JSON")
    private static let check = Option.flag("check", "Exit with 1 when a ratio to c-anchor is worse than it should be")
    private static let thresholds = Option<String>.text(
        "thresholds",
        "FILE",
        default: "Tests/Benchmarks/thresholds.json",
        "What --check compares with"
    )
    private static let binaries = Option<String?>.text(
        "binaries",
        "DIR",
        "Where fleet-telemetry and c-anchor are, if not beside this program"
    )

    /// The parser knows programs with commands; this one has one, which need not be said.
    private static let program = CommandSpecification(
        name: "fleet-bench",
        summary: "Measure the server beside a minimal one in C",
        subcommands: [measure, soak],
        examples: measure.examples + soak.examples
    )

    private static let minutes = Option<Int>.integer("minutes", "N", in: 2...10_000, default: 5, "How long")
    private static let soak = CommandSpecification(
        name: "soak",
        summary: "Hold 1,000 vehicles and see whether memory grows",
        discussion: """
            Exits with 1 when the server's memory at the end differs by 5 % or more from that after the first minute, or
            when a record was lost.
            """,
        options: [minutes.specification, binaries.specification],
        examples: [.init("make soak MINUTES=60", "An hour.")]
    )

    private static let measure = CommandSpecification(
        name: "measure",
        summary: "Measure the server beside a minimal one in C",
        discussion: """
            Each figure of c-anchor is taken in the same run, in turns, because machines are noisy: trust the ratios.
            The server is pinned to one CPU, simulated vehicles to another where there is one.
            """,
        options: [
            seconds.specification, rounds.specification, quick.specification, only.specification,
            mixed.specification, json.specification, check.specification, thresholds.specification,
            binaries.specification,
        ],
        examples: [
            .init("make bench", "Everything; takes some minutes."),
            .init("make bench ARGS=\"--quick --only fleet,burst\"", "A first look at two figures."),
        ]
    )

    enum Reading {
        case options(BenchOptions)
        /// Something to print and be done.
        case text(String)
        case fault(String)
    }

    static func read(_ words: [String]) -> Reading {
        do throws(UsageError) {
            let isNamed = [measure.name, soak.name].contains(words.first)
            let command = isNamed ? words : [measure.name] + words
            switch try CommandLineParser(program: program).parse(command) {
            case .help(let path): return .text(HelpText(of: path).text)
            case .version: return .text("fleet-bench\n")
            case .run(let command): return read(command)
            }
        } catch {
            return .fault("\(error.command): \(error.message)")
        }
    }

    private static func read(_ command: ParsedCommand) -> Reading {
        let program = CommandLine.arguments.first ?? ""
        let directory = program.lastIndex(of: "/").map { String(program[..<$0]) } ?? "."
        var options = BenchOptions(binaries: command[binaries] ?? directory)
        if command.path.command.name == soak.name {
            options.soakMinutes = command[minutes]
            return .options(options)
        }
        options.seconds = command[quick] && !command.isGiven(seconds) ? 1 : command[seconds]
        options.rounds = command[quick] && !command.isGiven(rounds) ? 1 : command[rounds]
        options.isMixed = command[mixed]
        options.isJSON = command[json]
        options.thresholdsPath = command[check] ? command[thresholds] : nil
        if let names = command[only] {
            options.subjects = []
            for name in names.split(separator: ",").map(String.init) {
                guard let subject = Subject(rawValue: name) else {
                    let known = Subject.allCases.map(\.rawValue).joined(separator: ", ")
                    return .fault("fleet-bench: --only \(name): no such measurement; choose among \(known)")
                }
                options.subjects.append(subject)
            }
        }
        return .options(options)
    }
}
