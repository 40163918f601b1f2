import Foundation
import PayloadCodec
import RecordEncoding
import RecordRules
import TelemetryFixtures
import TelemetryModel
import Testing

@testable import ServerAssembly

struct ValidationRunTests {
    private static let vin = VIN("5YJ3E1EA7KF000316")

    /// Everything that the corpus has, as JSON lines and as payloads: both are judged alike.
    @Test func `records that were kept as JSON are judged like their payloads`() throws {
        var byPayload = ValidationRun(RuleSet(ValidationSettings()))
        var byLine = ValidationRun(RuleSet(ValidationSettings()))
        var decoder = PayloadDecoder()
        var count = 0
        for area in Corpus.frameAreas {
            for test in try Corpus.cases(area) {
                for dispatched in test.dispatched {
                    let type = RecordType(topic: dispatched.record_type)
                    guard let payload = dispatched.payload, type != .connectivity,
                        let content = try? decoder.decode(type, payload.span), content != .opaque,
                        !hasUnknownChoices(content), !hasOddMoment(content)
                    else { continue }
                    let record = Record(
                        source: RecordSource(
                            device: DeviceIdentity(vin: Self.vin, deviceType: "vehicle_device"),
                            connection: ConnectionID(loop: 0, slot: 0, generation: 0),
                            socketID: ""
                        ),
                        sequence: 0,
                        type: type,
                        receivedAt: UnixMilliseconds(rawValue: 1_795_262_400_000),
                        content: content,
                        payload: payload,
                        txid: []
                    )
                    count += 1
                    try byPayload.judge(payload.span, type: type, vin: Self.vin, receivedAt: record.receivedAt)
                    let line = FileLine.encode(record, mode: .standard)
                    byLine.judge(try #require(try DecodedRecord(line)))
                    let isSame = byLine.rows.map(\.count) == byPayload.rows.map(\.count)
                    #expect(isSame, "\(String(decoding: line, as: UTF8.self))")
                }
            }
        }
        #expect(count > 200)
        for (line, payload) in zip(byLine.rows, byPayload.rows) {
            #expect(line.rule == payload.rule && line.count == payload.count && line.category == payload.category)
            #expect(line.fields == payload.fields, "\(line.rule)")
        }
        #expect(byLine.vehicles[Self.vin]?.data == byPayload.vehicles[Self.vin]?.data)
    }

    /// Before 1970, or no date: JSON shows these differently.
    private func hasOddMoment(_ content: RecordContent) -> Bool {
        switch content {
        case .vehicleData(let data): data.createdAt.map { $0.seconds < 0 || !$0.isValid } ?? false
        case .alerts(let alerts): alerts.createdAt.map { $0.seconds < 0 || !$0.isValid } ?? false
        case .errors(let errors): errors.createdAt.map { $0.seconds < 0 || !$0.isValid } ?? false
        default: false
        }
    }

    /// Enums newer than this build have no name in JSON.
    private func hasUnknownChoices(_ content: RecordContent) -> Bool {
        guard case .vehicleData(let data) = content else { return false }
        return data.data.contains { datum in
            if case .choice(let kind, _) = datum.value { kind.memberName.isEmpty } else { datum.unknown != nil }
        }
    }

    @Test func `lines that are no record say why, and acks are passed over`() throws {
        for line in [
            "", "{", "[]", "{}", #"{"data": [{}]}"#, #"{"data": [{"key": "Speed"}]}"#, #"{"data": [], "createdAt": 5}"#,
            #"{"data": [{"key": "Soc", "value": 5}]}"#, #"{"data": [{"key": "Soc", "value": {"doubleValue": true}}]}"#,
        ] {
            #expect(throws: DecodedRecord.Fault.self, "\(line)") { try DecodedRecord(Array(line.utf8)) }
        }
        #expect(try DecodedRecord(Array(#"{"kind": "ack", "txid": "a"}"#.utf8)) == nil)
        let payload = #"{"data":[{"key":"Soc","value":{"doubleValue":"NaN"}}],"createdAt":"yesterday","vin":"A"}"#
        let record = try #require(try DecodedRecord(Array(payload.utf8)))
        #expect(record.vin == VIN("A") && record.type == .vehicleData && record.receivedAt == nil)
        var run = ValidationRun(RuleSet(ValidationSettings()))
        run.judge(record)
        #expect(run.rows.map(\.rule) == [.vinShape, .createdAtMissing, .notFinite])
    }

    @Test func `what would be stripped, emptied and rejected is counted and shown`() throws {
        var settings = ValidationSettings()
        settings.rules[.vinCheckDigit] = .off
        settings.rules[.outOfRange] = .enforce
        settings.rules[.datumCount] = .enforce
        settings.maxDatums = 2
        var run = ValidationRun(RuleSet(settings))
        func datum(_ value: Double) -> String { #"{"key":"Soc","value":{"doubleValue":\#(value)}}"# }
        for data in [[101.0], [50, 101], [1, 2, 3]] {
            let list = data.map { datum($0) }.joined(separator: ",")
            let line = #"{"data":[\#(list)],"createdAt":"2026-01-01T00:00:00Z","vin":"\#(Self.vin)"}"#
            run.judge(try #require(try DecodedRecord(Array(line.utf8))))
        }
        let vehicle = try #require(run.vehicles[Self.vin])
        #expect(vehicle.records == 3 && vehicle.data == [.default: 6])
        #expect(vehicle.strippedData == 2 && vehicle.emptied == 1 && vehicle.rejected == 1)
        let json = String(decoding: run.json(damaged: 7), as: UTF8.self)
        let object = try #require(try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
        #expect(object["records"] as? Int == 3 && object["damaged"] as? Int == 7 && object["findings"] as? Int == 4)
        #expect(
            json.contains(
                #"{"category":"Default","rule":"out_of_range","outcome":"stripped","count":2,"fields":{"Soc":2}}"#
            )
        )
    }
}
