import EnvelopeCodec
import Foundation
import PayloadCodec
import TelemetryModel
import Testing
import VehicleFixtures

/// Two dispatchers of one server that see the same records differently.
struct ViewTests {
    private static func frame(_ txid: String, _ data: [Datum]) -> [UInt8] {
        var writer = PayloadWriter()
        let content = VehicleData(data: data, createdAt: Timestamp(seconds: 1_700_000_000, nanos: 0))
        var bytes: [UInt8] = []
        Envelope.appendStream(
            StreamMessage(
                txid: Array(txid.utf8),
                topic: Array("V".utf8),
                senderID: Array("vehicle_device.\(Workshop.vins[0])".utf8),
                payload: writer.bytes(of: .vehicleData(content)),
                deviceType: Array("vehicle_device".utf8),
                deviceID: Array(Workshop.vins[0].utf8),
                createdAtSeconds: 1_700_000_000
            ),
            to: &bytes
        )
        return bytes
    }

    @Test func `the file is rounded and typed, the logger shows what was sent, and acks say the truth`() throws {
        let workshop = try Workshop()
        var configuration = workshop.configuration
        configuration["json_log_enable"] = true
        configuration["records"] = ["V": ["file", "logger"]]
        configuration["file"] = [
            "path": workshop.recordsPath,
            "values": ["legacy_text": "typed", "units": "metric", "keep_raw": true],
            "location": [
                "decimals": 2, "zones": ["home": ["latitude": 52.5163, "longitude": 13.3777, "radius_meters": 500]],
            ],
        ]
        let child = try workshop.serve(configuration)
        let vehicle = try workshop.vehicle()
        let outside = Datum(field: .location, value: .location(latitude: 48.189092, longitude: 9.904677))
        let inside = Datum(field: .location, value: .location(latitude: 52.516, longitude: 13.378))
        try vehicle.send(Self.frame("a", [outside, Datum(field: .vehicleSpeed, value: .text("60"))]))
        try vehicle.send(Self.frame("b", [inside]))
        try vehicle.send(Self.frame("c", [inside, Datum(field: .soc, value: .double(50))]))
        var acknowledged: [String] = []
        while acknowledged.count < 3 {
            let frame = try #require(try vehicle.nextFrame())
            if let txid = try Workshop.acknowledged(frame) { acknowledged.append(txid) }
        }
        #expect(acknowledged == ["a", "b", "c"])
        child.send(.terminate)
        #expect(try child.exitCode() == 0)

        let lines = try workshop.recordedLines()
        #expect(lines.map { $0["txid"] as? String } == ["a", "c"])
        let text = try String(contentsOfFile: workshop.recordsPath, encoding: .utf8)
        #expect(text.contains(#"{"locationValue":{"latitude":48.19,"longitude":9.9}}"#))
        #expect(text.contains(#""value":{"doubleValue":96.56064},"raw":{"stringValue":"60"}"#))
        #expect(!text.contains("48.189092") && !text.contains("52.51"))
        let shown = child.text(.output)
        for exact in ["48.189092", "52.516", "\"60\""] { #expect(shown.contains(exact), "\(exact)") }
        #expect(child.lines(.output).count == 3)
    }
}
