import EnvelopeCodec
import Receiving
import TelemetryFixtures
import TelemetryModel
import Testing
import VehicleFixtures

/// Every recorded case of the reference server, over a real mTLS WebSocket, in both modes.
///
/// In reference mode answers and dispatched payloads must equal the recorded ones, byte for byte, unless
/// ``Excuses`` names the difference (README, `differences`) that says otherwise. In standard mode the same holds for
/// the answers, and for the payloads except where the transforms differ.
@Suite(.serialized)
struct CorpusParityTests {
    @Test(arguments: Corpus.frameAreas, [true, false])
    func `answers and payloads equal the reference's`(area: String, isReferenceCompatible: Bool) throws {
        var settings = ReceiverSettings()
        settings.threads = 1
        settings.isReferenceCompatible = isReferenceCompatible
        let server = try TestReceiver(types: ["V", "alerts", "errors", "custom"], settings: settings)
        defer { server.stop() }
        var replay = CorpusReplay(server)
        for item in try Corpus.cases(area) {
            let expected = ExpectedOutcome(item, Excuses.find(area, item.name, isReferenceCompatible))
            let outcome = try replay.run(item, expectedReplies: expected.replies.count)
            #expect(
                expected.matches(outcome.replies),
                "\(area)/\(item.name): answers \(outcome.replies), not \(expected.replies)"
            )
            #expect(outcome.dispatched.count == expected.dispatchedCount, "\(area)/\(item.name): count dispatched")
            #expect(outcome.staysOpen == expected.staysOpen, "\(area)/\(item.name): connection")
            if let dispatched = expected.dispatched {
                #expect(outcome.dispatched == dispatched, "\(area)/\(item.name): dispatched")
            }
        }
    }

    @Test func `no excuse is left over`() throws {
        let names = try Corpus.frameAreas.flatMap { area in try Corpus.cases(area).map { "\(area)/\($0.name)" } }
        #expect(Set(Excuses.all).isSubset(of: names), "\(Set(Excuses.all).subtracting(names)) are in no corpus file")
    }
}

/// What a case came to, in a form that two servers can be compared by.
struct CaseOutcome {
    struct Dispatched: Hashable {
        var type: String
        var payload: [UInt8]
    }

    /// Sorted, because acks wait for their dispatchers and may be overtaken by other answers (difference 26).
    var replies: [String]
    var staysOpen: Bool
    var dispatched: [Dispatched]
}

/// Sends cases to one server and tells what came back.
struct CorpusReplay {
    private let server: TestReceiver
    private var vehicles: [String: TestVehicle] = [:]
    private var probes = 0

    init(_ server: TestReceiver) {
        self.server = server
    }

    mutating func run(_ item: CorpusCase, expectedReplies: Int) throws -> CaseOutcome {
        let vehicle = try vehicles[item.client_cn] ?? server.vehicle(item.client_cn)
        vehicles[item.client_cn] = vehicle
        server.collected.forget()
        for frame in try item.allFrames() {
            try vehicle.send(
                frame.bytes,
                opcode: UInt8(frame.op ?? 2),
                isFinal: frame.fin ?? true,
                isMasked: frame.masked ?? true,
                reserved: UInt8(frame.rsv ?? 0),
                announcedLength: frame.announced_length
            )
        }
        return try collect(item, vehicle, expectedReplies)
    }

    /// A probe with a known txid tells when all answers to the case have come. Its record and ack don't count.
    private mutating func collect(
        _ item: CorpusCase,
        _ vehicle: TestVehicle,
        _ expectedReplies: Int
    ) throws -> CaseOutcome {
        probes += 1
        let txid = Array("probe-\(probes)".utf8)
        if item.connection == "stays open" {
            try vehicle.send(CorpusFrames.record(txid: txid, payload: [], device: item.client_cn))
        }
        var replies: [String] = []
        var staysOpen = true
        var probeIsAcked = false
        // An ack waits for its dispatcher, so the probe's may overtake one that is still expected.
        while !probeIsAcked || replies.count < expectedReplies {
            guard let frame = try vehicle.nextFrame() else {
                staysOpen = false
                vehicles[item.client_cn] = nil
                break
            }
            if frame.opcode == 2,
                (try? Envelope.read(frame.payload.span)).map({ Array(frame.payload[$0.txid]) }) == txid
            {
                probeIsAcked = true
            } else {
                replies.append(frame.text)
            }
        }
        let dispatched = server.collected.records.filter { !$0.txid.starts(with: "probe-".utf8) }
        return CaseOutcome(
            replies: replies.sorted(),
            staysOpen: staysOpen,
            dispatched: dispatched.map { .init(type: $0.type.topic, payload: Array($0.payload)) }
        )
    }
}

extension TestVehicle.Frame {
    var text: String { "\(opcode):\(Bytes.hex(payload))" }
}
