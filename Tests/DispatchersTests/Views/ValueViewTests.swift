import PayloadCodec
import RecordEncoding
import TelemetryModel
import Testing

@testable import Dispatchers

private func settings(_ change: (inout ValueSettings) -> Void) -> ValueSettings {
    var settings = ValueSettings()
    change(&settings)
    return settings
}

private let typed = settings { $0.legacyText = .typed }

private func value(_ name: String, _ value: SignalValue, _ settings: ValueSettings) throws -> SignalValue {
    let record = ViewFixtures.record([ViewFixtures.datum(name, value)])
    return try #require(ViewFixtures.data(try ViewFixtures.shown(record, values: settings)).first).value
}

@Suite struct LegacyTextTests {
    @Test(arguments: [
        ("VehicleSpeed", "34.797", SignalValue.double(34.797)), ("VehicleSpeed", "-0", .double(-0.0)),
        ("Odometer", "4.688272214250206e4", .double(46_882.72214250206)), ("Soc", "72", .double(72)),
        ("ChargeAmps", "+32.0", .double(32)), ("NumBrickVoltageMax", "17", .int(17)),
        ("NumBrickVoltageMax", "17.0", .int(17)), ("DriveRail", "true", .boolean(true)),
        ("BrakePedal", "false", .boolean(false)), ("GpsState", "true", .boolean(true)),
        ("Gear", "D", .choice(.shiftState, number: 5)), ("Gear", "ShiftStateD", .choice(.shiftState, number: 5)),
        ("CarType", "Model3", .choice(ChoiceKind(memberName: "carTypeValue")!, number: 3)),
        ("DoorState", "DriverFront|TrunkRear", .doors([.driverFront, .trunkRear])), ("DoorState", "", .doors([])),
        ("SoftwareUpdateScheduledStartTime", "1739899580", .long(1_739_899_580)),
        (
            "OriginLocation", "(37.412374 N, 122.145867 W)",
            .location(latitude: 37.412374, longitude: -122.145867)
        ),
    ])
    func `a text becomes what the field is`(name: String, text: String, expected: SignalValue) throws {
        #expect(try value(name, .text(text), typed) == expected)
    }

    @Test(arguments: [
        ("VehicleSpeed", "fast"), ("VehicleSpeed", ""), ("VehicleSpeed", "nan"), ("VehicleSpeed", "inf"),
        ("VehicleSpeed", "0x10"), ("VehicleSpeed", "1e999"), ("VehicleSpeed", " 5"), ("VehicleSpeed", "5 mph"),
        ("VehicleSpeed", "1,5"), ("VehicleSpeed", "e"), ("VehicleSpeed", "--1"), ("NumBrickVoltageMax", "17.5"),
        ("NumBrickVoltageMax", "2147483648"), ("DriveRail", "True"), ("DriveRail", "1"), ("Gear", "X"), ("Gear", ""),
        ("Gear", "5"), ("DoorState", "DriverFront|"), ("DoorState", "|"), ("DoorState", "Hood"),
        ("SoftwareUpdateScheduledStartTime", "-5"), ("SoftwareUpdateScheduledStartTime", "99999999999999999999"),
        ("VehicleName", "5"), ("ChargeState", "Idle"), ("ScheduledDepartureTime", "07:30"), ("Location", "somewhere"),
    ])
    func `a text that is no value of the field stays`(name: String, text: String) throws {
        #expect(Field(name: name) != nil)
        #expect(try value(name, .text(text), typed) == .text(text))
    }

    @Test func `an integer may be as large as its member`() throws {
        #expect(try value("NumBrickVoltageMax", .text("2147483647"), typed) == .int(.max))
        #expect(try value("NumBrickVoltageMax", .text("-2147483648"), typed) == .int(.min))
    }

    @Test func `a field with two kinds takes texts of both`() throws {
        let buckle = try #require(ChoiceKind(memberName: "buckleStatusValue"))
        #expect(try value("DriverSeatBelt", .text("Latched"), typed) == .choice(buckle, number: 2))
        #expect(try value("DriverSeatBelt", .text("true"), typed) == .boolean(true))
    }

    @Test func `every value of every enum is found by both of its names`() throws {
        var count = 0
        for facts in FieldCatalogue.fields {
            guard case .choice(let kind) = facts.kind else { continue }
            for number in 0..<Int32(256) {
                guard let full = kind.fullName(number), let short = kind.shortName(number) else { continue }
                #expect(full.hasSuffix(short) && !short.isEmpty && short != full)
                for name in [full, short] {
                    #expect(try value(facts.name, .text(name), typed) == .choice(kind, number: number), "\(name)")
                    count += 1
                }
            }
        }
        #expect(count > 300)
    }

    @Test func `typed values stay as they are, of whatever kind`() throws {
        for sent in [SignalValue.int(3), .boolean(true), .invalid(true), .absent, .double(.nan), .long(.min)] {
            let shown = try value("VehicleSpeed", sent, typed)
            #expect("\(shown)" == "\(sent)")
        }
    }

    @Test func `texts of fields that nobody knows stay`() throws {
        let record = ViewFixtures.record([Datum(field: Field(number: 900), value: .text("5"))])
        #expect(try ViewFixtures.shown(record, values: typed) === record)
    }
}

@Suite struct UnitTests {
    private static let metric = settings { $0.units = .metric }
    private static let imperial = settings { $0.units = .imperial }

    @Test(arguments: [
        // Speed and distance, known from the definition of the mile.
        ("VehicleSpeed", 60.0, 96.56064, 60.0), ("CruiseSetSpeed", 0, 0, 0), ("Odometer", 100_000, 160_934.4, 100_000),
        ("RatedRange", 1, 1.609344, 1), ("ChargeRateMilePerHour", 30, 48.28032, 30),
        ("MilesToArrival", -1, -1.609344, -1), ("GpsAccuracyMeters", 3.048, 3.048, 10),
        // Pressure and temperature.
        ("TpmsPressureFl", 2.9, 2.9, 42.06094394176068), ("TpmsPressureFr", 1, 1, 14.503773773020923),
        ("InsideTemp", 100, 100, 212), ("OutsideTemp", -40, -40, -40), ("OutsideTemp", 0, 0, 32),
        ("ModuleTempMin", 36.6, 36.6, 97.88),
        // No unit of the four kinds.
        ("Soc", 72, 72, 72), ("PackVoltage", 400, 400, 400), ("GpsHeading", 180, 180, 180),
        // A unit that sources do not agree on is left alone.
        ("BrakePedalPos", 3, 3, 3),
    ])
    func `numbers are converted`(name: String, sent: Double, metric: Double, imperial: Double) throws {
        for (settings, expected) in [(Self.metric, metric), (Self.imperial, imperial)] {
            guard case .double(let shown) = try value(name, .double(sent), settings) else {
                Issue.record("\(name) is no double")
                continue
            }
            #expect(abs(shown - expected) <= abs(expected) * 1e-12, "\(name): \(shown), not \(expected)")
        }
    }

    @Test func `each unit of speed, distance, pressure and temperature has fields, and both ways are tried`() {
        let units: Set<FieldUnit> = [.milePerHour, .mile, .mileOfRangePerHour, .metre, .bar, .degreeCelsius]
        #expect(Set(FieldCatalogue.fields.compactMap(\.unit)).isSuperset(of: units))
        for unit in FieldUnit.allCases {
            let isConverted = [ValueSettings.Units.metric, .imperial].contains {
                UnitConversion.from(unit, to: $0) != nil
            }
            #expect(isConverted == units.contains(unit), "\(unit)")
            #expect(UnitConversion.from(unit, to: .asSent) == nil)
        }
    }

    @Test func `kinds are kept as far as they have room`() throws {
        #expect(try value("VehicleSpeed", .int(60), Self.metric) == .double(96.56064))
        #expect(try value("VehicleSpeed", .long(100), Self.metric) == .double(160.9344))
        #expect(try value("VehicleSpeed", .float(10), Self.metric) == .float(16.09344))
        #expect(try value("VehicleSpeed", .text("60"), Self.metric) == .text("96.56064"))
        #expect(try value("OutsideTemp", .text("-40"), Self.imperial) == .text("-40.0"))
        #expect(try value("VehicleSpeed", .text("fast"), Self.metric) == .text("fast"))
        #expect(try value("VehicleSpeed", .boolean(true), Self.metric) == .boolean(true))
        #expect(try value("VehicleSpeed", .invalid(true), Self.metric) == .invalid(true))
        let both = settings {
            $0.legacyText = .typed
            $0.units = .metric
        }
        #expect(try value("VehicleSpeed", .text("60"), both) == .double(96.56064))
    }

    @Test func `numbers that have none in the other unit stay`() throws {
        for sent in [Double.infinity, -.infinity, .greatestFiniteMagnitude] {
            #expect(try value("VehicleSpeed", .double(sent), Self.metric) == .double(sent))
        }
        guard case .double(let shown) = try value("VehicleSpeed", .double(.nan), Self.metric) else {
            Issue.record("NaN is no double any more")
            return
        }
        #expect(shown.isNaN)
        #expect(
            try value("VehicleSpeed", .float(.greatestFiniteMagnitude), Self.metric)
                == .float(.greatestFiniteMagnitude)
        )
    }
}

@Suite struct EnumNameTests {
    private let bare = settings { $0.enumNames = .bare }

    @Test func `names lose what all names of the enum begin with, and payloads stay`() throws {
        let record = ViewFixtures.record([ViewFixtures.datum("Gear", .choice(.shiftState, number: 5))])
        let shown = try #require(try ViewFixtures.shown(record, values: bare))
        #expect(shown.payload == record.payload)
        let before = ViewFixtures.outputs(record)
        for (index, output) in ViewFixtures.outputs(shown).enumerated() {
            let text = String(decoding: output.bytes, as: UTF8.self)
            #expect(!text.contains("ShiftStateD"), "\(output.name)")
            let hadName = String(decoding: before[index].bytes, as: UTF8.self).contains("ShiftStateD")
            if hadName {
                #expect(text.contains("D"), "\(output.name)")
            } else {
                #expect(output.bytes == before[index].bytes)
            }
        }
        let json = String(decoding: RecordJSON.encode(shown, mode: .standard), as: UTF8.self)
        #expect(json.contains(#"{"key":"Gear","value":{"shiftStateValue":"D"}}"#))
        #expect(String(decoding: FlatJSON.encode(shown), as: UTF8.self).contains(#""Gear":"D""#))
    }

    @Test func `numbers without a name stay numbers`() throws {
        let record = ViewFixtures.record([ViewFixtures.datum("Gear", .choice(.shiftState, number: 99))])
        let shown = try #require(try ViewFixtures.shown(record, values: bare))
        let json = String(decoding: RecordJSON.encode(shown, mode: .standard), as: UTF8.self)
        #expect(json.contains(#""shiftStateValue":99"#))
    }

    @Test func `other members are not touched by bare names`() throws {
        let record = ViewFixtures.record([ViewFixtures.datum("VehicleSpeed", .double(1))])
        #expect(try ViewFixtures.shown(record, values: bare) === record)
    }
}

@Suite struct InvalidAndRawTests {
    @Test func `what is invalid has no value`() throws {
        let null = settings { $0.invalid = .null }
        for sent in [SignalValue.invalid(true), .invalid(false)] {
            #expect(try value("VehicleSpeed", sent, null) == .absent)
        }
        let record = ViewFixtures.record([ViewFixtures.datum("VehicleSpeed", .invalid(true))])
        let shown = try #require(try ViewFixtures.shown(record, values: null))
        #expect(
            String(decoding: RecordJSON.encode(shown, mode: .standard), as: UTF8.self)
                .contains(#"{"key":"VehicleSpeed","value":null}"#)
        )
        var decoder = PayloadDecoder()
        let payload = Array(shown.payload)
        #expect(try decoder.decode(.vehicleData, payload.span) == shown.content)
    }

    @Test func `the value before the changes stands beside the one after them`() throws {
        let all = settings {
            $0.legacyText = .typed
            $0.enumNames = .bare
            $0.units = .metric
            $0.invalid = .null
            $0.keepsRaw = true
        }
        let record = ViewFixtures.record([
            ViewFixtures.datum("VehicleSpeed", .text("60")), ViewFixtures.datum("Gear", .text("D")),
            ViewFixtures.datum("Odometer", .double(1)), ViewFixtures.datum("Soc", .double(50)),
            ViewFixtures.datum("OutsideTemp", .invalid(true)),
        ])
        let shown = try #require(try ViewFixtures.shown(record, values: all))
        let json = String(decoding: RecordJSON.encode(shown, mode: .standard), as: UTF8.self)
        #expect(
            json.hasPrefix(
                #"{"data":[{"key":"VehicleSpeed","value":{"doubleValue":96.56064},"raw":{"stringValue":"60"}},"#
                    + #"{"key":"Gear","value":{"shiftStateValue":"D"},"raw":{"stringValue":"D"}},"#
                    + #"{"key":"Odometer","value":{"doubleValue":1.609344},"raw":{"doubleValue":1}},"#
                    + #"{"key":"Soc","value":{"doubleValue":50}},"#
                    + #"{"key":"OutsideTemp","value":null,"raw":{"invalid":true}}],"#
            )
        )
        #expect(String(decoding: RecordJSON.encode(shown, mode: .reference), as: UTF8.self) == json)
        let flat = String(decoding: FlatJSON.encode(shown), as: UTF8.self)
        #expect(flat.contains(#""VehicleSpeed":96.56064,"VehicleSpeed_raw":"60","Gear":"D","Gear_raw":"D""#))
        #expect(flat.contains(#""OutsideTemp":null,"OutsideTemp_raw":null"#) && !flat.contains("Soc_raw"))
        let line = try LoggerEncoding(mode: .standard).data(shown)
        #expect(String(decoding: line, as: UTF8.self).contains(#""VehicleSpeed":{"value":96.56064,"raw":"60"}"#))
        // A payload has the value alone.
        var decoder = PayloadDecoder()
        let payload = Array(shown.payload)
        guard case .vehicleData(let data) = try decoder.decode(.vehicleData, payload.span) else { return }
        #expect(data.data.map(\.value) == ViewFixtures.data(shown).map(\.value))
        #expect(data.data.allSatisfy { $0.unknown == nil })
    }

    @Test func `unknown fields of a datum stay beside the raw value`() throws {
        let unknown = DatumUnknown(ofDatum: [0xc0, 0x3e, 0x07])
        let keeping = settings {
            $0.units = .metric
            $0.keepsRaw = true
        }
        let record = ViewFixtures.record([ViewFixtures.datum("VehicleSpeed", .double(1), unknown: unknown)])
        let shown = try #require(ViewFixtures.data(try ViewFixtures.shown(record, values: keeping)).first)
        #expect(shown.unknown == DatumUnknown(ofDatum: [0xc0, 0x3e, 0x07], asSent: .double(1)))
    }
}
