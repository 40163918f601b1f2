import ConfigurationSchema
import Foundation
import LinuxSystem
import Observability
import ServerAssembly
import Testing
import TelemetryFixtures
import VehicleFixtures

/// Starts that must not succeed, and what they say.
@Suite(.serialized)
struct StartTests {
    private func failure(
        _ members: String,
        hasClientCA: Bool = true,
        _ change: (inout ServerConfiguration) -> Void = { _ in }
    ) throws -> String {
        let folder = try ServerBench.makeFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        try ServerBench.write(try TestPKI(), to: folder)
        var configuration = try ServerBench.configuration(members, folder: folder, hasClientCA: hasClientCA)
        change(&configuration)
        var text = ""
        do {
            let server = try TelemetryServer(configuration, directory: folder.path, log: .silent)
            server.stop()
            Issue.record("the server started")
        } catch {
            text = "\(error)"
        }
        return text.replacingOccurrences(of: folder.path, with: "FOLDER")
    }

    @Test func `without any client CA the server does not start, and says exactly this`() throws {
        let text = try failure(#""records": {"V": ["logger"]}"#, hasClientCA: false)
        #expect(
            text == """
                tls: no client CA: no vehicle could connect; run `fleet-telemetry certs fetch-ca --out FILE` and write \
                "tls": {"tesla_ca_file": FILE}, or name the CA of your own test vehicles in tls.ca_file \
                [FT-CA-010]
                """
        )
    }

    @Test func `dispatchers that this build lacks are all named, with the traits that add them`() throws {
        if KnownDispatcher.kafka.isBuilt || KnownDispatcher.mqtt.isBuilt { return }
        let text = try failure(#""records": {"V": ["logger"]}"#) { configuration in
            configuration.records = ["V": ["kafka"], "alerts": ["mqtt", "kafka"], "errors": ["kafka", "logger"]]
        }
        #expect(
            text == """
                records: this build has no dispatcher "kafka" (trait Kafka, used by V, alerts), "mqtt" (trait MQTT, \
                used by alerts); build with --traits Kafka,MQTT, or take them out of the lists [FT-SINK-012]
                """
        )
    }

    @Test func `a certificate that is not there is named`() throws {
        let folder = try ServerBench.makeFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let configuration = try ServerBench.configuration(#""records": {"V": ["logger"]}"#, folder: folder)
        let error = #expect(throws: StartError.self) {
            try TelemetryServer(configuration, directory: folder.path, log: .silent)
        }
        #expect(error?.description.contains("\(folder.path)/server.pem") == true)
    }

    @Test func `a port that somebody has is named with its setting`() throws {
        let socket = try TCP.listen(host: "127.0.0.1", port: 0, sharesPort: false)
        let address = TCP.localAddress(of: socket)
        let port = try #require(address).port
        let text = try failure(
            #""records": {"V": ["logger"]}, "status_port": \#(port), "status_host": "127.0.0.1""#
        )
        #expect(text.hasPrefix("status_host and status_port: cannot listen on 127.0.0.1:\(port)"), "\(text)")
        #expect(text.contains("ss -ltnp"))
    }

    @Test func `the reference's own files pass config check, but for what this machine lacks`() throws {
        for name in ["reference-example", "integration", "minimal"] {
            let path = Fixtures.url("configurations/\(name).good.json").path
            let output = ConfigurationCommands.check(path: path, json: false, environment: [:], machine: nil)
            #expect(output.exitCode == 0, "\(output.text)")
        }
        let integration = Fixtures.url("configurations/integration.good.json").path
        let text = ConfigurationCommands.check(path: integration, json: false, environment: [:], machine: nil).text
        for dispatcher in KnownDispatcher.allCases where !dispatcher.isBuilt && dispatcher != .nats {
            #expect(text.contains("--traits \(dispatcher.trait ?? "")"), "\(dispatcher)")
        }
    }

    #if !DEBUG
        @Test func `config check and a start take less than 200 milliseconds`() throws {
            let folder = try ServerBench.makeFolder()
            defer { try? FileManager.default.removeItem(at: folder) }
            try ServerBench.write(try TestPKI(), to: folder)
            let clock = ContinuousClock()
            let check = clock.measure {
                _ = ConfigurationCommands.check(
                    path: Fixtures.url("configurations/integration.good.json").path,
                    json: false,
                    environment: [:]
                )
            }
            #expect(check < .milliseconds(200))
            let configuration = try ServerBench.configuration(#""records": {"V": ["logger"]}"#, folder: folder)
            var server: TelemetryServer?
            let start = try clock.measure {
                server = try TelemetryServer(configuration, directory: folder.path, log: .silent)
            }
            server?.stop()
            #expect(start < .milliseconds(200))
        }
    #endif
}
