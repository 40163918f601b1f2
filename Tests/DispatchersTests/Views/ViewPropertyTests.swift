import Foundation
import PayloadCodec
import RecordEncoding
import TelemetryFixtures
import TelemetryModel
import Testing

@testable import Dispatchers

/// Views of every combination of options over records of every shape.
@Suite struct ViewPropertyTests {
    private static let zone: LocationSettings.Zone = {
        var zone = LocationSettings.Zone()
        zone.latitude = 48.2
        zone.longitude = 9.9
        zone.radiusMeters = 30_000
        return zone
    }()

    private static let valueSettings: [ValueSettings?] = {
        var all: [ValueSettings?] = [nil]
        for legacy in ValueSettings.LegacyText.allCases {
            for names in ValueSettings.EnumNames.allCases {
                for units in ValueSettings.Units.allCases {
                    for invalid in ValueSettings.Invalid.allCases {
                        for keepsRaw in [false, true] {
                            var settings = ValueSettings()
                            settings.legacyText = legacy
                            settings.enumNames = names
                            settings.units = units
                            settings.invalid = invalid
                            settings.keepsRaw = keepsRaw
                            all.append(settings)
                        }
                    }
                }
            }
        }
        return all
    }()

    private static let locationSettings: [LocationSettings?] = {
        var all: [LocationSettings?] = [nil]
        for decimals in [nil, 0, 3, 6] {
            for hasZone in [false, true] where decimals != nil || hasZone {
                var settings = LocationSettings()
                settings.decimals = decimals
                if hasZone { settings.zones["zone"] = zone }
                all.append(settings)
            }
        }
        return all
    }()

    /// What must hold of every record and view.
    private static func check(_ record: Record, _ values: ValueSettings?, _ location: LocationSettings?, _ note: String)
        throws
    {
        let before = ViewFixtures.data(record)
        let shown: Record?
        do {
            shown = try ViewFixtures.shown(record, values: values, location: location)
        } catch is ViewFixtures.Unreadable {
            #expect(record.content == .opaque && location != nil, "\(note)")
            return
        }
        let after = ViewFixtures.data(shown)
        if location?.zones.isEmpty ?? true {
            #expect(after.map(\.field) == before.map(\.field), "\(note): data are missing")
        } else {
            var rest = before[...]
            for datum in after {
                guard let index = rest.firstIndex(where: { $0.field == datum.field }) else {
                    Issue.record("\(note): a datum that was not sent")
                    break
                }
                rest = rest[(index + 1)...]
            }
        }
        guard let shown else { return }
        #expect(shown.id == record.id && shown.txid == record.txid && shown.type == record.type, "\(note)")
        guard case .vehicleData(let data) = shown.content else {
            #expect(shown === record, "\(note)")
            return
        }
        // The payload says what the content says.
        var decoder = PayloadDecoder()
        let payload = Array(shown.payload)
        guard case .vehicleData(let decoded) = try decoder.decode(.vehicleData, payload.span) else { return }
        #expect(text(decoded.data) == text(data.data), "\(note)")
        #expect(decoded.createdAt == data.createdAt && decoded.isResend == data.isResend, "\(note)")
        if let location { checkPositions(data.data, location, note) }
    }

    /// Values as texts, because NaN is not equal to itself; how names are shown is not in a payload.
    private static func text(_ data: [Datum]) -> String {
        "\(data.map(\.value))".replacing("showsShortNames: true", with: "showsShortNames: false")
    }

    private static func checkPositions(_ data: [Datum], _ location: LocationSettings, _ note: String) {
        let zone = GroundZone(latitude: zone.latitude, longitude: zone.longitude, radiusMeters: zone.radiusMeters)
        for value in data.flatMap({ [$0.value, $0.unknown?.asSent].compactMap(\.self) }) {
            guard case .location(let latitude, let longitude) = value else { continue }
            guard let position = GroundPosition(latitude: latitude, longitude: longitude) else {
                Issue.record("\(note): a position that is not on Earth")
                continue
            }
            if let decimals = location.decimals {
                let scale = pow(10, Double(decimals))
                for degrees in [latitude, longitude] {
                    #expect(degrees == (degrees * scale).rounded() / scale, "\(note): \(degrees) is not rounded")
                }
            } else {
                #expect(!zone.contains(position), "\(note): a position in the zone")
            }
        }
    }

    // MARK: Random records

    private static func value(_ field: Field, _ random: inout SeededRandom) -> SignalValue {
        let number = Double.random(in: -200...200, using: &random)
        let place = SignalValue.location(
            latitude: Double.random(in: -91...91, using: &random),
            longitude: Double.random(in: -181...181, using: &random)
        )
        let near = SignalValue.location(
            latitude: 48.2 + Double.random(in: -0.6...0.6, using: &random),
            longitude: 9.9 + Double.random(in: -0.6...0.6, using: &random)
        )
        let usual: [SignalValue] = [
            place, near, near, .location(latitude: .nan, longitude: 9.9), .text("(48.189092 N, 9.904677 E)"),
            .text("\(number)"),
            .text(["true", "D", "P", "", "DriverFront|TrunkRear", "Home"].randomElement(using: &random)!),
            .text(RouteTexts.text([(48.1, 9.8), (49 + number / 1000, 10)])), .double(number), .double(.nan),
            .double(.infinity), .double(9.223372036854775808e18), .int(.random(in: .min ... .max, using: &random)),
            .long(.random(in: .min ... .max, using: &random)), .float(Float(number)), .boolean(true), .invalid(true),
            .invalid(false), .absent, .empty, .choice(.shiftState, number: .random(in: -1...9, using: &random)),
            .doors([.driverRear]), .tires([.rearLeft]), .time(hour: 25, minute: -1, second: 61),
        ]
        return usual.randomElement(using: &random)!
    }

    private static func record(_ random: inout SeededRandom) -> Record {
        let places: [Int32] = [21, 22, 23, 108, 111, 112, 163, 900, -5, .max]
        let data = (0..<Int.random(in: 0...8, using: &random)).map { _ in
            let field = Field(
                number: Bool.random(using: &random)
                    ? places.randomElement(using: &random)! : .random(in: 0...275, using: &random)
            )
            let value = value(field, &random)
            let hasUnknown = Int.random(in: 0..<6, using: &random) == 0 && value != .absent
            let unknown = hasUnknown ? DatumUnknown(ofDatum: [0xc0, 0x3e, 7], ofValue: [0xc0, 0x3e, 8]) : nil
            return Datum(field: field, value: value, unknown: unknown)
        }
        return ViewFixtures.record(
            VehicleData(data: data, createdAt: Timestamp(seconds: 1_700_000_000, nanos: 5), vin: "V", isResend: true)
        )
    }

    @Test(arguments: [1, 20, UInt64.random(in: .min ... .max)])
    func `no view loses, invents or leaks`(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        for step in 0..<600 {
            let record = Self.record(&random)
            let values = Self.valueSettings.randomElement(using: &random)!
            let location = Self.locationSettings.randomElement(using: &random)!
            guard values != nil || location != nil else { continue }
            try Self.check(record, values, location, "seed \(seed), step \(step)")
        }
    }

    @Test func `values of the corpus go through every option`() throws {
        var decoder = PayloadDecoder()
        var count = 0
        for area in Corpus.frameAreas {
            for test in try Corpus.cases(area) {
                for dispatched in test.dispatched {
                    guard let payload = dispatched.payload else { continue }
                    let type = RecordType(topic: dispatched.record_type)
                    let content = try decoder.decode(type, payload.span)
                    let record = TestRecords.record(1, type: type, content: content)
                        .showing(content, payload: payload)
                    count += 1
                    for values in Self.valueSettings {
                        // All pairs for some; for the others each section with and without the other one.
                        let isThorough = count % 20 == 0
                        for location in isThorough || values == nil ? Self.locationSettings : [nil]
                        where values != nil || location != nil {
                            try Self.check(record, values, location, "\(area)/\(test.name)")
                        }
                    }
                }
            }
        }
        #expect(count > 300)
    }

    // MARK: Leaks

    /// A position that can be found again in any bytes: in its digits, and in its doubles.
    private struct Secret {
        let latitude: Double
        let longitude: Double

        init(_ random: inout SeededRandom, near: Bool) {
            // Six decimals, none of them zero, so that no other number has the same.
            func digits(_ start: Double, after first: Int) -> Double {
                var number = start
                for place in first...6 {
                    number += Double(Int.random(in: 1...9, using: &random)) / pow(10, Double(place))
                }
                return (number * 1e6).rounded() / 1e6
            }
            latitude = near ? digits(48.2, after: 2) : digits(50, after: 1)
            longitude = near ? digits(9.9, after: 2) : digits(11, after: 1)
        }

        var value: SignalValue { .location(latitude: latitude, longitude: longitude) }

        /// What must not be found.
        var traces: [[UInt8]] {
            [latitude, longitude].flatMap { degrees -> [[UInt8]] in
                let bits = degrees.bitPattern
                let double = (0..<8).map { UInt8(truncatingIfNeeded: bits >> (UInt64($0) * 8)) }
                return [double, Array("\(degrees)".utf8)]
            }
        }
    }

    @Test(arguments: [2, UInt64.random(in: .min ... .max)])
    func `no format of any dispatcher shows the exact position, raw values and payloads included`(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        var all = ValueSettings()
        all.legacyText = .typed
        all.units = .metric
        all.enumNames = .bare
        all.keepsRaw = true
        for step in 0..<30 {
            let secret = Secret(&random, near: step % 2 == 0)
            let text = "(\(secret.latitude) N, \(secret.longitude) E)"
            let record = ViewFixtures.record([
                ViewFixtures.datum("VehicleSpeed", .text("34.797")), ViewFixtures.datum("Location", secret.value),
                ViewFixtures.datum("OriginLocation", .text(text)),
                ViewFixtures.datum("DestinationLocation", secret.value),
                ViewFixtures.datum("DestinationName", .text("\(secret.latitude) \(secret.longitude)")),
                ViewFixtures.datum(
                    "RouteLine",
                    .text(RouteTexts.text([(secret.latitude, secret.longitude), (50, 8)]))
                ),
                Datum(field: Field(number: 901), value: .text(text)),
                Datum(field: Field(number: 902), value: .double(secret.latitude)),
                Datum(field: Field(number: 903), value: secret.value),
                Datum(field: .location, value: .empty, unknown: DatumUnknown(ofValue: Array("\(text)".utf8))),
            ])
            let exact = ViewFixtures.outputs(record)
            for trace in secret.traces {
                #expect(exact.contains { $0.bytes.contains(run: trace) }, "seed \(seed): the search finds nothing")
            }
            for location in Self.locationSettings {
                guard let location, location.decimals.map({ $0 < 6 }) ?? (step % 2 == 0) else { continue }
                let shown = try #require(try ViewFixtures.shown(record, values: all, location: location))
                for output in ViewFixtures.outputs(shown) {
                    for trace in secret.traces {
                        #expect(!output.bytes.contains(run: trace), "seed \(seed), step \(step): \(output.name)")
                    }
                }
                for datum in ViewFixtures.data(shown) {
                    for case .text(let text)? in [datum.value, datum.unknown?.asSent] {
                        guard let line = RoutePolyline(text) else { continue }
                        for position in line.positions where location.decimals != nil {
                            #expect(position.latitude != secret.latitude && position.longitude != secret.longitude)
                        }
                    }
                }
            }
        }
    }
}

extension [UInt8] {
    fileprivate func contains(run wanted: [UInt8]) -> Bool {
        Data(self).range(of: Data(wanted)) != nil
    }
}
