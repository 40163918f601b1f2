internal import LinuxSystem

/// The servers that are compared.
enum ServerKind {
    case ours
    /// Ours with a spool on the disk that holds temporary files.
    case spooled
    /// Ours with every rule about records observed.
    case observing
    /// Ours with every rule about records enforced.
    case enforcing
    case anchor

    var name: String {
        switch self {
        case .ours: "fleet-telemetry"
        case .spooled: "fleet-telemetry with spool"
        case .observing: "fleet-telemetry that observes"
        case .enforcing: "fleet-telemetry that enforces"
        case .anchor: "c-anchor"
        }
    }
}

/// A server that runs, pinned to its CPU. It ends with this value.
final class Server {
    let kind: ServerKind
    let port: UInt16
    /// From starting the process to the first connection that the kernel accepted for it.
    let startSeconds: Double
    private let process: ChildProcess
    private let errorPath: String

    init(_ kind: ServerKind, on ground: Ground) throws {
        self.kind = kind
        port = try Self.freePort()
        errorPath = "\(ground.files)/\(kind.name).err"
        let arguments: [String]
        switch kind {
        case .ours, .spooled, .observing, .enforcing:
            let path = "\(ground.files)/server.json"
            let text = Self.configuration(port, pki: ground.pki, more: Self.sections(of: kind, ground))
            try Files.write(Array(text.utf8), to: path, mode: 0o600)
            arguments = ["serve", "--config", path]
        case .anchor:
            let pki = ground.pki
            arguments = ["\(port)", "\(pki)/server.pem", "\(pki)/server.key", "\(pki)/ca.pem"]
        }
        let program = kind == .anchor ? ground.anchor : ground.server
        let startedAt = MonotonicTime.now
        process = try ChildProcess(program, arguments, errorPath: errorPath, cpu: ground.serverCPU)
        try Self.waitForPort(port, of: process, errorPath, kind)
        startSeconds = Double(MonotonicTime.now.nanoseconds(since: startedAt)) / 1e9
    }

    /// All record types go to a file dispatcher that writes JSON lines to /dev/null; everything else as by default.
    private static func configuration(_ port: UInt16, pki: String, more: String) -> String {
        """
        {"host": "127.0.0.1", "port": \(port),
         "tls": {"server_cert": "\(pki)/server.pem", "server_key": "\(pki)/server.key", "ca_file": "\(pki)/ca.pem"},
         \(more)
         "records": {"V": ["file"], "alerts": ["file"], "errors": ["file"]},
         "file": {"path": "/dev/null"}}

        """
    }

    /// What a server's configuration has beside that.
    private static func sections(of kind: ServerKind, _ ground: Ground) -> String {
        switch kind {
        case .ours, .anchor: ""
        case .spooled: "\"spool\": {\"directory\": \"\(ground.files)/spool\"},"
        case .observing: validation("observe")
        case .enforcing:
            validation("enforce") + " \"dead_letters\": {\"directory\": \"\(ground.files)/letters\"},"
        }
    }

    /// The generator's records are made beforehand, for the minutes to come; they break no rule but by that.
    private static func validation(_ mode: String) -> String {
        "\"validation\": {\"mode\": \"\(mode)\", \"future_seconds\": 86400},"
    }

    /// A port that was free a moment ago.
    private static func freePort() throws -> UInt16 {
        let listener = try TCP.listen(host: "127.0.0.1", port: 0, sharesPort: false)
        return TCP.localAddress(of: listener)?.port ?? 0
    }

    private static func waitForPort(
        _ port: UInt16,
        of process: ChildProcess,
        _ errorPath: String,
        _ kind: ServerKind
    ) throws {
        let deadline = MonotonicTime.now.adding(milliseconds: 20_000)
        while true {
            if (try? TCP.connect(host: "127.0.0.1", port: port, isBlocking: true)) != nil { return }
            try Interruption.check()
            guard process.wait(timeoutMilliseconds: 0) == nil else {
                throw BenchError.ended(kind.name, said: Ground.lastWords(errorPath))
            }
            guard MonotonicTime.now < deadline else { throw BenchError.tookTooLong("the start of \(kind.name)") }
        }
    }

    /// What the server has used so far.
    func usage() throws(BenchError) -> ProcessUsage {
        guard let usage = ProcessUsage.read(of: process.id) else {
            throw .ended(kind.name, said: Ground.lastWords(errorPath))
        }
        return usage
    }

    func stop() {
        process.signal(.terminate)
        if process.wait(timeoutMilliseconds: 10_000) == nil { process.signal(.kill) }
        _ = process.wait(timeoutMilliseconds: nil)
    }
}
