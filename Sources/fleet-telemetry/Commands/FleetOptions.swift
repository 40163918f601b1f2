internal import CommandLineInterface
internal import LinuxSystem
internal import OpenSSLTransport
internal import VehicleSimulation

/// The options of all commands that connect simulated vehicles to a server.
enum FleetOptions {
    static let host = Option<String>.requiredText("host", "NAME", "The server's name or address")
    static let port = Option<Int>.integer("port", "P", in: 1...65_535, default: 443, "The server's port")
    static let ca = Option<String>.requiredFile("ca", "FILE", "PEM of the CA that the server's certificate comes from")
    static let certs = Option<String>.requiredFolder(
        "certs",
        "DIR",
        "Folder that 'certs demo' made, with vehicles/VIN.pem"
    )
    static let vehicles = Option<Int>.integer("vehicles", "N", in: 1...1_000_000, default: 1, "How many vehicles")
    static let seconds = Option<Int?>.integer("seconds", "S", in: 1...31_536_000, without: "until ctrl-C", "How long")
    static let threads = Option<Int>.integer("threads", "N", in: 1...64, default: 1, "Threads for all vehicles")
    static let window = Option<Int>.integer(
        "window",
        "N",
        in: 1...4096,
        default: 1,
        "Records a vehicle has in flight at most; real ones have 1"
    )
    static let json = Option.flag("json", "End with one line of JSON")

    /// Reads certificates and makes settings of the options that all these commands have.
    ///
    /// - Parameter load: what the vehicles shall do.
    static func settings(_ command: ParsedCommand, vehicles: Int, load: FleetLoad) throws -> FleetSettings {
        var settings = FleetSettings(
            host: command[host],
            port: UInt16(command[port]),
            authorities: try Certificate.readAll(path: command[ca]),
            credentials: try VehicleCredentials.load(from: command[certs], limit: vehicles),
            vehicles: vehicles,
            load: load
        )
        settings.threads = min(command[threads], vehicles)
        settings.window = command[window]
        return settings
    }

    /// Runs a fleet to its end or to ctrl-C, and says how it went.
    ///
    /// - Parameter progressMilliseconds: how often to print a line of JSON in between, if that is what is printed.
    static func run(
        _ settings: FleetSettings,
        isJSON: Bool,
        progressMilliseconds: Int? = nil,
        name: String
    ) -> ExitCode {
        // Before the first thread: threads inherit what they may be interrupted by.
        ProcessSignals.takeOver()
        ProcessLimits.raiseDescriptors()
        let fleet: SimulatedFleet
        do {
            fleet = try SimulatedFleet(settings)
        } catch {
            return Console.complain(error, doing: name)
        }
        var shown = FleetCounts()
        var seconds = 0
        while !fleet.isFinished {
            let pause = isJSON ? progressMilliseconds ?? 1000 : 1000
            if ProcessSignals.wait(timeoutMilliseconds: pause) != nil {
                fleet.stop()
                ProcessSignals.restoreDefaults()
                break
            }
            seconds += 1
            let counts = fleet.counts
            if isJSON {
                if progressMilliseconds != nil { Console.print { counts.writeProgress(to: &$0) } }
            } else if !fleet.isFinished {
                Console.say(progress(seconds, counts, since: shown))
            }
            shown = counts
        }
        return finish(fleet.wait(), isJSON: isJSON, name: name)
    }

    private static func progress(_ seconds: Int, _ counts: FleetCounts, since last: FleetCounts) -> String {
        "\(seconds) s: \(counts.connected) connected, \(counts.sent) sent, \(counts.acked) acked "
            + "(\(counts.acked - last.acked) per second)"
    }

    private static func finish(_ report: FleetReport, isJSON: Bool, name: String) -> ExitCode {
        if isJSON {
            Console.print { report.writeMembers(to: &$0) }
        } else {
            Console.print(report.text + "\n")
        }
        guard report.counts.connects > 0 else {
            Console.complain(
                "\(name): no vehicle got a connection; check host, port and CA, and that the server trusts the "
                    + "vehicles' CA"
            )
            return .environment
        }
        guard report.lost == 0 else {
            Console.complain("\(name): \(report.lost) records were never acked; look at the server's log")
            return .problemFound
        }
        return .fine
    }

    /// Damaged lines of a recording that are told one by one; the others are counted.
    private static let damagedLinesTold = 5

    /// Reads a recording; damaged lines are told and left out.
    ///
    /// - Throws: `SystemCallError`.
    static func recording(_ path: String, name: String) throws -> [RecordedFrame] {
        var frames: [RecordedFrame] = []
        var damaged = 0
        for result in RecordingReader(try Files.read(path, limitBytes: 1 << 30)) {
            switch result {
            case .success(let frame): frames.append(frame)
            case .failure(let error):
                damaged += 1
                if damaged <= damagedLinesTold { Console.complain("\(name): \(path): \(error)") }
            }
        }
        if damaged > damagedLinesTold {
            Console.complain(
                "\(name): \(path): \(damaged - damagedLinesTold) more lines are no frames; "
                    + "check that it is a recording of 'serve --record'"
            )
        }
        return frames
    }
}
