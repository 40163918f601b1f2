import CommandLineInterface

/// What the command line asked for.
struct FuzzOptions {
    var targets: [any FuzzTarget.Type]
    var executions: Int
    var seed: UInt64
    var outputDirectory: String
    var replayPath: String?
    /// Not nil in the process that does the executing: where it notes which input it is at.
    var progressPath: String?

    private static let target = Option<String?>.text("target", "NAME", "One target instead of all")
    private static let executions = Option<Int>.integer(
        "executions",
        "N",
        in: 1...1_000_000_000,
        default: 1_000_000,
        "How many for each target"
    )
    private static let seed = Option<String?>.text("seed", "N", "Where random numbers begin; a random one is printed")
    private static let out = Option<String>.text("out", "DIR", default: ".", "Where failing inputs are written to")
    private static let replay = Option<String?>.text("replay", "FILE", "Tries this one input in this process")
    private static let progress = Option<String?>.text("progress", "FILE", "For this program's own child processes")

    private static let fuzz = CommandSpecification(
        name: "fuzz",
        summary: "Damages good inputs and feeds them to the parsers of untrusted bytes",
        discussion: "Targets: \(FuzzTargets.all.map { $0.name }.joined(separator: ", ")).",
        options: [
            target.specification, executions.specification, seed.specification, out.specification,
            replay.specification, progress.specification,
        ],
        examples: [
            .init("make fuzz", "A million executions of each target."),
            .init("fleet-fuzz --target frames --replay frames-1-2.bin", "A failing input again."),
        ]
    )

    /// The parser knows programs with commands; this one has one, which need not be said.
    private static let program = CommandSpecification(
        name: "fleet-fuzz",
        summary: fuzz.summary,
        subcommands: [fuzz],
        examples: fuzz.examples
    )

    enum Reading {
        case options(FuzzOptions)
        /// Something to print and be done.
        case text(String)
        case fault(String)
    }

    static func read(_ words: [String]) -> Reading {
        do throws(UsageError) {
            switch try CommandLineParser(program: program).parse([fuzz.name] + words) {
            case .help(let path): return .text(HelpText(of: path).text)
            case .version: return .text("fleet-fuzz\n")
            case .run(let command): return read(command)
            }
        } catch {
            return .fault("\(error.command): \(error.message)")
        }
    }

    private static func read(_ command: ParsedCommand) -> Reading {
        var targets = FuzzTargets.all
        if let name = command[target] {
            targets = targets.filter { $0.name == name }
            let known = FuzzTargets.all.map { $0.name }.joined(separator: ", ")
            if targets.isEmpty { return .fault("fleet-fuzz: --target \(name): no such target; choose among \(known)") }
        } else if command[replay] != nil {
            return .fault("fleet-fuzz: --replay FILE needs --target NAME; the file's name begins with it")
        }
        guard let seed = command[seed].map({ UInt64($0) }) ?? UInt64.random(in: 0 ... .max) else {
            return .fault("fleet-fuzz: --seed takes a whole number from 0")
        }
        return .options(
            FuzzOptions(
                targets: targets,
                executions: command[executions],
                seed: seed,
                outputDirectory: command[out],
                replayPath: command[replay],
                progressPath: command[progress]
            )
        )
    }
}
