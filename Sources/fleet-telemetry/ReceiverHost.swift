internal import CommandLineInterface
internal import ConfigurationSchema
internal import LinuxSystem
internal import Observability
internal import ServerAssembly
internal import VehicleSimulation

/// Runs the receiver of `ServerAssembly` for a command.
enum ReceiverHost {
    /// Runs until SIGTERM or ctrl-C.
    ///
    /// - Parameter recordingPath: nil records nothing.
    static func serve(configurationPath: String, recordingPath: String?) -> ExitCode {
        // Before the first thread: threads inherit what they may be interrupted by.
        ProcessSignals.takeOver()
        ProcessLimits.raiseDescriptors()
        let checked = ConfigurationCommands.checked(
            path: configurationPath,
            environment: ProcessEnvironment.variables
        )
        if !checked.report.findings.isEmpty { Console.print(error: checked.report.text) }
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
        let code = run(configuration, path: configurationPath, tap: writer.map(RecordingTap.init))
        if let progress = writer?.close() {
            if let error = progress.error { _ = Console.complain(error, doing: "serve --record") }
            if progress.dropped > 0 {
                Console.complain("serve --record: \(progress.dropped) frames are missing; use a faster disk")
            }
        }
        return code
    }

    private static func run(_ configuration: ServerConfiguration, path: String, tap: RecordingTap?) -> ExitCode {
        let log = configuration.operationalLog
        do throws(StartError) {
            let server = try TelemetryServer(
                configuration,
                directory: ConfigurationCommands.directory(of: path),
                tap: tap,
                log: log
            )
            waitForStop(log)
            // A second signal ends the program at once.
            ProcessSignals.restoreDefaults()
            server.stop()
            return .fine
        } catch {
            Console.complain("serve: \(path): \(error)")
            return .environment
        }
    }

    private static func waitForStop(_ log: Log) {
        while true {
            switch ProcessSignals.wait() {
            case .interrupt, .terminate, nil: return
            case .hangUp: log.warning("reload_ignored", ["reason": "restart to read the configuration again"])
            }
        }
    }
}
