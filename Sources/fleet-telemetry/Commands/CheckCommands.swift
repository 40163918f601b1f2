internal import CommandLineInterface
internal import ControlPlane
internal import LinuxSystem

/// `check cert`: days until certificates end.
enum CheckCertCommand: Command {
    private static let warn = (option: MonitoringCheck.warn("21:"), value: "21:" as String?)
    private static let crit = (option: MonitoringCheck.crit("7:"), value: "7:" as String?)
    private static let which = Option.choice(
        "which",
        default: StatusChecks.Certificates.both,
        "The server's certificate, the CAs of vehicles, or both"
    )

    static let specification = CommandSpecification(
        name: "cert",
        summary: "Check the days that certificates are good for",
        discussion: MonitoringCheck.exitCodes + "\n\n" + """
            Of the server's chain, and of the CAs that vehicles are verified against, the one counts that ends first;
            CAs of Tesla's that have ended are passed over.
            """,
        options: [warn.option.specification, crit.option.specification, which.specification]
            + ControlTarget.options + [MonitoringCheck.timeout.specification],
        examples: [
            .init("\(Program.name) check cert --warn 30: --crit 7:", "WARNING below 30 days, CRITICAL below 7.")
        ],
        exits: .monitoring
    )

    static func run(_ command: ParsedCommand) -> ExitCode {
        MonitoringCheck.run("cert") { () throws(MonitoringCheck.Unanswered) in
            let thresholds = try MonitoringCheck.thresholds(command, warn, crit)
            let client = try MonitoringCheck.client(command)
            let status = try MonitoringCheck.asking { () throws(ControlFailure) in try client.status() }
            return StatusChecks.certificates(status.certificates, which: command[which], thresholds)
        }
    }
}

/// `check spool`: how full it is, or how old its oldest record.
enum CheckSpoolCommand: Command {
    private static let warn = (option: MonitoringCheck.warn("~:80 percent, ~:300 seconds"), value: nil as String?)
    private static let crit = (option: MonitoringCheck.crit("~:95 percent, ~:3600 seconds"), value: nil as String?)
    private static let by = Option.choice("by", default: StatusChecks.SpoolMeasure.percent, "What the ranges measure")

    static let specification = CommandSpecification(
        name: "spool",
        summary: "Check how full the spool is, or how old its oldest undelivered record",
        discussion: MonitoringCheck.exitCodes + "\n\n" + "A spool without room is CRITICAL whatever the ranges say.",
        options: [warn.option.specification, crit.option.specification, by.specification] + ControlTarget.options
            + [MonitoringCheck.timeout.specification],
        examples: [
            .init("\(Program.name) check spool --warn ~:70 --crit ~:90", "By percent."),
            .init("\(Program.name) check spool --by seconds --crit ~:600", "CRITICAL when a record is 10 minutes old."),
        ],
        exits: .monitoring
    )

    static func run(_ command: ParsedCommand) -> ExitCode {
        MonitoringCheck.run("spool") { () throws(MonitoringCheck.Unanswered) in
            let isPercent = command[by] == .percent
            let thresholds = try MonitoringCheck.thresholds(
                command,
                (warn.option, isPercent ? "~:80" : "~:300"),
                (crit.option, isPercent ? "~:95" : "~:3600")
            )
            let client = try MonitoringCheck.client(command)
            let status = try MonitoringCheck.asking { () throws(ControlFailure) in try client.status() }
            return StatusChecks.spool(status.spool, by: command[by], thresholds)
        }
    }
}

/// `check dispatcher`: state and lag.
enum CheckDispatcherCommand: Command {
    private static let warn = (option: MonitoringCheck.warn("~:60 seconds, ~:10000 records"), value: nil as String?)
    private static let crit = (option: MonitoringCheck.crit("~:600 seconds, ~:100000 records"), value: nil as String?)
    private static let by = Option.choice("by", default: StatusChecks.LagMeasure.seconds, "What the ranges measure")
    private static let name = Option<String?>.text("name", "NAME", "Only this dispatcher; without it all")

    static let specification = CommandSpecification(
        name: "dispatcher",
        summary: "Check whether dispatchers take records, and how far they are behind",
        discussion: MonitoringCheck.exitCodes + "\n\n" + """
            A dispatcher that fails or is full is CRITICAL while vehicles wait for it, and one that fails is a WARNING
            while a spool keeps its records.
            """,
        options: [warn.option.specification, crit.option.specification, by.specification, name.specification]
            + ControlTarget.options + [MonitoringCheck.timeout.specification],
        examples: [
            .init("\(Program.name) check dispatcher --warn ~:30 --crit ~:300", "All, by the age of what waits."),
            .init("\(Program.name) check dispatcher --name file --by records --crit ~:5000", "One, by its queue."),
        ],
        exits: .monitoring
    )

    static func run(_ command: ParsedCommand) -> ExitCode {
        MonitoringCheck.run("dispatcher") { () throws(MonitoringCheck.Unanswered) in
            let isTime = command[by] == .seconds
            let thresholds = try MonitoringCheck.thresholds(
                command,
                (warn.option, isTime ? "~:60" : "~:10000"),
                (crit.option, isTime ? "~:600" : "~:100000")
            )
            let client = try MonitoringCheck.client(command)
            let status = try MonitoringCheck.asking { () throws(ControlFailure) in try client.status() }
            return StatusChecks.dispatchers(status.dispatchers, name: command[name], by: command[by], thresholds)
        }
    }
}

/// `check vehicle`: seconds since a vehicle's last record.
enum CheckVehicleCommand: Command {
    private static let warn = (option: MonitoringCheck.warn("~:3600"), value: "~:3600" as String?)
    private static let crit = (option: MonitoringCheck.crit("~:86400"), value: "~:86400" as String?)
    private static let vin = Option<String>.requiredText("vin", "VIN", "The vehicle")

    static let specification = CommandSpecification(
        name: "vehicle",
        summary: "Check how many seconds ago a vehicle sent its last record",
        discussion: MonitoringCheck.exitCodes + "\n\n" + """
            A vehicle that sleeps sends nothing for hours. One that the VIN lists refuse is CRITICAL. Of one that the
            server knows nothing of only this is known: for how long it would have remembered it, since its start or
            for presence.forget_after_seconds. The vehicle is UNKNOWN until that is an alarm.
            """,
        options: [vin.specification, warn.option.specification, crit.option.specification] + ControlTarget.options
            + [MonitoringCheck.timeout.specification],
        examples: [
            .init("\(Program.name) check vehicle --vin 5YJ3E1EA7KF000316 --crit ~:7200", "CRITICAL after two hours.")
        ],
        exits: .monitoring
    )

    static func run(_ command: ParsedCommand) -> ExitCode {
        MonitoringCheck.run("vehicle") { () throws(MonitoringCheck.Unanswered) in
            let thresholds = try MonitoringCheck.thresholds(command, warn, crit)
            let client = try MonitoringCheck.client(command)
            var query = VehicleQuery()
            query.vin = command[vin]
            return try MonitoringCheck.asking { () throws(ControlFailure) in
                let vehicle = try client.vehicles(query).vehicles.first
                let refusal = try client.refusedVehicles().refused.first { $0.vin == command[vin] }
                let process = try client.status().process
                return StatusChecks.vehicle(
                    command[vin],
                    vehicle,
                    refusal: refusal,
                    knownForSeconds: min(process.uptimeSeconds, process.remembersSeconds),
                    now: Int(WallClock.milliseconds),
                    thresholds
                )
            }
        }
    }
}
