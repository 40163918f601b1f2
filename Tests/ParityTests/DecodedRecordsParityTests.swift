import Foundation
import Receiving
import RecordEncoding
import TelemetryFixtures
import TelemetryModel
import Testing
import VehicleFixtures

/// `transmit_decoded_records` over real sockets, against the process `zmq_decoded` of the corpus.
@Suite(.serialized)
struct DecodedRecordsParityTests {
    private struct Deviation: Decodable {
        var dispatched_count: Int?
        var replies: [CorpusCase.Reply]?
    }

    private struct DeviatingCase: Decodable {
        var name: String
        var deviations: [String: Deviation]?
    }

    private static func deviations(_ area: String) throws -> [String: Deviation] {
        let data = try Data(contentsOf: Fixtures.url("corpus/\(area).json"))
        var found: [String: Deviation] = [:]
        for item in try JSONDecoder().decode([DeviatingCase].self, from: data) {
            if let deviation = item.deviations?["zmq_decoded"] { found[item.name] = deviation }
        }
        return found
    }

    @Test(arguments: ["alerts", "errors", "payload", "topics", "numbers"])
    func `records without a text in protojson are answered with an error and go nowhere`(area: String) throws {
        let form = TransmittedForm.json(.reference)
        var settings = ReceiverSettings()
        settings.threads = 1
        settings.isReferenceCompatible = true
        settings.complaint = form.complaint
        let server = try TestReceiver(types: ["V", "alerts", "errors", "custom"], settings: settings)
        defer { server.stop() }
        var replay = CorpusReplay(server)
        let deviations = try Self.deviations(area)
        for item in try Corpus.cases(area) where item.frame_recipe == nil {
            let deviation = deviations[item.name]
            let expected = deviation?.replies ?? item.replies
            let outcome = try replay.run(item, expectedReplies: expected.count)
            let texts = expected.map { "\($0.op):\($0.hex ?? "")" }.sorted()
            #expect(outcome.replies == texts, "\(area)/\(item.name)")
            let count = deviation?.dispatched_count ?? item.dispatched.count
            #expect(outcome.dispatched.count == count, "\(area)/\(item.name)")
            guard deviation?.dispatched_count != 0 else { continue }
            let records = server.collected.records.filter { !$0.txid.starts(with: "probe-".utf8) }
            for (record, recorded) in zip(records, item.dispatched) where record.content != .opaque {
                let bytes = try form.bytes(of: record)
                let text = try #require(recorded.decoded_json, "\(area)/\(item.name)")
                #expect(try Self.sameJSON(Array(bytes), text), "\(area)/\(item.name)")
            }
        }
    }

    @Test func `in standard mode nothing is refused`() {
        #expect(TransmittedForm.json(.standard).complaint == nil)
        #expect(TransmittedForm.payload.complaint == nil)
    }

    /// Values only; the tokens of numbers are compared with the encoding's own tests.
    private static func sameJSON(_ bytes: [UInt8], _ text: String) throws -> Bool {
        func canonical(_ data: Data) throws -> Data {
            let value = try JSONSerialization.jsonObject(with: data, options: .fragmentsAllowed)
            return try JSONSerialization.data(withJSONObject: value, options: [.sortedKeys, .fragmentsAllowed])
        }
        return try canonical(Data(bytes)) == canonical(Data(text.utf8))
    }
}
