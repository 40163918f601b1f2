import Dispatchers
import JSONText
import PayloadCodec
import RecordEncoding
import TelemetryFixtures
import TelemetryModel

/// Vehicle data through the views of dispatchers: what is shown is read again as the same record, is JSON in every
/// shape, has no position that is more exact than it may be, and lacks data only where there are zones.
final class ViewTarget: FuzzTarget {
    static let name = "views"
    static let limitBytes = 1200

    /// Values of the fields that tell of places, and texts that are typed.
    static let words: [[UInt8]] =
        [
            [
                0x0a, 0x18, 0x08, 0x15, 0x12, 0x14, 0x3a, 0x12, 0x09, 0, 0, 0, 0, 0, 0x18, 0x48, 0x40, 0x11, 0, 0, 0, 0,
                0, 0,
            ],
            [0x08, 0x15], [0x08, 0x16], [0x08, 0x17], [0x08, 0x6c], [0x08, 0x6f], [0x08, 0x70], [0x08, 0xa3, 0x01],
            [0x08, 0x84, 0x07], [0x3a, 0x09, 0x09], [0x50, 0x01], [0x48, 0x05], [0x12, 0x00], [0xc0, 0x3e, 0x07],
            [0xf0, 0x7f], [0xf8, 0x7f], [0x24, 0x40],
        ]
        + [
            "(37.4 N, 122.1 W)", "X3B+aUZ+cHN8VV91bExubnFDX21xTnZ4cWBA", "DriverFront|TrunkRear", "true", "D", "1e308",
            "-0", "1739899580",
        ].map { Array($0.utf8) }

    static func seeds() throws -> [[UInt8]] {
        var seeds: [[UInt8]] = []
        for area in Corpus.frameAreas {
            for test in try Corpus.cases(area) {
                guard let payload = test.envelope?.payload, payload.count < 1000, test.envelope?.topic == "V" else {
                    continue
                }
                seeds.append([UInt8(truncatingIfNeeded: seeds.count * 37)] + payload)
            }
        }
        return seeds
    }

    private var decoder = PayloadDecoder()
    private var rewriter = PayloadRewriter(mode: .standard)

    init() {}

    /// The first byte tells how the view looks.
    func run(_ input: [UInt8]) throws(FuzzFinding) -> Bool {
        let look = input.first ?? 0
        let payload = Array(input.dropFirst())
        let stamp = RecordStamp(
            source: RecordSource(
                device: DeviceIdentity(vin: VIN("5YJ3E1EA7KF000316"), deviceType: "vehicle_device"),
                connection: ConnectionID(loop: 0, slot: 0, generation: 0),
                socketID: "11111111-2222-4333-8444-555555555555"
            ),
            sequence: 0,
            type: .vehicleData,
            receivedAt: UnixMilliseconds(rawValue: 1_795_210_443_720)
        )
        guard let record = try? rewriter.record(.vehicleData, payload.span, txid: [1].span, stamp).record else {
            return false
        }
        let (values, location) = (values(look), location(look))
        guard var view = RecordView(values: values, location: location) else { return true }
        switch view.show(record) {
        case .shown(let shown): try check(shown, of: record, location)
        case .withheld:
            guard let location, !location.zones.isEmpty else { throw FuzzFinding("a record is gone without a zone") }
        case .unreadable: throw FuzzFinding("vehicle data are called unreadable")
        }
        return true
    }

    private func values(_ look: UInt8) -> ValueSettings? {
        guard look & 1 == 0 else { return nil }
        var values = ValueSettings()
        if look & 2 == 0 { values.legacyText = .typed }
        if look & 4 == 0 { values.units = look & 8 == 0 ? .metric : .imperial }
        if look & 8 == 0 { values.enumNames = .bare }
        if look & 2 == 0 { values.invalid = .null }
        values.keepsRaw = look & 4 == 0
        return values
    }

    private func location(_ look: UInt8) -> LocationSettings? {
        guard look & 16 == 0 else { return nil }
        var location = LocationSettings()
        if look & 32 == 0 { location.decimals = Int(look >> 6) * 2 }
        if look & 64 == 0 || location.decimals == nil {
            var zone = LocationSettings.Zone()
            zone.latitude = 48.1
            zone.longitude = 9.9
            zone.radiusMeters = 900_000
            location.zones["zone"] = zone
        }
        return location
    }

    // MARK: What must hold

    private func check(_ shown: Record, of record: Record, _ location: LocationSettings?) throws(FuzzFinding) {
        guard case .vehicleData(let data) = shown.content, case .vehicleData(let sent) = record.content else {
            throw FuzzFinding("vehicle data became something else")
        }
        guard location?.zones.isEmpty == false || data.data.map(\.field) == sent.data.map(\.field) else {
            throw FuzzFinding("data are missing without a zone")
        }
        guard shown.txid == record.txid, shown.id == record.id, data.createdAt == sent.createdAt else {
            throw FuzzFinding("the record is another one")
        }
        try checkPayload(of: shown)
        for mode in [EncodingMode.standard, .reference] {
            try check(RecordJSON.encode(shown, mode: mode), "protojson")
        }
        try check(FlatJSON.encode(shown), "flat JSON")
        if let line = try? LoggerEncoding(mode: .standard).line(shown, .json, time: Timestamp(seconds: 0, nanos: 0)) {
            try check(line, "logger line")
        }
        guard let location else { return }
        for datum in data.data {
            for value in [datum.value, datum.unknown?.asSent ?? .absent] { try check(value, location) }
        }
    }

    /// How exact positions are, wherever they stand.
    private func check(_ value: SignalValue, _ location: LocationSettings) throws(FuzzFinding) {
        guard case .location(let latitude, let longitude) = value else { return }
        guard abs(latitude) <= 90, abs(longitude) <= 180 else { throw FuzzFinding("a position that is not on Earth") }
        guard let decimals = location.decimals else { return }
        let scale = (0..<decimals).reduce(1.0) { scale, _ in scale * 10 }
        for degrees in [latitude, longitude] where degrees != (degrees * scale).rounded() / scale {
            throw FuzzFinding("\(degrees) has more than \(decimals) decimals")
        }
    }

    private func checkPayload(of shown: Record) throws(FuzzFinding) {
        let payload = Array(shown.payload)
        guard case .vehicleData(let read)? = try? decoder.decode(.vehicleData, payload.span),
            case .vehicleData(let data) = shown.content
        else { throw FuzzFinding("a payload of a view is not read again") }
        guard read.data.map(\.field) == data.data.map(\.field), read.vin == data.vin, read.isResend == data.isResend,
            "\(read.data.map(\.value))" == "\(data.data.map { $0.value.withFullNames })"
        else { throw FuzzFinding("a payload of a view says something else than the record") }
    }

    private func check(_ json: [UInt8], _ what: String) throws(FuzzFinding) {
        guard let document = try? JSONReader.read(json), document.trailing == nil else {
            throw FuzzFinding("\(what) is no JSON: \(String(decoding: json, as: UTF8.self))")
        }
    }
}

extension SignalValue {
    /// How names are shown is not in a payload.
    fileprivate var withFullNames: SignalValue {
        guard case .choice(let kind, let number) = self else { return self }
        return .choice(ChoiceKind(tag: kind.tag), number: number)
    }
}
