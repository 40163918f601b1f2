internal import CommandLineInterface
internal import LinuxSystem
internal import ServerAssembly
internal import SignalMetering

/// `cost`: what vehicles sent, and what it costs.
enum CostCommand: Command {
    private static let config = Option<String?>.file("config", "FILE", "The server's configuration")
    private static let grouping = Option<CostReport.Grouping>.choice("by", default: .category, "What rows are about")
    private static let days = Option<Int>.integer("days", "N", in: 1...3660, default: 30, "The last N days, with today")
    private static let vin = Option<String?>.text("vin", "VIN", "Only this vehicle")
    private static let json = Option.flag("json", "One JSON object")

    static let specification = CommandSpecification(
        name: "cost",
        summary: "Count the signals that vehicles sent, and estimate what they cost",
        discussion: """
            Reads what a server with a section "costs" has written down, while it runs (it writes every
            costs.write_interval_seconds) or after its end. Money is shown when the configuration says what signals
            cost; DIR alone shows signals. Exits with 1 when this month's budget is used up, or a file is damaged.
            """,
        arguments: [
            ArgumentSpecification("DIR", .optional, kind: .folder, "costs.directory, where there is no configuration")
        ],
        options: [
            config.specification, grouping.specification, days.specification, vin.specification, json.specification,
        ],
        examples: [
            .init("\(Program.name) cost --config server.json --by field", "Which fields cost most, in 30 days."),
            .init("\(Program.name) cost --config server.json --by vehicle --days 7 --json", "A week, for scripts."),
        ]
    )

    static func run(_ command: ParsedCommand) -> ExitCode {
        guard let source = source(command) else { return .usage }
        do throws(SystemCallError) {
            let report = try CostReport(
                directory: source.directory,
                days: command[days],
                upTo: .now,
                by: command[grouping],
                vehicle: command[vin],
                price: source.price,
                monthlyBudget: source.budget
            )
            let printed = command[json] ? Console.print(report.json) : Console.print(report.text)
            let isOver = report.budgetPercent.map { $0 >= 100 } ?? false
            return isOver || !report.brokenFiles.isEmpty ? .problemFound : printed
        } catch {
            return Console.complain(error, doing: "cost")
        }
    }

    private struct Source {
        let directory: String
        var price: SignalPrice?
        var budget: Double?
    }

    /// - Returns: nil after saying what is missing.
    private static func source(_ command: ParsedCommand) -> Source? {
        let directory = command.arguments.first
        guard let path = command[config] else {
            guard let directory else {
                Console.complain("cost: give --config FILE, or the directory that costs.directory names")
                return nil
            }
            return Source(directory: directory)
        }
        guard let configuration = UsableConfiguration.read(path, for: "cost") else { return nil }
        guard let directory = directory ?? configuration.costs?.directory else {
            Console.complain(
                "cost: \(path): no section \"costs\"; add \"costs\": {\"directory\": \"...\"} and restart the server"
            )
            return nil
        }
        return Source(
            directory: directory,
            price: configuration.signalPrice,
            budget: configuration.monthlyBudget
        )
    }
}
