internal import Dispatchers
internal import ServerAssembly

/// Where a receiver's configuration comes from.
public struct ReceiverConfiguration: Sendable {
    enum Source: Sendable {
        case file(String, environment: [String: String])
        case json(String)
        case settings(ReceiverSettings)
    }

    let source: Source

    /// A configuration file, with everything that `fleet-telemetry serve` reads from one; Tesla's files work too.
    ///
    /// - Parameter environment: variables that win over the file, by the names that the configuration reference gives
    ///   them. Pass `ProcessInfo.processInfo.environment` to let the operator set them.
    public static func file(_ path: String, environment: [String: String] = [:]) -> ReceiverConfiguration {
        ReceiverConfiguration(source: .file(path, environment: environment))
    }

    /// The text of such a file.
    public static func json(_ text: String) -> ReceiverConfiguration {
        ReceiverConfiguration(source: .json(text))
    }

    /// The few settings that most programs need, as values.
    public static func settings(_ settings: ReceiverSettings) -> ReceiverConfiguration {
        ReceiverConfiguration(source: .settings(settings))
    }
}

/// The settings that most programs need. Everything else has the default that the configuration reference gives.
public struct ReceiverSettings: Sendable, Hashable {
    /// What a full queue does.
    public enum Overflow: Sendable, Hashable {
        /// The vehicles wait, and nothing is lost.
        case block
        /// The oldest record that waits goes, and is counted; its vehicle believes it delivered.
        case dropOldest
    }

    /// What is written to standard error.
    public enum LogLevel: Sendable, Hashable {
        case debug, info, warning, error
    }

    /// The address that vehicles connect to; empty means all addresses of the machine.
    public var host = ""
    /// The port that vehicles connect to; 0 lets the system choose, see ``Receiver/port``.
    public var port: UInt16
    /// PEM file with the server's certificate, then its intermediates.
    public var certificatePath: String
    /// PEM file with its private key.
    public var keyPath: String
    /// PEM file with the certificates that vehicles must be signed by.
    public var clientAuthorityPath: String
    /// The dispatchers of each record type: `queue`, `logger`, or names of your own. Types that are not listed are
    /// acknowledged and dropped.
    public var records: [RecordType: [String]] = [
        .vehicleData: ["queue"], .alerts: ["queue"], .errors: ["queue"], .connectivity: ["queue"],
    ]
    /// Records that wait in each stream at most.
    public var queueCapacity = 10_000
    /// What a full stream does with the next record.
    public var queueOverflow = Overflow.block
    /// Event loops, each with a thread; 0 takes one per processor core.
    public var threads = 0
    /// Messages of this level and above are written.
    public var logLevel = LogLevel.warning

    /// - Parameters:
    ///   - port: see ``port``; the paths are of PEM files, relative ones start from the working directory.
    ///   - certificatePath: see ``certificatePath``.
    ///   - keyPath: see ``keyPath``.
    ///   - clientAuthorityPath: see ``clientAuthorityPath``.
    public init(port: UInt16, certificatePath: String, keyPath: String, clientAuthorityPath: String) {
        self.port = port
        self.certificatePath = certificatePath
        self.keyPath = keyPath
        self.clientAuthorityPath = clientAuthorityPath
    }
}

extension ServerConfiguration {
    init(_ settings: ReceiverSettings) {
        self.init()
        host = settings.host
        port = Int(settings.port)
        tls.serverCert = settings.certificatePath
        tls.serverKey = settings.keyPath
        tls.caFile = settings.clientAuthorityPath
        for (type, dispatchers) in settings.records { records[type.rawValue] = dispatchers }
        queue.recordLimit = max(1, settings.queueCapacity)
        queue.overflow = settings.queueOverflow == .block ? .block : .dropOldest
        threads = max(0, settings.threads)
        logLevel =
            switch settings.logLevel {
            case .debug: .debug
            case .info: .info
            case .warning: .warning
            case .error: .error
            }
    }
}
