internal import CommandLineInterface
internal import ConfigurationSchema
internal import JSONText
internal import LinuxSystem
internal import Observability
internal import ServerAssembly

private let directory = ArgumentSpecification(
    "DIR",
    .one,
    kind: .folder,
    "Where dead-letters.log stands: dead_letters.directory, or spool.directory"
)

/// Options that say which letters are meant.
private enum LetterOptions {
    static let id = Option<[String]>.texts("id", "ID", "The letter with this number, as 'list' shows it")
    static let dispatcher = Option<String?>.text("dispatcher", "NAME", "Letters that dispatcher NAME refused")
    static let vin = Option<String?>.text("vin", "VIN", "Letters of this vehicle")
    static let all = [id.specification, dispatcher.specification, vin.specification]

    /// - Returns: nil after saying what is wrong.
    static func selection(_ command: ParsedCommand, name: String) -> DeadLetterSelection? {
        var ids: Set<UInt64> = []
        for text in command[id] {
            guard let id = UInt64(text) else {
                Console.complain("\(name): --id \(text): not a number; 'dead-letters list' shows them")
                return nil
            }
            ids.insert(id)
        }
        return DeadLetterSelection(
            ids: ids.isEmpty ? nil : ids,
            dispatcher: command[dispatcher],
            vin: command[vin]
        )
    }

    static func isEmpty(_ command: ParsedCommand) -> Bool {
        !command.isGiven(id) && !command.isGiven(dispatcher) && !command.isGiven(vin)
    }
}

private func refuse(_ refusal: DeadLetterDesk.Refusal, _ name: String) -> ExitCode {
    Console.complain("dead-letters \(name): \(refusal)")
    return .environment
}

/// `dead-letters list`: which records dispatchers refused, and why.
enum DeadLettersListCommand: Command {
    private static let json = Option.flag("json", "JSON lines")

    static let specification = CommandSpecification(
        name: "list",
        summary: "List records that dispatchers refused for good, and why",
        discussion: "Changes nothing and works while a server runs. A line per letter, oldest first.",
        arguments: [directory],
        options: LetterOptions.all + [json.specification],
        examples: [
            .init("\(Program.name) dead-letters list /var/lib/fleet-telemetry/spool", "Number, time, who, why, whose.")
        ]
    )

    static func run(_ command: ParsedCommand) -> ExitCode {
        guard let selection = LetterOptions.selection(command, name: "dead-letters list") else { return .usage }
        let desk = DeadLetterDesk(directory: command.arguments[0])
        do throws(DeadLetterDesk.Refusal) {
            for letter in try desk.letters(selection) {
                let line = command[json] ? desk.line(letter, isWhole: false) : Array(desk.summary(letter).utf8)
                guard Console.print(line) == .fine else { return .environment }
            }
            return .fine
        } catch {
            return refuse(error, "list")
        }
    }
}

/// `dead-letters show`: letters with their records.
enum DeadLettersShowCommand: Command {
    static let specification = CommandSpecification(
        name: "show",
        summary: "Show dead letters with their records as JSON lines",
        discussion:
            "Changes nothing and works while a server runs. Records hold places; handle the output accordingly.",
        arguments: [directory],
        options: LetterOptions.all,
        examples: [.init("\(Program.name) dead-letters show /var/lib/fleet-telemetry/spool --id 7", "One of them.")]
    )

    static func run(_ command: ParsedCommand) -> ExitCode {
        guard let selection = LetterOptions.selection(command, name: "dead-letters show") else { return .usage }
        let desk = DeadLetterDesk(directory: command.arguments[0])
        do throws(DeadLetterDesk.Refusal) {
            let letters = try desk.letters(selection)
            if letters.isEmpty, command.isGiven(LetterOptions.id) {
                Console.complain("dead-letters show: no such letter; 'dead-letters list' shows them all")
                return .problemFound
            }
            for letter in letters {
                guard Console.print(desk.line(letter, isWhole: true)) == .fine else { return .environment }
            }
            return .fine
        } catch {
            return refuse(error, "show")
        }
    }
}

/// `dead-letters replay`: offered once more.
enum DeadLettersReplayCommand: Command {
    private static let config = Option<String>.requiredFile("config", "FILE", "The server's configuration")
    private static let target = Option<String?>.text(
        "deliver-to",
        "NAME",
        "Give them to dispatcher NAME, not to who refused"
    )
    private static let patience = Option<Int>.integer(
        "patience",
        "SECONDS",
        in: 1...86_400,
        default: 60,
        "How long a destination that takes nothing is waited for"
    )

    private static let json = Option.flag("json", "End with one JSON object")

    static let specification = CommandSpecification(
        name: "replay",
        summary: "Offer dead letters to their dispatcher once more, and forget those that it takes",
        discussion: """
            After what made the dispatcher refuse them was mended. A running server locks the letters, so stop it first.
            All letters are meant unless options name some. What is refused again stays.
            """,
        arguments: [directory],
        options: [config.specification, target.specification, patience.specification] + LetterOptions.all
            + [json.specification],
        examples: [
            .init(
                "\(Program.name) dead-letters replay /var/lib/fleet-telemetry/spool --config server.json "
                    + "--dispatcher http:home",
                "Those that http:home refused."
            )
        ]
    )

    static func run(_ command: ParsedCommand) -> ExitCode {
        guard let selection = LetterOptions.selection(command, name: "dead-letters replay") else { return .usage }
        guard let configuration = UsableConfiguration.read(command[config], for: "dead-letters replay") else {
            return .usage
        }
        let desk = DeadLetterDesk(directory: command.arguments[0])
        let replay = DeadLetterReplay(desk, configuration, log: configuration.operationalLog)
        do throws(DeadLetterDesk.Refusal) {
            let outcome = try ProgressLine.during("dead-letters replay") { (_) throws(DeadLetterDesk.Refusal) in
                try replay.run(selection, to: command[target], patienceMilliseconds: command[patience] * 1000)
            }
            if command[json] {
                Console.print { writer in
                    writer.member("delivered", outcome.delivered)
                    writer.member("rejected", outcome.rejected)
                    writer.member("left", outcome.left)
                    if let failure = outcome.failure { writer.member("failure", failure) }
                }
            } else {
                Console.say(
                    "delivered \(outcome.delivered) records, \(outcome.rejected) refused again, \(outcome.left) left"
                )
            }
            guard outcome.rejected + outcome.left > 0 else { return .fine }
            if let failure = outcome.failure { Console.complain("dead-letters replay: \(failure)") }
            return .problemFound
        } catch {
            return refuse(error, "replay")
        }
    }
}

/// `dead-letters drop`: forgotten.
enum DeadLettersDropCommand: Command {
    private static let everything = Option.flag("all", "All letters")
    private static let json = Option.flag("json", "One JSON object")

    static let specification = CommandSpecification(
        name: "drop",
        summary: "Forget dead letters that nobody wants",
        discussion: "A running server locks the letters, so stop it first. Their records are gone for good.",
        arguments: [directory],
        options: LetterOptions.all + [everything.specification, json.specification],
        examples: [
            .init("\(Program.name) dead-letters drop /var/lib/fleet-telemetry/spool --id 7 --id 8", "Two of them.")
        ]
    )

    static func run(_ command: ParsedCommand) -> ExitCode {
        guard let selection = LetterOptions.selection(command, name: "dead-letters drop") else { return .usage }
        guard LetterOptions.isEmpty(command) == command[everything] else {
            Console.complain("dead-letters drop: which? give --id, --dispatcher or --vin, or else --all")
            return .usage
        }
        do throws(DeadLetterDesk.Refusal) {
            let count = try DeadLetterDesk(directory: command.arguments[0]).drop(selection)
            if command[json] {
                Console.print { $0.member("dropped", count) }
            } else {
                Console.say("dropped \(count) dead letters")
            }
            return count > 0 ? .fine : .problemFound
        } catch {
            return refuse(error, "drop")
        }
    }
}
