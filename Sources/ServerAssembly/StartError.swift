internal import LinuxSystem
package import Symptoms

/// Why the server did not start, with what to do about it.
package struct StartError: SymptomaticError, Sendable, CustomStringConvertible {
    /// What was being done.
    package enum Step: Sendable, Hashable {
        case certificates
        case dispatchers
        case spool
        case deadLetters(String)
        case costs(String)
        case listening(String, Int)
        case statusPort(String, Int)
        case metricsPort(String, Int)
        case statsD(String)
        case vehicleLists
        case controlSocket(String)
        case rules
    }

    package let step: Step
    package let reason: String
    /// The value of errno, if a system call failed.
    package let systemCode: Int32?
    /// What it is explained as.
    package let symptom: SymptomCode

    /// Runs a step and turns whatever it throws into a start error.
    static func during<R: ~Copyable>(_ step: Step, _ body: () throws -> R) throws(StartError) -> R {
        do {
            return try body()
        } catch {
            throw StartError(
                step: step,
                reason: "\(error)",
                systemCode: (error as? SystemCallError)?.code,
                symptom: (error as? any SymptomaticError)?.symptom ?? step.symptom(of: error as? SystemCallError)
            )
        }
    }

    /// Setting, reason, remedy and symptom in one line.
    package var description: String { "\(words) [\(symptom.rawValue)]" }

    private var words: String {
        switch step {
        case .certificates: "tls: \(reason)"
        case .dispatchers: "records: \(reason)"
        case .spool: "spool: \(reason)"
        case .deadLetters(let directory):
            "dead_letters.directory: \(directory): \(reason); give it to the server's user, and to no other server"
        case .costs(let directory): "costs.directory: \(directory): \(costsReason)"
        case .listening(let host, let port): listening("host and port", host, port)
        case .statusPort(let host, let port): listening("status_host and status_port", host, port)
        case .metricsPort(let host, let port):
            listening("monitoring.prometheus_metrics_host and monitoring.prometheus_metrics_port", host, port)
        case .vehicleLists: "vehicles: \(reason)"
        case .controlSocket(let path): "control.socket: \(path): \(reason)"
        case .rules: "validation: \(reason)"
        case .statsD(let host): "monitoring.statsd.host: \(host): \(reason); write it as name:port"
        }
    }

    private func listening(_ setting: String, _ host: String, _ port: Int) -> String {
        "\(setting): cannot listen on \(host.isEmpty ? "*" : host):\(port) (\(reason)); \(remedy(port))"
    }

    private var costsReason: String {
        systemCode == SystemCallError.wouldBlock
            ? "another server has it; name another directory" : "\(reason); give it to the server's user"
    }

    private func remedy(_ port: Int) -> String {
        switch systemCode {
        case SystemCallError.addressInUse:
            "another program has the port: stop it (ss -ltnp shows it) or choose another port"
        case SystemCallError.permissionDenied where port < 1024:
            "ports below 1024 need a right: setcap cap_net_bind_service=+ep on the executable, or a systemd socket"
        case SystemCallError.addressNotAvailable:
            "this machine has no such address; leave host empty to listen on all"
        default:
            "check the address"
        }
    }
}

extension StartError.Step {
    /// What a failure of the step is explained as when the error itself does not say it.
    fileprivate func symptom(of error: SystemCallError?) -> SymptomCode {
        switch self {
        case .certificates: .certificateFileUnusable
        case .dispatchers: .dispatcherUnknown
        case .spool: .spoolUnwritable
        case .deadLetters: .deadLettersLost
        case .vehicleLists: .vehicleListUnusable
        case .statsD: .statsDUnreachable
        case .controlSocket: .controlSocketUnavailable
        case .rules: .valueNotAllowed
        case .costs: .costCountsUnusable
        case .listening, .statusPort, .metricsPort:
            switch error?.code {
            case SystemCallError.addressInUse: .portTaken
            case SystemCallError.permissionDenied: .portPrivileged
            default: .addressUnusable
            }
        }
    }
}
