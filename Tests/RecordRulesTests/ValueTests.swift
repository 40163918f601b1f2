import RecordRules
import TelemetryModel
import Testing

@Suite struct ValueTests {
    private static let ofValue: Set<RecordRule> = [.valueKind, .notFinite, .outOfRange]

    private let bench = RuleBench { settings in
        for rule in Self.ofValue { settings.rules[rule] = .observe }
    }

    private func rules(_ name: String, _ value: SignalValue) -> [RecordRule] { bench.judge(Datum(name, value)).rules }

    @Test func `each range includes its bounds and nothing beyond`() {
        var checked = 0
        for facts in FieldCatalogue.fields {
            guard let range = facts.range?.widest, facts.kind?.isNumeric == true else { continue }
            checked += 1
            for bound in [range.lowerBound, range.upperBound] {
                #expect(rules(facts.name, .double(bound)).isEmpty, "\(facts.name) \(bound)")
                #expect(rules(facts.name, .long(Int64(bound.rounded(.towardZero)))).isEmpty || bound != bound.rounded())
            }
            let step = facts.kind == .real ? 0.001 : 1
            for outside in [range.lowerBound - step, range.upperBound + step] {
                #expect(rules(facts.name, .double(outside)) == [.outOfRange], "\(facts.name) \(outside)")
                if facts.legacyText == .decimal {
                    #expect(rules(facts.name, .text("\(outside)")) == [.outOfRange], "\(facts.name) \(outside)")
                }
            }
        }
        #expect(checked > 100)
    }

    @Test func `a range of the configuration takes the place of the catalogue's`() {
        let bench = RuleBench(.outOfRange, .observe) { settings in
            var section = FieldSettings()
            section.lowest = -5
            section.highest = 5.5
            settings.fields["VehicleSpeed"] = section
            settings.fields["Odometer"] = FieldSettings()
            settings.fields["Odometer"]?.highest = 10
        }
        for (value, isGood) in [(-5.0, true), (5.5, true), (-5.1, false), (5.6, false)] {
            #expect(bench.judge(Datum("VehicleSpeed", .double(value))).isClean == isGood)
        }
        #expect(bench.judge(Datum("Odometer", .int(10))).isClean)
        #expect(!bench.judge(Datum("Odometer", .int(11))).isClean)
        #expect(!bench.judge(Datum("Odometer", .int(-1))).isClean)
    }

    @Test(arguments: [
        ("VehicleSpeed", SignalValue.double(30)), ("VehicleSpeed", .float(30)), ("VehicleSpeed", .int(30)),
        ("VehicleSpeed", .long(30)), ("VehicleSpeed", .text("34.797")), ("VehicleSpeed", .text("-0")),
        ("VehicleSpeed", .text("1e2")), ("VehicleSpeed", .invalid(true)), ("VehicleSpeed", .invalid(false)),
        ("ChargerPhases", .int(3)), ("ChargerPhases", .double(3)), ("ChargerPhases", .text("3")),
        ("Locked", .boolean(false)), ("Locked", .text("true")), ("Locked", .text("false")),
        ("Gear", .choice(.shiftState, number: 2)), ("Gear", .text("P")), ("Gear", .text("ShiftStateP")),
        ("DoorState", .doors([.driverFront])), ("DoorState", .text("")), ("DoorState", .text("DriverFront|TrunkRear")),
        ("Location", .location(latitude: 90, longitude: -180)), ("VehicleName", .text("")),
        ("ScheduledDepartureTime", .time(hour: 23, minute: 59, second: 0)), ("ScheduledDepartureTime", .long(1)),
        ("TpmsHardWarnings", .tires([])), ("DriverSeatBelt", .boolean(true)),
        ("Deprecated_1", .empty), ("Experimental_1", .text("x")), ("SoftwareUpdateScheduledStartTime", .long(0)),
    ])
    func `values that fit their field`(_ name: String, _ value: SignalValue) {
        let outcome = bench.judge(Datum(name, value))
        // Without a value there is nothing to fit, even where nobody knows the kind.
        #expect(outcome.isClean == (value != .empty), "\(name) \(value): \(outcome.rules)")
    }

    @Test(arguments: [
        ("VehicleSpeed", SignalValue.boolean(true), RecordRule.valueKind), ("VehicleSpeed", .text(""), .valueKind),
        ("VehicleSpeed", .text("fast"), .valueKind), ("VehicleSpeed", .text("0x10"), .valueKind),
        ("VehicleSpeed", .text("NaN"), .notFinite),
        ("VehicleSpeed", .text("-inf"), .notFinite), ("VehicleSpeed", .text("1e400"), .notFinite),
        ("VehicleSpeed", .double(.infinity), .notFinite), ("VehicleSpeed", .float(.nan), .notFinite),
        ("VehicleSpeed", .absent, .valueKind), ("VehicleSpeed", .empty, .valueKind),
        ("VehicleSpeed", .long(.max), .outOfRange), ("Odometer", .double(0x1p63), .outOfRange),
        ("VehicleSpeed", .location(latitude: 0, longitude: 0), .valueKind),
        ("ChargerPhases", .double(2.5), .valueKind), ("ChargerPhases", .double(.nan), .notFinite),
        ("Locked", .text("True"), .valueKind), ("Locked", .int(1), .valueKind),
        ("Gear", .choice(.charging, number: 1), .valueKind), ("Gear", .choice(.shiftState, number: 99), .outOfRange),
        ("Gear", .choice(.shiftState, number: -1), .outOfRange), ("Gear", .text("Q"), .valueKind),
        ("Gear", .int(2), .valueKind), ("DoorState", .text("Hatch"), .valueKind),
        ("DoorState", .text("DriverFront|"), .valueKind), ("Location", .text("(nowhere)"), .valueKind),
        ("Location", .location(latitude: 90.1, longitude: 0), .outOfRange),
        ("Location", .location(latitude: 0, longitude: -180.1), .outOfRange),
        ("Location", .location(latitude: .nan, longitude: 0), .notFinite),
        ("ScheduledDepartureTime", .time(hour: 24, minute: 0, second: 0), .outOfRange),
        ("SoftwareUpdateScheduledStartTime", .long(-1), .outOfRange),
        ("SoftwareUpdateScheduledStartTime", .long(.max), .outOfRange),
        ("ChargerVoltage", .text("230"), .valueKind), ("VehicleName", .int(1), .valueKind),
    ])
    func `values that do not`(_ name: String, _ value: SignalValue, _ rule: RecordRule) {
        #expect(rules(name, value) == [rule], "\(name) \(value)")
    }

    @Test func `every enum's own names and numbers fit, and no others`() {
        for facts in FieldCatalogue.fields {
            guard case .choice(let choice) = facts.kind, facts.otherKind == nil else { continue }
            for number: Int32 in 0..<64 {
                let isKnown = choice.valueName(number) != nil
                #expect(rules(facts.name, .choice(choice, number: number)) == (isKnown ? [] : [.outOfRange]))
                if facts.legacyText == .name, let name = choice.valueName(number) {
                    #expect(rules(facts.name, .text(name)).isEmpty)
                }
            }
            #expect(choice.valueName(64) == nil, "numbers from 64 on are taken for unknown")
        }
    }
}
