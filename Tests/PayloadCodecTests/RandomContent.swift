import TelemetryFixtures
import TelemetryModel

/// Makes records of every shape, likely and unlikely ones.
struct RandomContent {
    var generator: SeededRandom

    init(seed: UInt64) {
        generator = SeededRandom(seed: seed)
    }

    mutating func next() -> RecordContent {
        switch below(5) {
        case 0, 1: .vehicleData(vehicleData())
        case 2: .alerts(alerts())
        case 3: .errors(errors())
        default: chance(2) ? .connectivity(connectivity()) : .metrics(metrics())
        }
    }

    private mutating func below(_ limit: Int) -> Int { Int.random(in: 0..<limit, using: &generator) }
    private mutating func chance(_ oneIn: Int) -> Bool { below(oneIn) == 0 }

    private mutating func number() -> Int64 {
        switch below(4) {
        case 0: Int64(below(3)) - 1
        case 1: Int64(below(100_000))
        case 2: Int64(Int32.random(in: .min ... .max, using: &generator))
        default: Int64.random(in: .min ... .max, using: &generator)
        }
    }

    private mutating func short() -> Int32 { Int32(truncatingIfNeeded: number()) }

    private mutating func text() -> String {
        let length = chance(20) ? 200 : below(24)
        let scalars: [Unicode.Scalar] = ["a", "Z", "0", " ", "\0", "\"", "\u{e9}", "\u{20ac}", "\u{1f697}"]
        return String(String.UnicodeScalarView((0..<length).map { _ in scalars[below(scalars.count)] }))
    }

    private mutating func timestamp() -> Timestamp? {
        chance(4) ? nil : Timestamp(seconds: number(), nanos: short())
    }

    /// Fields with numbers that no message of ours has.
    private mutating func unknown() -> UnknownFields {
        guard chance(5) else { return [] }
        return [
            [0xc0, 0x3e, 0x07], [0xc2, 0x3e, 0x02, 0x61, 0x62], [0xc5, 0x3e, 1, 2, 3, 4],
            [0xf8, 0xff, 0xff, 0xff, 0x0f, 1],
            [0xc1, 0x3e, 1, 2, 3, 4, 5, 6, 7, 8], [0xc3, 0x3e, 0x08, 0x01, 0xc4, 0x3e],
            [0xc3, 0x3e, 0xc4, 0x3e, 0xc0, 0x3e, 0],
        ][below(7)]
    }

    private mutating func vehicleData() -> VehicleData {
        var data = VehicleData(data: (0..<below(12)).map { _ in datum() }, createdAt: timestamp(), vin: text())
        data.isResend = chance(2)
        data.unknown = unknown()
        if data.createdAt != nil { data.createdAtUnknown = unknown() }
        return data
    }

    private mutating func datum() -> Datum {
        let value = value()
        var hasMember = false
        switch value {
        case .location, .doors, .tires, .time: hasMember = true
        default: break
        }
        let unknown = DatumUnknown(
            ofDatum: unknown(),
            ofValue: value == .absent ? [] : unknown(),
            ofMember: hasMember ? unknown() : []
        )
        let isKnown = unknown == DatumUnknown()
        return Datum(
            field: Field(number: chance(8) ? short() : Int32(below(280))),
            value: value,
            unknown: isKnown ? nil : unknown
        )
    }

    private mutating func value() -> SignalValue {
        switch below(14) {
        case 0: .absent
        case 1: .empty
        case 2: .text(text())
        case 3: .int(short())
        case 4: .long(number())
        case 5: .float(Float(Double.random(in: -1e6...1e6, using: &generator)))
        case 6: .double(Double.random(in: -1e6...1e6, using: &generator))
        case 7: .boolean(chance(2))
        case 8: .location(latitude: Double(short()), longitude: Double(short()) / 3)
        case 9: .choice(ChoiceKind.all[below(ChoiceKind.all.count)], number: short())
        case 10: .invalid(chance(2))
        case 11: .doors(Doors(rawValue: UInt8(below(64))))
        case 12: .tires(Tires(rawValue: UInt16(below(1024))))
        default: .time(hour: short(), minute: short(), second: short())
        }
    }

    private mutating func alerts() -> VehicleAlerts {
        var alerts = VehicleAlerts(alerts: [], createdAt: timestamp(), vin: text(), unknown: unknown())
        for _ in 0..<below(5) {
            var alert = VehicleAlerts.Alert(
                name: text(),
                audiences: (0..<below(200)).map { _ in short() },
                startedAt: timestamp(),
                endedAt: timestamp(),
                unknown: unknown()
            )
            if alert.startedAt != nil { alert.startedAtUnknown = unknown() }
            if alert.endedAt != nil { alert.endedAtUnknown = unknown() }
            alerts.alerts.append(alert)
        }
        return alerts
    }

    private mutating func tags() -> [Tag] {
        (0..<below(chance(5) ? 40 : 4)).map { Tag(key: "\($0):" + text(), value: text()) }
    }

    private mutating func errors() -> VehicleErrors {
        var errors = VehicleErrors(errors: [], createdAt: timestamp(), vin: text(), unknown: unknown())
        for _ in 0..<below(5) {
            var fault = VehicleErrors.Fault(
                createdAt: timestamp(),
                name: text(),
                tags: tags(),
                body: text(),
                unknown: unknown()
            )
            if fault.createdAt != nil { fault.createdAtUnknown = unknown() }
            errors.errors.append(fault)
        }
        return errors
    }

    private mutating func connectivity() -> VehicleConnectivity {
        var connectivity = VehicleConnectivity(
            vin: text(),
            connectionID: text(),
            status: .init(number: short()),
            createdAt: timestamp(),
            networkInterface: text(),
            unknown: unknown()
        )
        if connectivity.createdAt != nil { connectivity.createdAtUnknown = unknown() }
        return connectivity
    }

    private mutating func metrics() -> VehicleMetrics {
        var metrics = VehicleMetrics(metrics: [], createdAt: timestamp(), vin: text(), unknown: unknown())
        for _ in 0..<below(5) {
            metrics.metrics.append(.init(name: text(), tags: tags(), value: Double(short()) / 7, unknown: unknown()))
        }
        return metrics
    }
}
