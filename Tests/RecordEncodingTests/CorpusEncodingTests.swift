import RecordEncoding
import TelemetryFixtures
import TelemetryModel
import Testing

/// Reference mode against what the reference server did with the same records.
@Suite struct CorpusEncodingTests {
    /// Why a record's output may differ: the number in differences.md, or what the reference did in place of output.
    enum Excuse: String {
        /// Its JSON can't hold numbers that aren't finite: no line.
        case notFinite = "9"
        /// It turns types that it doesn't decode into `{}`.
        case customType = "10"
        /// It ends the connection: the fourth character of a VIN of three is missing.
        case panic = "panic"
    }

    static func excuse(_ record: CorpusRecord) -> Excuse? {
        if record.record.content == .opaque { return .customType }
        if record.name.contains("tire_location_value_short_vin") { return .panic }
        if holdsNotFinite(record.record.content) { return .notFinite }
        return nil
    }

    private static func holdsNotFinite(_ content: RecordContent) -> Bool {
        guard case .vehicleData(let data) = content else { return false }
        return data.data.contains { datum in
            switch datum.value {
            case .float(let number): !number.isFinite
            case .double(let number): !number.isFinite
            case .location(let latitude, let longitude): !latitude.isFinite || !longitude.isFinite
            default: false
            }
        }
    }

    @Test(arguments: Corpus.frameAreas)
    func `protojson is the reference's`(area: String) throws {
        for test in try CorpusRecord.all(area) {
            let record = test.record
            guard let expected = test.decodedJSON else {
                #expect(throws: RecordEncodingError.self, "\(test.name)") { try record.protojson(.reference) }
                #expect(throws: RecordEncodingError.self, "\(test.name)") { try RecordJSON.check(record.content) }
                continue
            }
            if Self.excuse(test) == .customType {
                #expect(expected == "{}")
                #expect(try record.transmittedJSON(.reference) == Array(record.payload))
                continue
            }
            let json = try record.protojson(.reference)
            #expect(try text(json) == compact(expected), "\(test.name)")
            #expect(try RecordJSON.encode(record.content, mode: .reference) == json)
            #expect(try record.transmittedJSON(.reference) == json)
        }
    }

    @Test(arguments: Corpus.frameAreas)
    func `the logger's data is the reference's`(area: String) throws {
        for test in try CorpusRecord.all(area) {
            switch Self.excuse(test) {
            case .customType:
                #expect(throws: RecordEncodingError.undecodedType(test.record.type)) {
                    try LoggerEncoding(mode: .reference).data(test.record)
                }
            case .panic, .notFinite:
                #expect(test.plainData == nil)
                _ = try compact(text(LoggerEncoding(mode: .reference).data(test.record)))
            case nil:
                for (isVerbose, expected) in [(false, test.plainData), (true, test.verboseData)] {
                    let data = try LoggerEncoding(mode: .reference, isVerbose: isVerbose).data(test.record)
                    #expect(text(data) == expected, "\(test.name), verbose: \(isVerbose)")
                }
            }
        }
    }

    @Test(arguments: Corpus.frameAreas)
    func `standard mode makes JSON of every record`(area: String) throws {
        for test in try CorpusRecord.all(area) {
            let record = test.record
            // Texts are kept per record; a fresh one asks for the other mode.
            let fresh = Records.record(record.content, type: record.type, payload: Array(record.payload))
            let json = try compact(text(fresh.protojson(.standard)))
            if test.decodedJSON != nil, Self.excuse(test) == nil, !Self.hasUnknown(record.content) {
                #expect(try json == text(RecordJSON.encode(record.content, mode: .reference)), "\(test.name)")
            }
            for isVerbose in [false, true] {
                let logger = LoggerEncoding(mode: .standard, isVerbose: isVerbose)
                #expect(try compact(text(logger.data(record))) == compact(text(logger.data(fresh))))
                _ = try compact(text(logger.line(record, .json, time: Records.moment)))
                _ = try logger.line(record, .text, time: Records.moment)
            }
            _ = try compact(text(FileLine.encode(record, mode: .reference)))
            _ = try compact(text(FileLine.encode(fresh, mode: .standard)))
            _ = try compact(text(FlatJSON.encode(record)))
        }
    }

    @Test func `numbers that are not finite are texts in the logger, and no line is lost`() throws {
        let records = try CorpusRecord.all("numbers").filter { Self.excuse($0) == .notFinite }
        #expect(records.count >= 10)
        for test in records {
            let data = try text(LoggerEncoding(mode: .reference).data(test.record))
            #expect(
                data.contains("\"NaN\"") || data.contains("\"Infinity\"") || data.contains("\"-Infinity\""),
                "\(test.name)"
            )
        }
    }

    @Test func `the areas hold what they promise`() throws {
        var records = 0
        var lines = 0
        for area in Corpus.frameAreas {
            let all = try CorpusRecord.all(area)
            records += all.count
            lines += all.filter { $0.plainData != nil }.count
        }
        #expect(records > 300)
        #expect(lines > 280)
    }

    /// Whether the content holds what reference mode doesn't show, or shows as a number.
    private static func hasUnknown(_ content: RecordContent) -> Bool {
        switch content {
        case .vehicleData(let data):
            !data.unknown.isEmpty || data.data.contains { $0.unknown != nil || $0.field.name == nil }
        case .alerts(let alerts): !alerts.unknown.isEmpty || alerts.alerts.contains { !$0.unknown.isEmpty }
        case .errors(let errors): !errors.unknown.isEmpty || errors.errors.contains { !$0.unknown.isEmpty }
        case .connectivity(let event): !event.unknown.isEmpty
        case .metrics(let metrics): !metrics.unknown.isEmpty
        case .opaque: true
        }
    }
}
