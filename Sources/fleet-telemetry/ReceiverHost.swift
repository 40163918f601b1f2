internal import CommandLineInterface
internal import ConfigurationSchema
internal import ControlPlane
internal import LinuxSystem
internal import Observability
internal import ServerAssembly
internal import VehicleSimulation

/// Runs the receiver of `ServerAssembly` for a command.
enum ReceiverHost {
    /// Runs until SIGTERM or ctrl-C. SIGHUP reads certificates and VIN lists again.
    ///
    /// - Parameter recordingPath: nil records nothing.
    static func serve(configurationPath: String, recordingPath: String?) -> ExitCode {
        // Before the first thread: threads inherit what they may be interrupted by.
        ProcessSignals.takeOver()
        ProcessLimits.raiseDescriptors()
        let environment = ProcessEnvironment.variables
        let listeners: [ListeningSocket]
        do throws(InheritedSockets.Unusable) {
            listeners = try InheritedSockets.take(environment: environment)
        } catch {
            Console.complain("serve: \(error)")
            return .environment
        }
        let checked = ConfigurationCommands.checked(path: configurationPath, environment: environment)
        if !checked.report.findings.isEmpty { Console.print(error: checked.report.text(Console.errorStyle)) }
        guard let configuration = checked.configuration else {
            Console.complain(
                "serve: \(configurationPath): not started; mend what is said above, then try "
                    + "'\(Program.name) config check \(configurationPath)'"
            )
            return checked.isPreventedByMachine ? .environment : .usage
        }
        var writer: RecordingWriter?
        if let recordingPath {
            do {
                writer = try RecordingWriter(path: recordingPath)
            } catch {
                return Console.complain(error, doing: "serve --record")
            }
        }
        let code = run(
            configuration,
            ConfigurationSource(path: configurationPath, environment: environment),
            listeners,
            ServiceNotification(environment: environment),
            tap: writer.map(RecordingTap.init)
        )
        if let progress = writer?.close() {
            if let error = progress.error { _ = Console.complain(error, doing: "serve --record") }
            if progress.dropped > 0 {
                Console.complain("serve --record: \(progress.dropped) frames are missing; use a faster disk")
            }
        }
        return code
    }

    private static func run(
        _ configuration: ServerConfiguration,
        _ source: ConfigurationSource,
        _ listeners: [ListeningSocket],
        _ supervisor: ServiceNotification?,
        tap: RecordingTap?
    ) -> ExitCode {
        do throws(StartError) {
            let server = try TelemetryServer(
                configuration,
                directory: ConfigurationCommands.directory(of: source.path),
                source: source,
                controlPath: ControlPlaces(environment: source.environment).path(port: configuration.port),
                listeners: listeners,
                tap: tap,
                log: configuration.operationalLog
            )
            live(server, supervisor)
            supervisor?.stopping(status: "delivering what is in hand")
            endAtSecondSignal()
            server.stop()
            return .fine
        } catch {
            Console.complain("serve: \(source.path): \(error)")
            return .environment
        }
    }

    /// Returns when the server shall stop.
    private static func live(_ server: TelemetryServer, _ supervisor: ServiceNotification?) {
        let serving = "serving vehicles on \(server.address)"
        supervisor?.ready(status: serving)
        // Half of the time that the supervisor gives, as it recommends; the loops get the other half to answer.
        let beat = supervisor?.watchdogMilliseconds.map { max(1, $0 / 2) }
        while true {
            switch ProcessSignals.wait(timeoutMilliseconds: beat) {
            case .interrupt, .terminate:
                return
            case .hangUp:
                supervisor?.reloading()
                let failures = server.reload()
                supervisor?.ready(status: failures.isEmpty ? serving : "\(serving); \(failures[0])")
            case nil:
                // A loop that hangs is not alive: without a word from us the supervisor starts a new process.
                if let beat, server.isAlive(withinMilliseconds: beat) { supervisor?.alive() }
            }
        }
    }

    /// Whoever signals again does not want to wait for dispatchers.
    private static func endAtSecondSignal() {
        // Without the thread the stop is bounded by shutdown_timeout_seconds all the same.
        _ = try? LoopThread(name: "second-signal") {
            while ProcessSignals.wait() == .hangUp {}
            Console.complain(
                "serve: stopped at once by a second signal; vehicles send again what was not acknowledged"
            )
            ProcessSignals.exitAtOnce(code: ExitCode.problemFound.rawValue)
        }
    }
}
