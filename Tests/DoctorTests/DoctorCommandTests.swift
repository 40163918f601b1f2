import Foundation
import Glibc
import LinuxSystem
import OpenSSLTransport
import Symptoms
import TelemetryFixtures
import Testing

/// The commands as an operator runs them, also with fewer rights than ours.
struct DoctorCommandTests {
    /// The executable lies beside the tests, in the same build.
    private static let executable: String = {
        let own = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        let folders = [own, CommandLine.arguments[0]].map { URL(filePath: $0).deletingLastPathComponent() }
        let paths = folders.map { $0.appending(path: "fleet-telemetry").path }
        return paths.first { FileManager.default.isExecutableFile(atPath: $0) } ?? paths[0]
    }()

    /// - Parameter before: words of the shell that start it, e.g. with fewer rights.
    private static func run(
        _ arguments: [String],
        before: String = ""
    ) throws -> (status: Int32, output: String) {
        let words = arguments.map { "'\($0.replacing("'", with: "'\\''"))'" }.joined(separator: " ")
        let outcome = try Tool.run("\(before) '\(executable)' \(words)")
        return (outcome.status, outcome.output)
    }

    private static func report(_ output: String) throws -> [String: Any] {
        // What is said to people stands before it, on standard error.
        let line = try #require(output.split(separator: "\n").last { $0.hasPrefix("{") }, "\(output)")
        return try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
    }

    /// What takes rights from root; an ordinary user has none of them anyway.
    private static func without(_ capabilities: String) -> String {
        geteuid() == 0 ? "setpriv --bounding-set -\(capabilities.replacing(",", with: ",-"))" : ""
    }

    // MARK: Rights

    @Test func `a key that the user may not read is named first`() throws {
        let stage = try Stage()
        let key = stage.path("server.key")
        if geteuid() == 0 { chown(key, 65_534, 65_534) } else { chmod(key, 0) }
        let (status, output) = try Self.run(
            ["doctor", "--config", stage.path("server.json"), "--json"],
            before: Self.without("dac_override,dac_read_search")
        )
        #expect(status == 1)
        #expect(try Self.report(output)["cause"] as? String == SymptomCode.keyUnreadable.rawValue, "\(output)")
    }

    /// Where every port is everybody's there is no such thing.
    @Test(.enabled(if: firstFreePort > 81))
    func `a port below 1024 without the right to it is named first`() throws {
        let stage = try Stage()
        try stage.writeConfiguration(["port": 81])
        let (status, output) = try Self.run(
            ["doctor", "--config", stage.path("server.json"), "--json"],
            before: Self.without("net_bind_service")
        )
        #expect(status == 1)
        #expect(try Self.report(output)["cause"] as? String == SymptomCode.portPrivileged.rawValue, "\(output)")
    }

    private static let firstFreePort =
        (try? String(contentsOfFile: "/proc/sys/net/ipv4/ip_unprivileged_port_start", encoding: .utf8))
        .flatMap { Int($0.trimmingCharacters(in: .whitespacesAndNewlines)) } ?? 1024

    @Test func `too few descriptors for this process are told`() throws {
        let stage = try Stage()
        try stage.writeConfiguration(["max_connections": 5_000])
        let (_, output) = try Self.run(
            ["doctor", "--config", stage.path("server.json"), "--json"],
            before: "ulimit -n 256 && exec"
        )
        let causes = try Self.report(output)["causes"] as? [[String: Any]] ?? []
        #expect(causes.contains { $0["symptom"] as? String == SymptomCode.descriptorsTooFew.rawValue }, "\(output)")
    }

    // MARK: As a user sees it

    @Test func `exit codes tell problems, warnings and misuse apart`() throws {
        let stage = try Stage()
        try stage.serve()
        let sound = try Self.run(["doctor", "--config", stage.path("server.json"), "--host", "localhost"])
        // No CA of Tesla's is trusted here, which is a warning.
        #expect(sound.status == 0, "\(sound.output)")
        #expect(sound.output.contains("acknowledged after"), "\(sound.output)")
        try stage.write("/etc/ca.pem", "ca.pem")
        let broken = try Self.run([
            "doctor", "--host", "localhost", "--port", "\(stage.port)", "--ca", stage.path("ca.pem"),
        ])
        #expect(broken.status == 1)
        #expect(broken.output.contains("Begin with this:\n  FT-CA-001"), "\(broken.output)")
        #expect(try Self.run(["doctor"]).status == 2)
        #expect(try Self.run(["doctor", "--hots", "x"]).status == 2)
        _ = try stage.vehicleFile()
        let vehicleFile = try Self.run(["doctor", "cert", stage.path("validate_server.json")])
        #expect(vehicleFile.status == 0, "\(vehicleFile.output)")
        #expect(try Self.run(["doctor", "cert", stage.path("absent.json")]).status == 1)
    }

    @Test func `doctor answers soon about a healthy server`() throws {
        let stage = try Stage()
        try stage.serve()
        let clock = ContinuousClock()
        let times = try (0..<3).map { _ in
            try clock.measure { _ = try Self.run(["doctor", "--config", stage.path("server.json")]) }
        }
        // 0.2 s on a quiet machine. The best of three, as other tests run beside this one.
        #expect(try #require(times.min()) < .seconds(2))
    }

    @Test func `explain answers a text, a code, a list, and what it does not know`() throws {
        let text = try Self.run(["explain", "remote error: tls: bad certificate"])
        #expect(text.status == 0)
        #expect(text.output.hasPrefix("FT-TLS-001  "))
        #expect(text.output.contains("Causes, likeliest first:\n  1. "))
        #expect(text.output.split(separator: "\n").allSatisfy { $0.count <= 100 })
        #expect(try Self.run(["explain", "tls:", "bad", "certificate"]).output == text.output)
        let code = try Self.run(["explain", "ft-run-001", "--json"])
        let matches = try Self.report(code.output)["matches"] as? [[String: Any]]
        #expect(matches?.count == 1 && matches?.first?["title"] as? String == "The port is taken")
        let list = try Self.run(["explain", "--list"])
        #expect(SymptomCode.allCases.allSatisfy { list.output.contains($0.rawValue) })
        let unknown = try Self.run(["explain", "my toaster is on fire"])
        #expect(unknown.status == 1)
        #expect(unknown.output.contains("fleet-telemetry doctor --config FILE"))
        #expect(try Self.run(["explain"]).status == 2)
        #expect(try Self.run(["explain", "--list", "x"]).status == 2)
    }

    @Test func `explain comes at once`() throws {
        let clock = ContinuousClock()
        let times = try (0..<5).map { _ in try clock.measure { _ = try Self.run(["explain", "bad certificate"]) } }
        // 20 ms unoptimised on a quiet machine; wide for the same reasons as help.
        #expect(try #require(times.min()) < .seconds(2))
    }
}
