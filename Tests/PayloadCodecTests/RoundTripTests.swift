import PayloadCodec
import TelemetryFixtures
import TelemetryModel
import Testing

/// What holds for all payloads, tried on random ones. A failure names its seed.
@Suite struct RoundTripTests {
    @Test func `what is written is read again`() throws {
        let seed = UInt64.random(in: .min ... .max)
        var random = RandomContent(seed: seed)
        var decoder = PayloadDecoder()
        var writer = PayloadWriter()
        for round in 0..<4000 {
            let content = random.next()
            let bytes = writer.bytes(of: content)
            let read: RecordContent
            switch content {
            case .vehicleData: read = .vehicleData(try decoder.decodeVehicleData(bytes.span))
            case .alerts: read = .alerts(try decoder.decodeAlerts(bytes.span))
            case .errors: read = .errors(try decoder.decodeErrors(bytes.span))
            case .connectivity: read = .connectivity(try decoder.decodeConnectivity(bytes.span))
            case .metrics: read = .metrics(try decoder.decodeMetrics(bytes.span))
            case .opaque: read = .opaque
            }
            #expect(read == content, "seed \(seed), round \(round)")
            #expect(writer.bytes(of: read) == bytes, "seed \(seed), round \(round)")
            if read != content { return }
        }
    }

    @Test func `several records are appended one after the other`() throws {
        var random = RandomContent(seed: 7)
        var writer = PayloadWriter()
        var together: [UInt8] = []
        var apart: [UInt8] = []
        for _ in 0..<50 {
            let content = random.next()
            writer.write(content, appendingTo: &together)
            apart += writer.bytes(of: content)
        }
        #expect(together == apart)
    }

    @Test func `every prefix of a recorded payload is read or refused`() {
        var decoder = PayloadDecoder()
        for recorded in RecordedPayload.all {
            for end in 0..<recorded.payload.count {
                expectStable(
                    recorded.type,
                    Array(recorded.payload[..<end]),
                    &decoder,
                    "\(recorded.testDescription) cut at \(end)"
                )
            }
        }
    }

    @Test func `recorded payloads with flipped bits are read or refused`() {
        var decoder = PayloadDecoder()
        for recorded in RecordedPayload.all where recorded.payload.count < 300 {
            for bit in 0..<(recorded.payload.count * 8) {
                var payload = recorded.payload
                payload[bit / 8] ^= 1 << UInt8(bit % 8)
                expectStable(recorded.type, payload, &decoder, "\(recorded.testDescription) with bit \(bit) flipped")
            }
        }
    }

    @Test func `random changes of recorded payloads are read or refused`() {
        let seed = UInt64.random(in: .min ... .max)
        var generator = SeededRandom(seed: seed)
        var decoder = PayloadDecoder()
        let payloads = RecordedPayload.all.filter { $0.payload.count < 300 && !$0.payload.isEmpty }
        for round in 0..<20_000 {
            guard let recorded = payloads.randomElement(using: &generator) else { return }
            var payload = recorded.payload
            for _ in 0..<Int.random(in: 1...6, using: &generator) {
                let place = Int.random(in: 0...payload.count, using: &generator)
                switch Int.random(in: 0..<3, using: &generator) {
                case 0: payload.insert(UInt8.random(in: 0...255, using: &generator), at: place)
                case 1 where place < payload.count: payload.remove(at: place)
                case _ where place < payload.count: payload[place] = UInt8.random(in: 0...255, using: &generator)
                default: break
                }
            }
            expectStable(recorded.type, payload, &decoder, "seed \(seed), round \(round)")
        }
    }

    /// A payload that is read is written in a form that is read as the same record, and written as it is.
    private func expectStable(
        _ type: RecordType,
        _ payload: [UInt8],
        _ decoder: inout PayloadDecoder,
        _ what: @autoclosure () -> String
    ) {
        do {
            let content = try decoder.decode(type, payload.span)
            var writer = PayloadWriter()
            let written = writer.bytes(of: content)
            let again = writer.bytes(of: try decoder.decode(type, written.span))
            if again != written { Issue.record("\(what()): \(Bytes.hex(payload))") }
        } catch PayloadError.tooExpensive {
            Issue.record("\(what()) was found too expensive: \(Bytes.hex(payload))")
        } catch {
            // Refused with a reason, which is all that is asked.
        }
    }
}
