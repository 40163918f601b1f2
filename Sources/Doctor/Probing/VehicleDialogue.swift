internal import EnvelopeCodec
internal import HTTPCodec
internal import LinuxSystem
internal import OpenSSLTransport
internal import PayloadCodec
internal import TelemetryModel
internal import VehicleSimulation
internal import WebSocketCodec

/// One vehicle's conversation with a server: WebSocket, a record, its ack.
struct VehicleDialogue {
    /// How far it came.
    enum Outcome {
        case noConnection
        /// In the handshake or right after it, which is where TLS 1.3 refuses a certificate.
        case refusedTLS(TLSFailure)
        case refusedRequest(Probe.WebAnswer)
        /// The answer is no HTTP, or the connection ended without one.
        case noAnswer
        /// A wrong answer to the upgrade, in words.
        case badUpgrade(String)
        /// The WebSocket stands.
        case open(RecordOutcome?)
    }

    enum RecordOutcome: Hashable {
        case acknowledged(milliseconds: Int)
        case refused
        case ended
        case noAck
    }

    let probe: Probe
    let address: String
    let port: UInt16
    let serverName: String?
    let vehicle: VehicleCredentials

    /// - Parameter sendsRecord: whether a record is sent once the WebSocket stands.
    func run(sendsRecord: Bool) -> Outcome {
        guard let connection = probe.open(address, port, serverName: serverName, identity: vehicle.identity) else {
            return .noConnection
        }
        switch connection.handshake() {
        case nil: break
        case .failed(let failure)?: return .refusedTLS(failure)
        case .closed?, .silence?: return .noAnswer
        }
        let key = WebSocketHandshake.key(from: (0..<16).map { _ in UInt8.random(in: 0...255) })
        var request: [UInt8] = []
        WebSocketHandshake.appendRequest(
            host: serverName ?? address,
            key: key,
            headers: [("Version", "fleet-telemetry-doctor"), ("X-Network-Interface", "doctor")],
            to: &request
        )
        guard connection.send(request) else { return .noAnswer }
        switch connection.readAnswer() {
        case .failure(.ended(.failed(let failure))): return .refusedTLS(failure)
        case .failure: return .noAnswer
        case .success(let answer) where answer.head.status != 101: return .refusedRequest(Probe.WebAnswer(answer))
        case .success(let answer):
            do throws(UpgradeAnswerError) {
                try WebSocketHandshake.checkAnswer(status: 101, key: key) { answer.head.headers.all($0) }
            } catch {
                return .badUpgrade(error.description)
            }
        }
        let outcome = sendsRecord ? sendRecord(over: connection) : nil
        var goodbye: [UInt8] = []
        appendClose(.normal, reason: "", mask: UInt32.random(in: 0 ... .max), to: &goodbye)
        _ = connection.send(goodbye)
        return .open(outcome)
    }

    // MARK: The record

    private func sendRecord(over connection: ProbeConnection) -> RecordOutcome {
        let started = MonotonicTime.now
        // A new one each time, because a server with deduplication would not dispatch an old one again.
        let txid = Array("doctor-\(String(UInt64.random(in: 0 ... .max), radix: 16))".utf8)
        guard connection.send(frame(txid: txid)) else { return .ended }
        var decoder = FrameDecoder(role: .client)
        while true {
            var bytes = connection.received
            var pending = 0..<bytes.count
            while let event = try? decoder.next(in: &bytes, &pending) {
                switch event {
                case .message(_, let range):
                    guard let envelope = try? Envelope.read(bytes.span, in: range) else { return .refused }
                    guard envelope.kind == .acknowledgement, bytes[envelope.txid].elementsEqual(txid) else {
                        return .refused
                    }
                    let nanoseconds = MonotonicTime.now.nanoseconds(since: started)
                    return .acknowledged(milliseconds: Int(nanoseconds / 1_000_000))
                case .close: return .ended
                case .ping, .pong: continue
                case .fragment, .oversize: return .refused
                }
            }
            connection.received = Array(bytes[pending])
            switch connection.receive() {
            case nil: continue
            case .silence: return .noAck
            case .closed, .failed: return .ended
            }
        }
    }

    /// `VehicleName` of vehicle_data.proto.
    private static let vehicleName = Field(number: 64)

    /// Vehicle data with the name of this program as the vehicle's.
    private func frame(txid: [UInt8]) -> [UInt8] {
        let now = probe.environment.now()
        var writer = PayloadWriter()
        let content = VehicleData(
            data: [Datum(field: Self.vehicleName, value: .text("fleet-telemetry doctor"))],
            createdAt: Timestamp(seconds: now, nanos: 0)
        )
        var message: [UInt8] = []
        Envelope.appendStream(
            StreamMessage(
                txid: txid,
                topic: Array(RecordType.vehicleData.topic.utf8),
                senderID: Array("vehicle_device.\(vehicle.vin)".utf8),
                payload: writer.bytes(of: .vehicleData(content)),
                deviceType: Array("vehicle_device".utf8),
                deviceID: Array(vehicle.vin.utf8),
                createdAtSeconds: UInt32(clamping: now)
            ),
            to: &message
        )
        var frame: [UInt8] = []
        appendFrame(.binary, message, mask: UInt32.random(in: 0 ... .max), to: &frame)
        return frame
    }
}
