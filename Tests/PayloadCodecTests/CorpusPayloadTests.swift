import PayloadCodec
import TelemetryFixtures
import TelemetryModel
import Testing

/// A recorded payload with what the reference made of it.
struct RecordedPayload: Sendable, CustomTestStringConvertible {
    let area: String
    let name: String
    let type: RecordType
    let vin: VIN
    let payload: [UInt8]
    /// The payload that the reference dispatched; nil when the type was not configured.
    let dispatched: [UInt8]?
    /// Whether the vehicle was told that the message is wrong.
    let isRefused: Bool

    var testDescription: String { "\(area)/\(name)" }

    static let areas = [
        "values", "fields", "numbers", "strings", "location", "scientific", "payload", "alerts", "errors", "topics",
    ]

    static let all: [RecordedPayload] = areas.flatMap { area in
        (try? Corpus.cases(area))?.compactMap { RecordedPayload($0, area: area) } ?? []
    }

    private init?(_ recorded: CorpusCase, area: String) {
        guard let topic = recorded.envelope?.topic, let payload = recorded.envelope?.payload else { return nil }
        guard RecordType.decoded.contains(RecordType(topic: topic)) else { return nil }
        self.area = area
        name = recorded.name
        type = RecordType(topic: topic)
        vin = VIN(recorded.client_cn)
        self.payload = payload
        dispatched = recorded.dispatched.first?.payload
        isRefused = recorded.replies.first?.kind == "error"
    }

    /// Decodes, transforms and writes as the server does.
    func result(_ mode: TransformMode) throws(PayloadError) -> [UInt8] {
        var decoder = PayloadDecoder()
        var content = try decoder.decode(type, payload.span)
        RecordTransform(mode: mode).apply(to: &content, vin: vin)
        var writer = PayloadWriter()
        return writer.bytes(of: content)
    }
}

@Suite struct CorpusPayloadTests {
    @Test func `the areas hold the payloads that were recorded`() {
        #expect(RecordedPayload.all.count > 300)
    }

    @Test(arguments: RecordedPayload.all)
    func `in reference mode a payload becomes what the reference dispatched`(recorded: RecordedPayload) throws {
        if recorded.isRefused {
            #expect(throws: PayloadError.self) { try recorded.result(.reference) }
            return
        }
        let result = try recorded.result(.reference)
        if let kept = Expectations.textInEveryMode[recorded.testDescription] {
            #expect(try texts(in: result) == kept)
        } else if let dispatched = recorded.dispatched {
            // Go writes maps in random order.
            let isMap = recorded.testDescription == "errors/tags_20"
            if isMap {
                #expect(try sortedTags(result) == sortedTags(dispatched))
            } else {
                #expect(Bytes.hex(result) == Bytes.hex(dispatched))
            }
        }
    }

    @Test(arguments: RecordedPayload.all)
    func `in standard mode only the listed payloads differ from the reference`(recorded: RecordedPayload) throws {
        if recorded.isRefused {
            #expect(throws: PayloadError.self) { try recorded.result(.standard) }
            return
        }
        let result = try recorded.result(.standard)
        let name = recorded.testDescription
        if let kept = Expectations.textInEveryMode[name] ?? Expectations.textInStandardMode[name] {
            #expect(try texts(in: result) == kept)
        } else if let dispatched = recorded.dispatched, name != "errors/tags_20" {
            #expect(Bytes.hex(result) == Bytes.hex(dispatched))
        }
    }

    @Test func `every expectation belongs to a recorded payload`() {
        let names = Set(RecordedPayload.all.map(\.testDescription))
        for name in Array(Expectations.textInEveryMode.keys) + Array(Expectations.textInStandardMode.keys) {
            #expect(names.contains(name), "\(name)")
        }
    }

    private func texts(in payload: [UInt8]) throws -> [String] {
        var decoder = PayloadDecoder()
        return try decoder.decodeVehicleData(payload.span).data.compactMap {
            if case .text(let text) = $0.value { text } else { nil }
        }
    }

    private func sortedTags(_ payload: [UInt8]) throws -> VehicleErrors {
        var decoder = PayloadDecoder()
        var errors = try decoder.decodeErrors(payload.span)
        for index in errors.errors.indices { errors.errors[index].tags.sort { $0.key < $1.key } }
        return errors
    }
}
