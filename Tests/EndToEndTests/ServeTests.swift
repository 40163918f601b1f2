import Foundation
import Testing
import VehicleFixtures

struct ServeTests {
    @Test(
        arguments: [
            ["serve", "--config", "FILE"], ["serve", "--config=FILE"], ["serve", "-config", "FILE"],
            ["serve", "-config=FILE"], ["-config", "FILE"], ["-config=FILE"],
        ]
    )
    func `serve takes its configuration in the reference's spelling too`(_ option: [String]) throws {
        let shop = try Workshop()
        let path = try shop.write(shop.configuration)
        let child = try Child(option.map { $0.replacingOccurrences(of: "FILE", with: path) })
        #expect(try child.line(.error, containing: "starting_server").contains("127.0.0.1:\(shop.port)"))
        let vehicle = try shop.vehicle()
        try vehicle.send(Workshop.frame("first", speed: 30.5))
        #expect(try vehicle.nextFrame().flatMap(Workshop.acknowledged) == "first")
        child.send(.interrupt)
        #expect(try child.exitCode() == 0)
    }

    @Test func `an acked record stands in the file, in the documented form`() throws {
        let shop = try Workshop()
        let child = try shop.serve()
        let vehicle = try shop.vehicle()
        try vehicle.send(Workshop.frame("the-txid", speed: 30.5))
        #expect(try vehicle.nextFrame().flatMap(Workshop.acknowledged) == "the-txid")
        // It stands there when the ack has come, not only at the end.
        let text = try String(contentsOfFile: shop.recordsPath, encoding: .utf8)
        let start = #"{"vin":"\#(Workshop.vins[0])","record_type":"V","txid":"the-txid","received_at":"#
        #expect(text.hasPrefix(start))
        #expect(text.hasSuffix("\n"))
        let line = try #require(Workshop.objects(text).first)
        #expect(Set(line.keys) == ["vin", "record_type", "txid", "received_at", "device_client_version", "payload"])
        #expect(line["device_client_version"] as? String == "1.2.0")
        let milliseconds = try #require(line["received_at"] as? Int)
        #expect(abs(Double(milliseconds) / 1000 - Date().timeIntervalSince1970) < 3600)
        let payload = try #require(line["payload"] as? NSDictionary)
        #expect(
            payload == [
                "data": [["key": "VehicleSpeed", "value": ["doubleValue": 30.5]]],
                "createdAt": "2023-11-14T22:13:20Z", "vin": Workshop.vins[0], "isResend": false,
            ]
        )
        child.send(.terminate)
        #expect(try child.exitCode() == 0)
    }

    @Test func `what simulated vehicles got acks for stands in the file`() throws {
        let shop = try Workshop()
        let server = try shop.serve()
        let (code, output, error) = try Child.run([
            "simulate", "--host", "127.0.0.1", "--port", "\(shop.port)", "--ca", shop.files.authorityPath,
            "--certs", shop.folder, "--vehicles", "3", "--rate", "40", "--seconds", "2", "--json",
        ])
        #expect(code == 0, "\(error)")
        let report = try #require(Workshop.objects(output).last)
        let acked = try #require(report["acked"] as? Int)
        #expect(acked > 0)
        #expect(report["lost"] as? Int == 0)
        server.send(.terminate)
        #expect(try server.exitCode() == 0)
        let lines = try shop.recordedLines()
        #expect(Set(lines.compactMap { $0["txid"] as? String }).count == acked)
        #expect(Set(lines.compactMap { $0["vin"] as? String }) == Set(Workshop.vins))
    }

    @Test func `a vehicle that does not trust the server says so, as a real one does`() throws {
        let shop = try Workshop()
        let stranger = try Workshop()
        let server = try shop.serve()
        let (code, _, error) = try Child.run([
            "simulate", "--host", "127.0.0.1", "--port", "\(shop.port)", "--ca", stranger.files.authorityPath,
            "--certs", shop.folder, "--vehicles", "1", "--rate", "1", "--seconds", "1",
        ])
        #expect(code == 3, "\(error)")
        #expect(try server.line(.error, containing: "tls_handshake_failed").contains("server_certificate_refused"))
        server.send(.terminate)
        #expect(try server.exitCode() == 0)
    }

    @Test func `metrics and status are served on their ports`() throws {
        let shop = try Workshop()
        let (status, metrics) = (Int(TestPorts.free()), Int(TestPorts.free()))
        var configuration = shop.configuration
        configuration["status_port"] = status
        configuration["status_host"] = "127.0.0.1"
        configuration["monitoring"] = ["prometheus_metrics_port": metrics]
        let child = try shop.serve(configuration)
        let vehicle = try shop.vehicle()
        try vehicle.send(Workshop.frame("counted", speed: 1))
        #expect(try vehicle.nextFrame().flatMap(Workshop.acknowledged) == "counted")
        for path in ["/status", "/healthz", "/readyz"] {
            #expect(try Workshop.httpGet(path, port: status).hasPrefix("HTTP/1.1 200 "), "\(path)")
        }
        let page = try Workshop.httpGet("/metrics", port: metrics)
        #expect(page.hasPrefix("HTTP/1.1 200 "))
        #expect(page.contains("# TYPE "))
        #expect(page.contains("process_resident_memory_bytes "))
        child.send(.terminate)
        #expect(try child.exitCode() == 0)
    }

    @Test func `JSON logs are JSON from the first line to the last`() throws {
        let shop = try Workshop()
        var configuration = shop.configuration
        configuration["json_log_enable"] = true
        let child = try shop.serve(configuration)
        child.send(.terminate)
        #expect(try child.exitCode() == 0)
        // Findings about the configuration come before, for people.
        let log = child.lines(.error).drop { !$0.hasPrefix("{") }
        #expect(try Workshop.objects(log.joined(separator: "\n")).count == log.count)
        #expect(log.count >= 3)
    }
}
