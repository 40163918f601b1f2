import JSONText
import RecordEncoding
import TelemetryModel
import Testing

/// Findings of rules in every text that may tell them.
@Suite struct FindingsTextTests {
    private static let findings = RecordFindings([
        RecordFinding(rule: .createdAtStale, outcome: .observed),
        RecordFinding(rule: .outOfRange, field: .vehicleSpeed, outcome: .stripped),
        RecordFinding(rule: .unknownField, field: Field(number: 9999), outcome: .observed),
    ])
    private static let list =
        #"[{"outcome":"observed","rule":"created_at_stale"},"#
        + #"{"category":"Driving","field":"VehicleSpeed","outcome":"stripped","rule":"out_of_range"},"#
        + #"{"category":"Default","field":"Field_9999","outcome":"observed","rule":"unknown_field"}]"#
    private static let clean = Records.record(Records.data([Records.datum(.soc, .float(50))]))
    private static let record = clean.with(findings)

    @Test func `the file's lines have a member for them, when they are asked for and there are some`() {
        let plain = text(FileLine.encode(Self.record, mode: .standard))
        #expect(plain == text(FileLine.encode(Self.clean, mode: .standard, findings: true)))
        let line = text(FileLine.encode(Self.record, mode: .standard, findings: true))
        #expect(line == plain.dropLast() + #","findings":"# + Self.list + "}")
        var json = JSONWriter()
        FlatLine.append(Self.record, findings: true, to: &json)
        #expect(text(json.take()).hasSuffix(#","findings":"# + Self.list + "}"))
    }

    @Test func `more than a record carries are counted`() throws {
        let many = (0..<40).map { RecordFinding(rule: .unknownField, field: Field(number: $0), outcome: .observed) }
        let line = FileLine.encode(Self.clean.with(RecordFindings(many)), mode: .standard, findings: true)
        let root = try JSONReader.read(line).root
        #expect(root["findings"]?.elements?.count == 32 && root["findings_omitted"]?.wholeNumber == 8)
    }

    @Test func `the logger's lines have them between data and level`() throws {
        let logger = LoggerEncoding(mode: .standard, includesFindings: true)
        let line = try text(logger.line(Self.record, .json, time: Records.moment))
        #expect(line.contains(#","findings":"# + Self.list + #","level":"info""#), "\(line)")
        let plain = try LoggerEncoding(mode: .standard).line(Self.record, .json, time: Records.moment)
        #expect(try plain == logger.line(Self.clean, .json, time: Records.moment))
        let words = try text(logger.line(Self.record, .text, time: Records.moment))
        #expect(
            words.contains(#" findings="[map[outcome:observed rule:created_at_stale] map[category:Driving "#),
            "\(words)"
        )
        #expect(words.contains(#"rule:unknown_field]]" metadata="#))
    }

    @Test func `they are put at the end of an object, or of the one that ends it`() {
        func insert(_ json: String, _ depth: Int = 0, _ record: Record = Self.record) -> String {
            text(FindingsText.insert(membersOf: record, into: Array(json.utf8), depth: depth))
        }
        #expect(insert(#"{"a":1}"#) == #"{"a":1,"findings":"# + Self.list + "}")
        #expect(insert(#"{"a":{}}"#, 1) == #"{"a":{"findings":"# + Self.list + "}}")
        #expect(insert(#"{"a":{"b":1}}"#, 1) == #"{"a":{"b":1,"findings":"# + Self.list + "}}")
        for json in ["", "{}", "[]", #"{"a":"}"#] { #expect(insert(json, 1) == json) }
        #expect(insert(#"{"a":1}"#, 0, Self.clean) == #"{"a":1}"#)
    }
}
