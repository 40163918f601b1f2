internal import CommandLineInterface
internal import LinuxSystem
internal import VehicleSimulation

/// `simulate`: vehicles that behave as real ones, or as many records as a server can take.
enum SimulateCommand: Command {
    private static let rate = Option.decimal(
        "rate",
        "R",
        in: 0...100_000,
        without: "as fast as acks allow",
        "Records per vehicle and second; 0 connects and stays silent"
    )
    private static let scenario = Option<ScenarioKind>.choice("scenario", default: .mixed, "What the vehicles do")
    private static let recording = Option<String?>.file("recording", "FILE", "Send the records of a recording instead")
    private static let seed = Option<Int>.integer("seed", "N", in: 0...Int.max, default: 1, "Same seed, same records")
    private static let source = Option.texts(
        "source",
        "ADDRESS",
        "Local address to connect from, in turn; one has about 28,000 ports"
    )

    private static let datums = Option<Int?>.integer(
        "datums",
        "N",
        in: 1...50,
        without: "as many as the scenario has",
        "Vehicle data of N signals each, made beforehand, for load of a known size"
    )
    private static let together = Option.flag("together", "Send nothing before all vehicles are connected")
    private static let batch = Option<Int?>.integer(
        "batch",
        "N",
        in: 1...4096,
        without: "as many as there are",
        "Frames in one TLS record at most"
    )
    private static let churn = Option<ChurnDepth?>.choice(
        "churn",
        without: "stay",
        "Go away after the TLS handshake or the upgrade, and connect again at once"
    )
    private static let progress = Option<Int?>.integer(
        "progress",
        "MS",
        in: 10...3_600_000,
        without: "never",
        "With --json: a line of JSON that tells how far it is, so often"
    )

    /// Different records that vehicles send in turn when they send as fast as they can.
    private static let preparedRecords = 512

    static let specification = CommandSpecification(
        name: "simulate",
        summary: "Connect simulated vehicles to a server",
        discussion: """
            With --rate, records are made when they are sent, as real vehicles make them: all signals first, then what
            has changed. Without it, records made beforehand are sent as fast as acks allow. What is not acked is sent
            again with its txid and the mark of a resend; a lost connection is opened again after 1 to 30 seconds.
            With --together, --seconds count from the moment when sending begins.
            Exits with 1 when records were never acked, with 3 when no vehicle got a connection.
            """,
        options: [
            FleetOptions.host.specification, FleetOptions.port.specification, FleetOptions.ca.specification,
            FleetOptions.certs.specification, FleetOptions.vehicles.specification, rate.specification,
            FleetOptions.seconds.specification, scenario.specification, recording.specification,
            FleetOptions.window.specification, FleetOptions.threads.specification, seed.specification,
            source.specification, datums.specification, together.specification, batch.specification,
            churn.specification, FleetOptions.json.specification, progress.specification,
        ],
        examples: [
            .init(
                "\(Program.name) simulate --host localhost --port 4443 --ca demo/ca.pem --certs demo --vehicles 3 "
                    + "--rate 1",
                "Three vehicles that send one record per second each, until ctrl-C."
            ),
            .init(
                "\(Program.name) simulate --host localhost --port 4443 --ca demo/ca.pem --certs demo --vehicles 100 "
                    + "--window 64 --seconds 20 --json",
                "As much load as one core can make, and how the server did."
            ),
        ]
    )

    static func run(_ command: ParsedCommand) -> ExitCode {
        do {
            guard let load = try load(command) else { return .usage }
            var settings = try FleetOptions.settings(command, vehicles: command[FleetOptions.vehicles], load: load)
            settings.seconds = command[FleetOptions.seconds]
            settings.seed = UInt64(command[seed])
            settings.localAddresses = command[source]
            settings.sendsTogether = command[together]
            settings.framesPerWrite = command[batch] ?? .max
            settings.churn = command[churn]
            return FleetOptions.run(
                settings,
                isJSON: command[FleetOptions.json],
                progressMilliseconds: command[progress],
                name: "simulate"
            )
        } catch {
            return Console.complain(error, doing: "simulate")
        }
    }

    /// - Returns: nil when the options contradict each other, which has been said then.
    private static func load(_ command: ParsedCommand) throws -> FleetLoad? {
        if let path = command[recording] {
            guard !command.isGiven(rate), !command.isGiven(scenario) else {
                Console.complain("simulate: --recording goes without --rate and --scenario; leave them out")
                return nil
            }
            let records = PreparedRecord.records(in: try FleetOptions.recording(path, name: "simulate"))
            guard !records.isEmpty else {
                Console.complain("simulate: \(path): no records of vehicles in it; name a recording that has some")
                return nil
            }
            return .saturating(records)
        }
        if let datums = command[datums], command[rate] != 0 {
            let records = PreparedRecord.records(
                of: command[scenario],
                datums: datums,
                seed: UInt64(command[seed]),
                startedAt: WallClock.milliseconds / 1000,
                count: preparedRecords
            )
            return command[rate].map { .paced(records, recordsPerSecond: $0) } ?? .saturating(records)
        }
        switch command[rate] {
        case 0?: return .idle
        case let rate?: return .steady(command[scenario], recordsPerSecond: rate)
        case nil:
            return .saturating(
                PreparedRecord.records(
                    of: command[scenario],
                    seed: UInt64(command[seed]),
                    startedAt: WallClock.milliseconds / 1000,
                    count: preparedRecords
                )
            )
        }
    }
}
