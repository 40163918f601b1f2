internal import CommandLineInterface
internal import ConfigurationSchema
internal import JSONText
internal import LinuxSystem
internal import Observability
internal import ServerAssembly
internal import Spooling
internal import TelemetryModel

private let directory = ArgumentSpecification(
    "DIR",
    .one,
    kind: .folder,
    "The spool's directory, as spool.directory has it"
)

/// Options that say which records are meant.
private enum SelectionOptions {
    static let from = Option<String?>.text("from", "TIME", "Received at TIME (UTC, e.g. 2026-11-21T04:00Z) or later")
    static let to = Option<String?>.text("to", "TIME", "Received at TIME or earlier")
    static let vin = Option<String?>.text("vin", "VIN", "Only of this vehicle")
    static let type = Option<String?>.text("type", "TYPE", "Only of this record type, e.g. V")
    static let all = [from.specification, to.specification, vin.specification, type.specification]

    /// - Returns: nil after saying what is wrong.
    static func selection(_ command: ParsedCommand, name: String) -> SpoolSelection? {
        guard
            let from = time(command[from], isEnd: false, "\(name): --from"),
            let to = time(command[to], isEnd: true, "\(name): --to")
        else { return nil }
        return SpoolSelection(from: from.time, to: to.time, vin: command[vin], type: command[type])
    }

    /// - Returns: nil after saying that it is no time.
    static func time(_ text: String?, isEnd: Bool, _ place: String) -> (time: UnixMilliseconds?, Void)? {
        guard let text else { return (nil, ()) }
        guard let time = UTCTime.read(text, isEnd: isEnd) else {
            Console.complain("\(place) \(text): no time; write it as 2026-11-21, 2026-11-21T04:00:00Z or with +01:00")
            return nil
        }
        return (time, ())
    }
}

/// `spool status`: what stands in a spool's directory, and how far each dispatcher is.
enum SpoolStatusCommand: Command {
    private static let json = Option.flag("json", "One JSON object")
    private static let quick = Option.flag("quick", "Only the beginnings of files: no counts of records, no check")

    static let specification = CommandSpecification(
        name: "status",
        summary: "Say what stands in a spool and how far each dispatcher is",
        discussion: """
            Changes nothing and works while a server runs, of which it may miss the last moment. Every record is read
            and checked, unless --quick; exits with 1 when something is damaged.
            """,
        arguments: [directory],
        options: [json.specification, quick.specification],
        examples: [
            .init("\(Program.name) spool status /var/lib/fleet-telemetry/spool", "Segments, dispatchers, damage.")
        ]
    )

    static func run(_ command: ParsedCommand) -> ExitCode {
        do throws(SystemCallError) {
            let directory = command.arguments[0]
            let report = try ProgressLine.during("spool status: reading \(directory)") { (_) throws(SystemCallError) in
                try SpoolReport(directory: directory, isReadingThrough: !command[quick])
            }
            let printed = command[json] ? Console.print(report.json) : Console.print(report.text)
            return report.hasDamage ? .problemFound : printed
        } catch {
            return Console.complain(error, doing: "spool status")
        }
    }
}

/// `spool inspect`: the records of a spool.
enum SpoolInspectCommand: Command {
    private static let limit = Option<Int?>.integer("limit", "N", in: 1...Int.max, without: "all", "At most N records")

    static let specification = CommandSpecification(
        name: "inspect",
        summary: "Show the records of a spool as JSON lines",
        discussion: """
            Changes nothing and works while a server runs. Records that every dispatcher has are shown as long as
            spool.retain_seconds keeps them.
            """,
        arguments: [directory],
        options: SelectionOptions.all + [limit.specification],
        examples: [
            .init(
                "\(Program.name) spool inspect /var/lib/fleet-telemetry/spool --from 2026-11-21T04:00Z --limit 10",
                "The first ten records since four o'clock."
            )
        ]
    )

    static func run(_ command: ParsedCommand) -> ExitCode {
        guard let selection = SelectionOptions.selection(command, name: "spool inspect") else { return .usage }
        do throws(SystemCallError) {
            _ = try SpoolReading(directory: command.arguments[0]).show(selection, limit: command[limit] ?? .max) {
                Console.print($0) == .fine
            }
            return .fine
        } catch {
            return Console.complain(error, doing: "spool inspect")
        }
    }
}

/// `spool replay`: records of a spool, delivered once more.
enum SpoolReplayCommand: Command {
    private static let config = Option<String>.requiredFile("config", "FILE", "The server's configuration")
    private static let dispatcher = Option<String>.requiredText("dispatcher", "NAME", "Who gets them, as in records")
    private static let patience = Option<Int>.integer(
        "patience",
        "SECONDS",
        in: 0...86_400,
        default: 60,
        "How long a destination that takes nothing is waited for"
    )
    private static let json = Option.flag("json", "End with one JSON object")

    static let specification = CommandSpecification(
        name: "replay",
        summary: "Deliver records of a spool to a dispatcher once more",
        discussion: """
            Reads the spool of the configuration, or DIR, without changing it, also while a server runs, and delivers
            from this process. Records that every dispatcher has are there as long as spool.retain_seconds keeps them.
            """,
        arguments: [ArgumentSpecification("DIR", .optional, kind: .folder, "Another spool's directory, e.g. a copy")],
        options: [config.specification, dispatcher.specification] + SelectionOptions.all
            + [patience.specification, json.specification],
        examples: [
            .init(
                "\(Program.name) spool replay --config server.json --dispatcher file --from 2026-11-21T04:00Z "
                    + "--to 2026-11-21T05:00Z",
                "What came between four and five o'clock."
            )
        ]
    )

    static func run(_ command: ParsedCommand) -> ExitCode {
        guard let selection = SelectionOptions.selection(command, name: "spool replay") else { return .usage }
        guard let configuration = UsableConfiguration.read(command[config], for: "spool replay") else { return .usage }
        let replay: SpoolReplay
        do throws(SpoolReplay.Refusal) {
            replay = try SpoolReplay(
                configuration,
                directory: command.arguments.first,
                dispatcher: command[dispatcher],
                log: configuration.operationalLog
            )
        } catch {
            Console.complain("spool replay: \(error)")
            return .usage
        }
        do throws(SystemCallError) {
            let outcome = try ProgressLine.during("spool replay") { (line) throws(SystemCallError) in
                try replay.run(selection, patienceMilliseconds: command[patience] * 1000) {
                    line.update("\($0.delivered) records delivered, \($0.rejected) refused")
                }
            }
            if command[json] {
                Console.print { writer in
                    writer.member("delivered", outcome.delivered)
                    writer.member("rejected", outcome.rejected)
                    if let failure = outcome.failure { writer.member("failure", failure) }
                }
            } else {
                Console.say(
                    "delivered \(outcome.delivered) records to \(command[dispatcher]), \(outcome.rejected) refused"
                )
            }
            guard let failure = outcome.failure else { return outcome.rejected == 0 ? .fine : .problemFound }
            Console.complain("spool replay: gave up: \(failure)")
            return .environment
        } catch {
            return Console.complain(error, doing: "spool replay")
        }
    }
}

/// `spool drop`: removes what nobody needs.
enum SpoolDropCommand: Command {
    private static let cursor = Option<[String]>.texts(
        "dispatcher",
        "NAME",
        "How far dispatcher NAME was; records are no longer kept for it"
    )
    private static let before = Option<String?>.text(
        "before",
        "TIME",
        "Records older than TIME, delivered or not, as whole segments"
    )
    private static let quarantined = Option.flag("quarantined", "Segments that were set aside because of damage")
    private static let deadLetters = Option.flag("dead-letters", "All dead letters")
    private static let json = Option.flag("json", "One JSON object")

    static let specification = CommandSpecification(
        name: "drop",
        summary: "Remove things from a spool that no server uses",
        discussion: """
            A running server locks its spool, so stop it first. Without an option nothing is removed. The newest segment
            always stays.
            """,
        arguments: [directory],
        options: [
            cursor.specification, before.specification, quarantined.specification, deadLetters.specification,
            json.specification,
        ],
        examples: [
            .init(
                "\(Program.name) spool drop /var/lib/fleet-telemetry/spool --dispatcher kafka",
                "After 'kafka' was taken out of the configuration."
            )
        ]
    )

    static func run(_ command: ParsedCommand) -> ExitCode {
        guard let time = SelectionOptions.time(command[before], isEnd: false, "spool drop: --before") else {
            return .usage
        }
        var targets = command[cursor].map { SpoolCleaner.Target.cursor(dispatcher: $0) }
        if let time = time.time { targets.append(.segments(before: time)) }
        if command[quarantined] { targets.append(.quarantined) }
        if command[deadLetters] { targets.append(.deadLetters) }
        guard !targets.isEmpty else {
            Console.complain(
                "spool drop: nothing to remove; give --dispatcher, --before, --quarantined or --dead-letters"
            )
            return .usage
        }
        do throws(SpoolDrop.Refusal) {
            let removed = try SpoolDrop.run(targets, in: command.arguments[0])
            if command[json] { return Console.print { $0.member("removed", removed) } }
            for name in removed { Console.print("removed \(name)\n") }
            return .fine
        } catch {
            Console.complain("spool drop: \(error)")
            return .environment
        }
    }
}
