internal import JSONText
internal import LinuxSystem

/// `fleet-telemetry simulate`, pinned to its CPU. It ends with this value.
final class Vehicles {
    /// How far it was when it said so, read a moment later.
    struct Progress {
        let at: MonotonicTime
        let isSending: Bool
        let connected: Int
        let connects: Int
        let acked: Int
        let churned: Int
        /// CPU time of the generator.
        let cpuNanoseconds: UInt64
    }

    /// Its last line.
    struct Outcome {
        let lost: Int
        let failures: Int
        let p50: Double
        let p99: Double
        let p999: Double
    }

    enum Word {
        case progress(Progress)
        case outcome(Outcome)
    }

    private let process: ChildProcess
    private let errorPath: String

    init(_ arguments: [String], to server: Server, on ground: Ground, progressMilliseconds: Int) throws {
        errorPath = "\(ground.files)/simulate.err"
        let common = [
            "simulate", "--host", "127.0.0.1", "--port", "\(server.port)", "--ca", "\(ground.pki)/ca.pem",
            "--certs", ground.pki, "--json", "--progress", "\(progressMilliseconds)",
        ]
        process = try ChildProcess(ground.server, common + arguments, errorPath: errorPath, cpu: ground.vehicleCPU)
    }

    /// What it says next.
    func next(within milliseconds: Int = 60_000) throws(BenchError) -> Word {
        let deadline = MonotonicTime.now.adding(milliseconds: milliseconds)
        while MonotonicTime.now < deadline {
            try Interruption.check()
            if let line = process.readLine(timeoutMilliseconds: 100) {
                guard let root = try? JSONReader.read(line).root else { continue }
                return root["lost"] == nil ? .progress(progress(root)) : .outcome(outcome(root))
            }
            if process.hasSaidAll { throw .ended("simulate", said: Ground.lastWords(errorPath)) }
        }
        throw .tookTooLong("an answer of simulate")
    }

    private func progress(_ root: JSONValue) -> Progress {
        Progress(
            at: .now,
            isSending: root["sending"]?.flag ?? false,
            connected: number(root, "connected"),
            connects: number(root, "connects"),
            acked: number(root, "acked"),
            churned: number(root, "churned"),
            cpuNanoseconds: ProcessUsage.read(of: process.id)?.cpuNanoseconds ?? 0
        )
    }

    private func outcome(_ root: JSONValue) -> Outcome {
        let latency = root["ack_latency_ms"]
        return Outcome(
            lost: number(root, "lost"),
            failures: number(root, "connect_failures") + number(root, "breaks") + number(root, "resent"),
            p50: latency?["p50"]?.decimal ?? 0,
            p99: latency?["p99"]?.decimal ?? 0,
            p999: latency?["p999"]?.decimal ?? 0
        )
    }

    private func number(_ root: JSONValue, _ name: String) -> Int { Int(root[name]?.wholeNumber ?? 0) }

    func stop() {
        process.signal(.terminate)
        if process.wait(timeoutMilliseconds: 15_000) == nil { process.signal(.kill) }
        _ = process.wait(timeoutMilliseconds: nil)
    }
}
