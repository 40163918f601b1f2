internal import LinuxSystem

/// What all measurements stand on: programs, certificates, CPUs and a place for files.
final class Ground {
    static let vins = 1000

    let options: BenchOptions
    let serverCPU: Int
    let vehicleCPU: Int
    private let directory: TemporaryDirectory

    var isShared: Bool { serverCPU == vehicleCPU }
    var files: String { directory.path }
    var pki: String { "\(directory.path)/pki" }
    var server: String { "\(options.binaries)/fleet-telemetry" }
    var anchor: String { "\(options.binaries)/c-anchor" }

    init(_ options: BenchOptions) throws {
        for name in ["fleet-telemetry", "c-anchor"] where !Files.exists("\(options.binaries)/\(name)") {
            throw BenchError.missing("\(options.binaries)/\(name)")
        }
        let directory = try TemporaryDirectory(prefix: "fleet-bench")
        let cpus = Machine.allowedCPUs
        self.options = options
        self.directory = directory
        serverCPU = cpus.first ?? 0
        vehicleCPU = cpus.dropFirst().first ?? cpus.first ?? 0
        // This program does little while it measures; it must not do it where the server runs.
        LoopThread.pinCurrent(toCPU: vehicleCPU)
        try makeCertificates()
    }

    private func makeCertificates() throws {
        var arguments = ["certs", "demo", "--out", pki, "--host", "localhost", "--host", "127.0.0.1"]
        // As they are given in Europe, where no check digit has to fit.
        for number in 0..<Self.vins { arguments += ["--vin", "XP7YGCEK0PB\(100_000 + number)"] }
        let errors = "\(files)/certs.err"
        let process = try ChildProcess(server, arguments, errorPath: errors, cpu: vehicleCPU)
        while !process.hasSaidAll {
            _ = process.readLine(timeoutMilliseconds: 100)
            try Interruption.check()
        }
        guard process.wait(timeoutMilliseconds: 10_000) == .exited(code: 0) else {
            throw BenchError.ended("fleet-telemetry certs demo", said: Self.lastWords(errors))
        }
    }

    /// The end of what a program wrote to standard error.
    static func lastWords(_ path: String) -> String {
        guard let bytes = try? Files.read(path, limitBytes: 64 << 20) else { return "" }
        let lines = String(decoding: bytes.suffix(2000), as: UTF8.self).split(whereSeparator: \.isNewline)
        return lines.suffix(3).joined(separator: " | ")
    }
}

/// Ctrl-C and SIGTERM, looked at between two steps, so that nothing is left running.
enum Interruption {
    static func check() throws(BenchError) {
        if ProcessSignals.wait(timeoutMilliseconds: 0) != nil { throw .interrupted }
    }

    static func sleep(milliseconds: Int) throws(BenchError) {
        if ProcessSignals.wait(timeoutMilliseconds: milliseconds) != nil { throw .interrupted }
    }
}
