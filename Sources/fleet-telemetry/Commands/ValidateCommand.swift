internal import CommandLineInterface
internal import LinuxSystem
internal import RecordRules
internal import ServerAssembly
internal import TelemetryModel

/// `validate`: the rules, asked about records that somebody kept.
enum ValidateCommand: Command {
    private static let config = Option<String?>.file("config", "FILE", "A server's configuration, for its rules")
    private static let json = Option.flag("json", "One JSON object")
    /// Longest file, in bytes.
    private static let limitBytes = 1 << 30

    static let specification = CommandSpecification(
        name: "validate",
        summary: "Check kept records by the rules, and count what they break",
        discussion: """
            FILE is a recording of 'serve --record', frames as 'decode' takes them, or records as JSON lines: those of
            the dispatcher file, of 'decode', or the payloads alone. Nothing is changed. Without --config every rule is
            observed; with it, the section validation of the file says what is looked for, and its modes what would have
            been done. Exits with 1 when something was found or damaged.
            """,
        arguments: [ArgumentSpecification("FILE", .one, kind: .file, "The records; - reads standard input")],
        options: [config.specification, json.specification],
        examples: [
            .init("\(Program.name) validate day.recording", "What a day's records break, by vehicle and category."),
            .init(
                "\(Program.name) validate records.jsonl --config server.json",
                "What rules would do, before they are switched on."
            ),
        ]
    )

    static func run(_ command: ParsedCommand) -> ExitCode {
        guard let rules = rules(command[config]) else { return .usage }
        let name = command.arguments[0]
        let bytes: [UInt8]
        do throws(SystemCallError) {
            bytes = try Files.read(name == "-" ? "/dev/stdin" : name, limitBytes: limitBytes)
        } catch {
            return Console.complain(error, doing: "validate")
        }
        var run = ValidationRun(rules)
        var input = ValidationInput(bytes)
        ProgressLine.during("validate: judging \(name)") { _ in
            input.judge(by: &run) { Console.complain("validate: \(name): \($0)") }
        }
        guard input.records + input.damaged > 0 else {
            Console.complain("validate: \(name): no records in it; name a file with at least one")
            return .problemFound
        }
        let printed =
            command[json]
            ? Console.print(run.json(damaged: input.damaged)) : Console.print(text(of: run, input.damaged))
        return run.findings + input.damaged > 0 ? .problemFound : printed
    }

    /// - Returns: nil after saying why there are none.
    private static func rules(_ path: String?) -> RuleSet? {
        guard let path else { return RuleSet(ValidationSettings()) }
        guard let configuration = UsableConfiguration.read(path, for: "validate") else { return nil }
        guard let settings = configuration.validation else {
            Console.say("\(path) has no section validation: every rule is observed")
            return RuleSet(ValidationSettings())
        }
        do {
            return try settings.ruleSet()
        } catch {
            Console.complain("validate: \(path): validation: \(error)")
            return nil
        }
    }

    private static func text(of run: borrowing ValidationRun, _ damaged: Int) -> String {
        var text = ""
        var table = TextTable([
            ("VIN", .left), ("CATEGORY", .left), ("RULE", .left), ("OUTCOME", .left), ("COUNT", .right),
            ("MOST OF", .left),
        ])
        for row in run.rows {
            table.append([
                row.vin.text, row.category?.name ?? "-", row.rule.name, row.outcome.name, String(row.count),
                fields(of: row),
            ])
        }
        if !table.isEmpty { text += table.text + "\n" }
        var vehicles = TextTable([
            ("VIN", .left), ("RECORDS", .right), ("DRIVING", .right), ("CHARGING", .right), ("DEFAULT", .right),
            ("STRIPPED", .right), ("EMPTIED", .right), ("REJECTED", .right),
        ])
        for (vin, vehicle) in run.vehicles.sorted(by: { $0.key.text < $1.key.text }) {
            let data = [FieldCategory.driving, .charging, .default].map { String(vehicle.data[$0] ?? 0) }
            let rest = [vehicle.strippedData, vehicle.emptied, vehicle.rejected].map { String($0) }
            vehicles.append([vin.text, String(vehicle.records)] + data + rest)
        }
        text += vehicles.text
        if damaged > 0 { text += "\n\(damaged) damaged\n" }
        return text
    }

    /// The three fields that broke the rule most often.
    private static func fields(of row: ValidationRun.Row) -> String {
        let sorted = row.fields.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        let shown = sorted.prefix(3).map { "\($0.key) \($0.value)" }.joined(separator: ", ")
        return sorted.count > 3 ? shown + ", …" : shown
    }
}
