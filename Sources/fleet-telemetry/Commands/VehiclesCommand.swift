internal import CommandLineInterface
internal import ControlPlane
internal import LinuxSystem

/// `vehicles`: what a running server knows of each vehicle.
enum VehiclesCommand: Command {
    private static let vin = Option<String?>.text("vin", "VIN", "Only this vehicle, with each of its connections")
    private static let connected = Option.flag("connected", "Only vehicles that are connected")
    private static let refused = Option.flag("refused", "Only vehicles that the VIN lists kept out")
    private static let json = Option.flag("json", "JSON lines, one per vehicle")

    static let specification = CommandSpecification(
        name: "vehicles",
        summary: "Show the vehicles of a running server, and those that it refused",
        discussion: ControlTarget.discussion + "\n\n" + """
            Vehicles come in the order of their VINs, which are shown whole even where log.mask_vins hides them in the
            log. Refused ones end in a line to be copied into "vehicles" of the configuration. Exits with 1 when
            nothing is known of the vehicle that --vin names.
            """,
        options: ControlTarget.options
            + [vin.specification, connected.specification, refused.specification, json.specification],
        examples: [
            .init("\(Program.name) vehicles --connected", "A line per vehicle."),
            .init("\(Program.name) vehicles --vin 5YJ3E1EA7KF000316", "All about one."),
            .init("\(Program.name) vehicles --refused", "Who was kept out, ready for the allow list."),
        ]
    )

    static func run(_ command: ParsedCommand) -> ExitCode {
        let modes = [command.isGiven(vin), command[connected], command[refused]]
        guard modes.count(where: { $0 }) <= 1 else {
            Console.complain("vehicles: --vin, --connected and --refused exclude each other; give one of them")
            return .usage
        }
        return ControlTarget.ask(command, as: "vehicles") { client throws(ControlFailure) in
            if let vin = command[vin] { return try show(vin, client, json: command[json]) }
            if command[refused] { return try showRefused(client, json: command[json]) }
            let code = try list(client, onlyConnected: command[connected], json: command[json])
            guard code == .fine, !command[connected], !command[json] else { return code }
            return Console.print(VehicleText.refusals(try client.refusedVehicles().refused, whenNone: ""))
        }
    }

    /// Prints page by page, so that a hundred thousand vehicles take no more memory than a thousand.
    private static func list(
        _ client: ControlClient,
        onlyConnected: Bool,
        json: Bool
    ) throws(ControlFailure) -> ExitCode {
        var query = VehicleQuery()
        query.isConnected = onlyConnected
        var isFirst = true
        while true {
            let page = try client.vehicles(query)
            let now = Int(WallClock.milliseconds)
            let code =
                json
                ? Console.print(page.vehicles.flatMap(\.line))
                : Console.print(VehicleText.rows(page.vehicles, now: now, withHeads: isFirst))
            guard code == .fine, let next = page.next, Console.hasReader else { return code }
            query.after = next
            isFirst = false
        }
    }

    private static func show(_ vin: String, _ client: ControlClient, json: Bool) throws(ControlFailure) -> ExitCode {
        var query = VehicleQuery()
        query.vin = vin
        let vehicle = try client.vehicles(query).vehicles.first
        let refusals = try client.refusedVehicles().refused.filter { $0.vin == vin }
        guard let vehicle else {
            if json { return refusals.isEmpty ? .problemFound : ending(Console.print(refusals.flatMap(\.line))) }
            let silence = "vehicles: nothing is known of \(Shown.foreign(vin)) since the server was started"
            Console.complain(
                refusals.isEmpty
                    ? "\(silence); check the VIN, and 'status' for failed handshakes" : "\(silence), but refusals"
            )
            return ending(Console.print(VehicleText.refusals(refusals, whenNone: "")))
        }
        if json { return Console.print(vehicle.line) }
        let now = Int(WallClock.milliseconds)
        return Console.print(VehicleText.detail(vehicle, now: now) + VehicleText.refusals(refusals, whenNone: ""))
    }

    private static func ending(_ code: ExitCode) -> ExitCode { code == .fine ? .problemFound : code }

    private static func showRefused(_ client: ControlClient, json: Bool) throws(ControlFailure) -> ExitCode {
        let refused = try client.refusedVehicles().refused
        return json
            ? Console.print(refused.flatMap(\.line))
            : Console.print(VehicleText.refusals(refused, whenNone: "no vehicle was refused by the VIN lists\n"))
    }
}
