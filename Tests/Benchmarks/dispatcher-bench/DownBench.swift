internal import JSONText
internal import LinuxSystem

/// What vehicles notice of a dispatcher whose sink is down, while their acks wait for another one.
///
/// `serve` and `simulate` as an operator starts them: records go to a file that acks wait for, and in every second run
/// also to a sink that takes nothing.
struct DownBench {
    let seconds: Int

    private enum Setting: String, CaseIterable {
        case alone = "file alone"
        case beside = "file, and a queue that nobody takes from"
    }

    func run() throws {
        let directory = try TemporaryDirectory(prefix: "dispatcher-bench")
        let program = CommandLine.arguments[0]
        let executable = (program.lastIndex(of: "/").map { program[...$0] } ?? "./") + "fleet-telemetry"
        let ground = Ground(executable: String(executable), folder: directory.path)
        try ground.makeCertificates()
        var latencies: [Setting: [(p50: Double, p99: Double)]] = [:]
        for _ in 0..<3 {
            for setting in Setting.allCases { latencies[setting, default: []].append(try measure(setting, ground)) }
        }
        say(column("ack latency, 5,000 records/s", 44, isRight: false) + column("p50 ms", 10) + column("p99 ms", 10))
        for setting in Setting.allCases {
            let (p50, p99) = Self.medians(latencies[setting] ?? [])
            say(
                column(setting.rawValue, 44, isRight: false) + column(Self.shown(p50), 10) + column(Self.shown(p99), 10)
            )
        }
        let alone = Self.medians(latencies[.alone] ?? [])
        let beside = Self.medians(latencies[.beside] ?? [])
        say("ratio" + column(Self.shown(beside.p50 / alone.p50), 49) + column(Self.shown(beside.p99 / alone.p99), 10))
    }

    private static func medians(_ rounds: [(p50: Double, p99: Double)]) -> (p50: Double, p99: Double) {
        (median(rounds.map(\.p50)), median(rounds.map(\.p99)))
    }

    private static func shown(_ value: Double) -> String { "\((value * 1000).rounded() / 1000)" }

    private func measure(_ setting: Setting, _ ground: Ground) throws -> (p50: Double, p99: Double) {
        let port = try ground.freePort()
        let others = setting == .alone ? "" : #", "queue""#
        let configuration = """
            {"host": "127.0.0.1", "port": \(port),
             "tls": {"server_cert": "\(ground.pki)/server.pem", "server_key": "\(ground.pki)/server.key",
                     "ca_file": "\(ground.pki)/ca.pem"},
             "records": {"V": ["file"\(others)]}, "reliable_ack_sources": {"V": ["file"]},
             "file": {"path": "/dev/null"}}
            """
        let path = "\(ground.folder)/server.json"
        try Files.write(Array(configuration.utf8), to: path, mode: 0o600)
        let server = try ground.start(["serve", "--config", path], cpu: 0)
        defer {
            server.signal(.terminate)
            _ = server.wait(timeoutMilliseconds: 15_000)
        }
        let deadline = MonotonicTime.now.adding(milliseconds: 20_000)
        while (try? TCP.connect(host: "127.0.0.1", port: port, isBlocking: true)) == nil {
            guard server.wait(timeoutMilliseconds: 10) == nil, MonotonicTime.now < deadline else {
                throw Failure(description: "the server does not start: \(ground.errors)")
            }
        }
        let vehicles = try ground.start(
            [
                "simulate", "--host", "127.0.0.1", "--port", "\(port)", "--ca", "\(ground.pki)/ca.pem", "--certs",
                ground.pki, "--json", "--vehicles", "\(Ground.vehicles)", "--together", "--rate", "50", "--datums",
                "10",
                "--seconds", "\(seconds)",
            ],
            cpu: 1
        )
        while let line = vehicles.readLine(timeoutMilliseconds: 60_000) {
            guard let latency = (try? JSONReader.read(line).root)?["ack_latency_ms"], !latency.isNull else { continue }
            guard let p50 = latency["p50"]?.decimal, let p99 = latency["p99"]?.decimal else { continue }
            _ = vehicles.wait(timeoutMilliseconds: 10_000)
            return (p50, p99)
        }
        throw Failure(description: "simulate says nothing: \(ground.errors)")
    }

    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    private struct Ground {
        static let vehicles = 100

        let executable: String
        let folder: String

        var pki: String { "\(folder)/pki" }

        var errors: String {
            String(decoding: (try? Files.read("\(folder)/errors", limitBytes: 1 << 20)) ?? [], as: UTF8.self)
        }

        func start(_ arguments: [String], cpu: Int) throws -> ChildProcess {
            let usable = LoopThread.usableCPUs > 1 ? cpu : 0
            return try ChildProcess(executable, arguments, errorPath: "\(folder)/errors", cpu: usable)
        }

        func makeCertificates() throws {
            var arguments = ["certs", "demo", "--out", pki, "--host", "localhost", "--host", "127.0.0.1"]
            for number in 0..<Self.vehicles { arguments += ["--vin", "5YJ3E1EA0KF\(100_000 + number)"] }
            let process = try start(arguments, cpu: 0)
            while !process.hasSaidAll { _ = process.readLine(timeoutMilliseconds: 100) }
            guard process.wait(timeoutMilliseconds: 10_000) == .exited(code: 0) else {
                throw Failure(description: "certs demo: \(errors)")
            }
        }

        func freePort() throws -> UInt16 {
            let listener = try TCP.listen(host: "127.0.0.1", port: 0, sharesPort: false)
            return TCP.localAddress(of: listener)?.port ?? 0
        }
    }
}
