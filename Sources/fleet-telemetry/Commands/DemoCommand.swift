internal import CommandLineInterface
internal import LinuxSystem
internal import OpenSSLTransport
internal import ServerAssembly
internal import VehicleSimulation

/// `demo`: a receiver and vehicles on this machine, for a first look.
enum DemoCommand: Command {
    private static let vehicles = Option<Int>.integer("vehicles", "N", in: 1...2000, default: 3, "How many vehicles")
    private static let speed = Option.decimal(
        "speed",
        "X",
        in: 0.1...1000,
        without: "10",
        "How many times as fast as the vehicles were recorded"
    )
    private static let recording = Option<String?>.file(
        "recording",
        "FILE",
        "What the vehicles play instead of the demo's own drive, charge and park"
    )

    static let specification = CommandSpecification(
        name: "demo",
        summary: "Show a receiver at work with simulated vehicles, on this machine",
        discussion: """
            Makes demo certificates in a temporary directory, starts a receiver on a free port of 127.0.0.1, connects
            vehicles that play recorded frames over mTLS, and prints decoded records as they arrive. Nothing is
            installed, and nothing stays behind.
            """,
        options: [
            vehicles.specification, FleetOptions.seconds.specification, speed.specification, recording.specification,
            FleetOptions.json.specification,
        ],
        examples: [.init("\(Program.name) demo --seconds 10", "Ten seconds, then a summary.")]
    )

    static func run(_ command: ParsedCommand) -> ExitCode {
        // Before the first thread: threads inherit what they may be interrupted by.
        ProcessSignals.takeOver()
        do {
            return try show(command)
        } catch let error as DemoPKIError {
            Console.complain("demo: \(error)")
            return .environment
        } catch let error as StartError {
            Console.complain("demo: \(error)")
            return .environment
        } catch {
            return Console.complain(error, doing: "demo")
        }
    }

    private static func show(_ command: ParsedCommand) throws -> ExitCode {
        let frames = try frames(command)
        let replay = FleetReplay(frames, speed: command[speed] ?? 10, isEndless: true)
        guard !replay.tracks.isEmpty else {
            Console.complain("demo: no frames of vehicles in the recording; name one that has some")
            return .problemFound
        }
        let directory = try TemporaryDirectory(prefix: "fleet-telemetry-demo")
        let count = command[vehicles]
        let isJSON = command[FleetOptions.json]
        let files = DemoPKIOptions(
            directory: directory.path,
            vins: vins(count, of: replay),
            hosts: ["localhost", "127.0.0.1"]
        )
        _ = try DemoPKI.write(files)
        let receiver = try DemoReceiver(files)
        sayWhatHappens(command, port: receiver.port, directory: directory.path)
        let display = try DemoDisplay(
            receiver.records,
            form: isJSON ? .json : .short,
            vehicles: count,
            linesPerSecond: linesPerSecond
        )
        var settings = FleetSettings(
            host: "127.0.0.1",
            port: receiver.port,
            authorities: try Certificate.readAll(path: files.authorityPath),
            credentials: try files.vins.map { vin in
                let identity = try TLSIdentity(chainPath: files.vehiclePath(vin), keyPath: files.vehicleKeyPath(vin))
                return VehicleCredentials(vin: vin, identity: identity)
            },
            vehicles: count,
            load: .replay(replay)
        )
        settings.seconds = command[FleetOptions.seconds]
        let fleet = try SimulatedFleet(settings)
        waitForEnd(of: fleet, display, isJSON: isJSON)
        let report = fleet.wait()
        receiver.stop()
        let dispatched = display.finish()
        return finish(DemoSummary(fleet: report, dispatched: dispatched, signals: display.signals), isJSON: isJSON)
    }

    private static func sayWhatHappens(_ command: ParsedCommand, port: UInt16, directory: String) {
        let count = command[vehicles]
        let load = command[recording] ?? "a recorded drive, charge and park"
        let end = command[FleetOptions.seconds].map { "after \($0) s, or with ctrl-C" } ?? "with ctrl-C"
        Console.say(
            """
            demo: a receiver and \(count) simulated vehicle\(count == 1 ? "" : "s") on this machine
              certificates  \(directory), removed at the end
              receiver      127.0.0.1:\(port), over mutual TLS
              vehicles      play \(load), \(text(command[speed] ?? 10)) times as fast
              shown         some of the decoded records of each vehicle; all are counted
              end           \(end)

            """
        )
    }

    private static func text(_ number: Double) -> String {
        number == number.rounded() ? "\(Int(number))" : "\(number)"
    }

    /// Records shown per second; the others are only counted, so that eyes can follow.
    private static let linesPerSecond = 6
    /// How often is said how many there were, in seconds.
    private static let tallySeconds = 5

    private static func frames(_ command: ParsedCommand) throws -> [RecordedFrame] {
        guard let path = command[recording] else { return DemoRecording.frames() }
        return try FleetOptions.recording(path, name: "demo")
    }

    /// The recording's VINs first, then made-up ones.
    private static func vins(_ count: Int, of replay: FleetReplay) -> [String] {
        (0..<count).map { number in
            if number < replay.tracks.count { return replay.tracks[number].vin }
            let digits = String(number)
            return "5YJ3E1EA0KF" + String(repeating: "0", count: 6 - digits.count) + digits
        }
    }

    /// Returns when the fleet has ended by itself, ctrl-C has come, or nobody looks on any more. Says in between how it
    /// goes.
    private static func waitForEnd(of fleet: SimulatedFleet, _ display: DemoDisplay, isJSON: Bool) {
        let start = MonotonicTime.now
        var nextTally = tallySeconds
        while !fleet.isFinished {
            if ProcessSignals.wait(timeoutMilliseconds: 100) != nil || !Console.hasReader {
                fleet.stop()
                // A second ctrl-C ends the program at once.
                ProcessSignals.restoreDefaults()
                return
            }
            let seconds = Int(MonotonicTime.now.nanoseconds(since: start) / 1_000_000_000)
            guard !isJSON, seconds >= nextTally, !fleet.isFinished else { continue }
            nextTally = seconds + tallySeconds
            let counts = fleet.counts
            Console.print(
                "   ---- \(counts.connected) connected, \(counts.sent) records sent, \(counts.acked) acked, "
                    + "\(display.dispatched) dispatched, \(display.dispatched - display.shown) of them not shown\n"
            )
        }
    }

    private static func finish(_ summary: DemoSummary, isJSON: Bool) -> ExitCode {
        let isPrinted = isJSON ? Console.print(summary.jsonLine) : Console.print(summary.text)
        guard summary.fleet.counts.connects > 0 else {
            Console.complain("demo: no vehicle got a connection; is something blocking 127.0.0.1?")
            return .environment
        }
        guard summary.lost == 0 else {
            Console.complain("demo: \(summary.lost) records were lost, which should not happen; please report it")
            return .problemFound
        }
        return isPrinted
    }
}
