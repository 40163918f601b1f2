import TelemetryModel
import Testing

@testable import VehicleSimulation

struct ScenarioTests {
    static let start = Timestamp(seconds: 1_769_798_658, nanos: 24_618_247)

    private func records(_ kind: ScenarioKind, seed: UInt64 = 7, count: Int) -> [ScenarioRecord] {
        var scenario = Scenario(kind, seed: seed, startedAt: Self.start)
        return (0..<count).map { _ in scenario.next() }
    }

    private func data(_ record: ScenarioRecord) -> [Datum] {
        if case .vehicleData(let content) = record.content { content.data } else { [] }
    }

    @Test(arguments: ScenarioKind.allCases)
    func `a seed gives the same records for ever, another seed others`(kind: ScenarioKind) {
        #expect(records(kind, count: 200) == records(kind, count: 200))
        #expect(records(kind, count: 200) != records(kind, seed: 8, count: 200))
    }

    @Test func `the numbers behind a seed never change`() {
        var random = SeededNumbers(seed: 1)
        #expect(
            (0..<3).map { _ in random.next() } == [
                0x910A_2DEC_8902_5CC1, 0xBEEB_8DA1_658E_EC67, 0xF893_A2EE_FB32_555E,
            ]
        )
    }

    @Test(arguments: ScenarioKind.allCases)
    func `the first record carries every signal, later ones mostly one to three`(kind: ScenarioKind) {
        let all = records(kind, count: 1000)
        #expect((46...52).contains(data(all[0]).count))
        let counts = all.dropFirst().map { data($0).count }.filter { $0 > 0 }
        #expect(counts.count(where: { $0 <= 3 }) * 10 >= counts.count * 8)
        let mean = Double(counts.reduce(0, +)) / Double(counts.count)
        #expect((1.0...2.6).contains(mean), "mean \(mean)")
    }

    @Test(arguments: ScenarioKind.allCases)
    func `time only goes forward, in half seconds of constant phase`(kind: ScenarioKind) {
        var last: Timestamp?
        for record in records(kind, count: 500) {
            #expect(record.createdAt.isValid)
            #expect(record.createdAt.nanos % 500_000_000 == 24_618_247)
            if let last {
                let seconds = record.createdAt.seconds - last.seconds
                let milliseconds = seconds * 1000 + Int64(record.createdAt.nanos - last.nanos) / 1_000_000
                #expect(milliseconds == record.pauseMilliseconds)
                #expect((0...60_500).contains(milliseconds))
            }
            last = record.createdAt
        }
    }

    @Test(arguments: 1...5)
    func `a drive moves as fast as it says and no faster than a car`(seed: UInt64) {
        var scenario = Scenario(.drive, seed: seed, startedAt: Self.start)
        var place: (latitude: Double, longitude: Double, time: Double)?
        var speed = 0.0
        var travelled = 0.0
        for _ in 0..<1500 {
            let record = scenario.next()
            let time = Double(record.createdAt.seconds) + Double(record.createdAt.nanos) / 1e9
            for datum in data(record) {
                if case .double(let value) = datum.value, datum.field == .vehicleSpeed {
                    #expect((0...90).contains(value), "\(value) mph with seed \(seed)")
                    let kilometres = value * 1.609344
                    #expect(abs(kilometres - kilometres.rounded()) < 1e-9)
                    speed = value
                }
                if case .location(let latitude, let longitude) = datum.value {
                    if let place {
                        let north = (latitude - place.latitude) * 111.19
                        let east = (longitude - place.longitude) * 111.19 * Trigonometry.cosine(degrees: latitude)
                        let kilometres = (north * north + east * east).squareRoot()
                        travelled += kilometres
                        #expect(kilometres <= 140 / 3600 * (time - place.time) + 0.001, "seed \(seed)")
                    }
                    place = (latitude, longitude, time)
                }
            }
        }
        #expect(travelled > 1, "seed \(seed)")
        #expect(speed >= 0)
    }

    @Test(arguments: 1...5)
    func `charging raises the charge until the limit and never beyond`(seed: UInt64) {
        var charges: [Double] = []
        for record in records(.charge, seed: seed, count: 1200) {
            for datum in data(record) where datum.field == .soc {
                if case .double(let value) = datum.value { charges.append(value) }
            }
        }
        #expect(charges.count > 10)
        #expect(charges.last ?? 0 > (charges.first ?? 0) + 5, "seed \(seed)")
        for (before, after) in zip(charges, charges.dropFirst()) { #expect(after >= before, "seed \(seed)") }
        #expect((charges.max() ?? 0) <= 80.5)
    }

    @Test func `a parked vehicle stays where it is`() {
        var places: Set<SignalValue> = []
        for record in records(.park, count: 300) {
            for datum in data(record) where datum.field == .location { places.insert(datum.value) }
        }
        #expect(places.count == 1)
    }

    @Test func `a mixed scenario drives, charges and parks`() {
        var gears: Set<SignalValue> = []
        var chargeStates: Set<SignalValue> = []
        for seed in UInt64(1)...3 {
            for record in records(.mixed, seed: seed, count: 6000) {
                for datum in data(record) {
                    if datum.field.number == 10 { gears.insert(datum.value) }
                    if datum.field.number == 179 { chargeStates.insert(datum.value) }
                }
            }
        }
        #expect(gears == [.choice(.shiftState, number: 2), .choice(.shiftState, number: 5)])
        #expect(chargeStates.contains(.choice(.detailedChargeState, number: 4)))
    }

    @Test func `alerts begin and end, errors come rarely, and no record carries a VIN`() {
        var open = 0
        var ended = 0
        var errors = 0
        for record in records(.drive, count: 6000) {
            switch record.content {
            case .vehicleData(let content):
                #expect(record.type == .vehicleData && content.vin.isEmpty && content.createdAt == record.createdAt)
            case .alerts(let content):
                #expect(record.type == .alerts && content.vin.isEmpty && (1...4).contains(content.alerts.count))
                open += content.alerts.count { $0.endedAt == nil }
                ended += content.alerts.count { $0.endedAt != nil }
            case .errors(let content):
                #expect(record.type == .errors && content.vin.isEmpty && content.errors.count == 1)
                errors += 1
            case .connectivity, .metrics, .opaque:
                Issue.record("vehicles do not send this: \(record.type)")
            }
        }
        #expect(open > 0 && ended > 0 && (1...60).contains(errors))
    }

    @Test func `real numbers carry the noise of 32 bits, as real cars' do`() {
        let current = records(.charge, count: 2000).flatMap(data).filter { $0.field.number == 7 }
        #expect(!current.isEmpty)
        for datum in current {
            guard case .double(let value) = datum.value else {
                Issue.record("no double: \(datum)")
                continue
            }
            let steps = value / Double(Float(0.1))
            #expect(abs(steps - steps.rounded()) < 1e-6)
        }
    }

    @Test func `sine and cosine are good to a millionth of a degree`() {
        for (degrees, expected) in [(0.0, 0.0), (30, 0.5), (90, 1), (180, 0), (270, -1), (390, 0.5), (-30, -0.5)] {
            #expect(abs(Trigonometry.sine(degrees: degrees) - expected) < 1e-9)
            #expect(abs(Trigonometry.cosine(degrees: degrees - 90) - expected) < 1e-9)
        }
    }

    @Test func `txids have the form of real cars`() {
        var random = SeededNumbers(seed: 3)
        let txid = VehicleTxid(from: &random)
        let text = String(decoding: txid.text(1), as: UTF8.self)
        #expect(text.count == 32 && text.hasSuffix("-000000001"))
        #expect(text.prefix(22).allSatisfy { $0.isHexDigit && !$0.isUppercase })
        #expect(String(decoding: txid.text(999_999_999), as: UTF8.self).hasSuffix("-999999999"))
        #expect(VehicleTxid(from: &random) != txid)
    }
}
