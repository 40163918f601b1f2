import EnvelopeCodec
import Foundation
import LinuxSystem
import OpenSSLTransport
import PayloadCodec
import Synchronization
import TelemetryModel
import VehicleFixtures

/// A folder with certificates and configurations, and vehicles that fit them.
final class TestSite: Sendable {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    static let vin = "5YJ3E1EA7KF000316"
    static let otherVIN = "7SAYGDEE0PA000002"

    private let directory: TemporaryDirectory
    let files: DemoPKIOptions
    let port: Int

    init() throws {
        directory = try TemporaryDirectory(prefix: "embedding")
        files = DemoPKIOptions(directory: directory.path, vins: [Self.vin, Self.otherVIN], hosts: ["localhost"])
        _ = try DemoPKI.write(files)
        port = Int(TestPorts.free())
    }

    func path(_ name: String) -> String { "\(directory.path)/\(name)" }

    /// The text of a configuration for this folder.
    func configuration(records: String = #"{"V": ["queue"]}"#, more: String = "") -> String {
        """
        {"host": "127.0.0.1", "port": \(port), "records": \(records), "log_level": "error"\(more),
         "connection": {"close_timeout_seconds": 0.1},
         "tls": {"server_cert": "\(files.serverPath)", "server_key": "\(files.serverKeyPath)",
                 "ca_file": "\(files.authorityPath)"}}
        """
    }

    func write(_ text: String, to name: String = "server.json") throws -> String {
        try Data(text.utf8).write(to: URL(filePath: path(name)))
        return path(name)
    }

    /// A vehicle that has come as far as the upgrade; tries again while nobody listens yet.
    func vehicle(_ vin: String = vin, port: UInt16? = nil) throws -> TestVehicle {
        let context = try TLSClientContext(
            authorities: try Certificate.readAll(path: files.authorityPath),
            identity: try TLSIdentity(chainPath: files.vehiclePath(vin), keyPath: files.vehicleKeyPath(vin))
        )
        let deadline = MonotonicTime.now.adding(milliseconds: 20_000)
        while true {
            do {
                let vehicle = try TestVehicle(port: port ?? UInt16(self.port), context: context)
                let answer = try vehicle.upgrade(
                    headers: [("Version", "1.2.0"), ("X-Network-Interface", "wifi")]
                )
                guard answer.status == 101 else { throw Failure(description: "upgrade answered \(answer.status)") }
                return vehicle
            } catch is SystemCallError where MonotonicTime.now < deadline {
                // Nobody listens yet.
                ThreadSignal().wait(until: MonotonicTime.now.adding(milliseconds: 5))
            }
        }
    }

    /// Connects a vehicle and uses it on a thread of its own: it blocks, and Swift's pool may have one thread only.
    func drive<Value: Sendable>(_ body: @escaping @Sendable (TestVehicle) throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            do {
                _ = try LoopThread(name: "vehicle") {
                    continuation.resume(with: Result { try body(self.vehicle()) })
                }
            } catch {
                continuation.resume(throwing: error)
            }
        }
    }

    // MARK: Frames

    static func frame(_ txid: String, _ content: RecordContent, topic: String = "V", vin: String = vin) -> [UInt8] {
        var writer = PayloadWriter()
        var bytes: [UInt8] = []
        Envelope.appendStream(
            StreamMessage(
                txid: Array(txid.utf8),
                topic: Array(topic.utf8),
                senderID: Array("vehicle_device.\(vin)".utf8),
                payload: writer.bytes(of: content),
                deviceType: Array("vehicle_device".utf8),
                deviceID: Array(vin.utf8),
                createdAtSeconds: 1_700_000_000
            ),
            to: &bytes
        )
        return bytes
    }

    /// A record with one field.
    static func frame(_ txid: String, speed: Double, vin: String = vin) -> [UInt8] {
        let content = VehicleData(
            data: [Datum(field: .vehicleSpeed, value: .double(speed))],
            createdAt: Timestamp(seconds: 1_700_000_000, nanos: 5)
        )
        return frame(txid, .vehicleData(content), vin: vin)
    }

    /// What the server answered, e.g. `ack tx-1`.
    static func answer(_ frame: TestVehicle.Frame?) throws -> String {
        guard let frame else { return "end of stream" }
        guard frame.opcode == 2 else { return frame.closeCode.map { "close \($0)" } ?? "opcode \(frame.opcode)" }
        let envelope = try Envelope.read(frame.payload.span)
        let txid = String(decoding: frame.payload[envelope.txid], as: UTF8.self)
        return "\(envelope.kind == .acknowledgement ? "ack" : "error") \(txid)"
    }
}
