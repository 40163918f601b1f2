import Dispatching
import TelemetryFixtures
import TelemetryModel
import Testing

@testable import Receiving

/// What is remembered of a vehicle's records, by itself.
struct RecentDeliveriesTests {
    private static func fingerprint(_ txid: String, _ payload: String = "", row: Int = 0) -> RecordFingerprint {
        RecordFingerprint(row: row, txid: Array(txid.utf8).span, payload: Array(payload.utf8).span)
    }

    private static func record(_ sequence: UInt64, loop: UInt16 = 0) -> Record {
        Record(
            source: RecordSource(
                device: DeviceIdentity(vin: VIN("v"), deviceType: "vehicle_device"),
                connection: ConnectionID(loop: loop, slot: 0, generation: 1),
                socketID: "s"
            ),
            sequence: sequence,
            type: .vehicleData,
            receivedAt: UnixMilliseconds(rawValue: 1),
            content: .opaque,
            bytes: [],
            payloadCount: 0
        )
    }

    private let handovers = Handovers(loops: 2)

    private func claim(
        _ deliveries: RecentDeliveries,
        _ record: Record,
        _ fingerprint: RecordFingerprint,
        round: UInt64 = 1,
        now: UInt64 = 0
    ) -> RecentDeliveries.Claim {
        let handover = Handover(loop: record.source.connection.loop, round: round)
        return deliveries.claim(fingerprint, id: record.id, handover, handovers, now: now)
    }

    @Test func `another loop waits until the first has been handed over, the same loop need not`() {
        let deliveries = RecentDeliveries(DeduplicationSettings())
        let first = Self.record(0)
        let elsewhere = Self.record(0, loop: 1)
        #expect(claim(deliveries, first, Self.fingerprint("a"), round: 5) == .first)
        handovers.finish(Handover(loop: 0, round: 4))
        #expect(claim(deliveries, elsewhere, Self.fingerprint("a")) == .tooEarly)
        #expect(claim(deliveries, Self.record(1), Self.fingerprint("a"), round: 5) == .answeredLater)
        handovers.finish(Handover(loop: 0, round: 5))
        #expect(claim(deliveries, elsewhere, Self.fingerprint("a")) == .answeredLater)
        let answers = deliveries.settle([Settlement(record: first, outcome: .acknowledge)], now: 1)
        #expect(answers.map(\.connection) == [first.source.connection, elsewhere.source.connection])
        #expect(answers.map(\.count) == [1, 1])
        #expect(claim(deliveries, elsewhere, Self.fingerprint("a"), now: 1) == .delivered)
    }

    @Test func `what was released or withheld is as if it had never come`() {
        let deliveries = RecentDeliveries(DeduplicationSettings())
        let record = Self.record(0)
        #expect(claim(deliveries, record, Self.fingerprint("a")) == .first)
        deliveries.release(record.id)
        #expect(claim(deliveries, record, Self.fingerprint("a")) == .first)
        #expect(deliveries.settle([Settlement(record: record, outcome: .withhold)], now: 0).isEmpty)
        #expect(claim(deliveries, record, Self.fingerprint("a")) == .first)
        // Settled and released records that nobody claimed are passed over.
        deliveries.release(Self.record(77).id)
        #expect(deliveries.settle([Settlement(record: Self.record(78), outcome: .acknowledge)], now: 0).isEmpty)
        #expect(deliveries.counts == (0, 1))
    }

    @Test func `the memory is given back when the window has passed`() {
        let deliveries = RecentDeliveries(DeduplicationSettings())
        for index in 0..<50 {
            let record = Self.record(UInt64(index))
            #expect(claim(deliveries, record, Self.fingerprint("\(index)")) == .first)
            _ = deliveries.settle([Settlement(record: record, outcome: .acknowledge)], now: 1000)
        }
        deliveries.expire(now: 600_999)
        #expect(deliveries.counts == (50, 0))
        deliveries.expire(now: 601_000)
        #expect(deliveries.counts == (0, 0))
    }

    @Test func `fingerprints tell apart what differs anywhere`() {
        let texts = ["", "a", "aa", "\0", "\0\0", "1234567", "12345678", "123456789", "12345678\0", "1234567812345678"]
        var seen: Set<RecordFingerprint> = []
        for txid in texts {
            for payload in texts {
                for row in 0..<3 { #expect(seen.insert(Self.fingerprint(txid, payload, row: row)).inserted) }
            }
        }
        let payload = [UInt8](repeating: 7, count: 100)
        for place in payload.indices {
            var other = payload
            other[place] ^= 1
            let digest = RecordFingerprint(row: 0, txid: [1].span, payload: other.span)
            #expect(digest != RecordFingerprint(row: 0, txid: [1].span, payload: payload.span))
            #expect(digest == RecordFingerprint(row: 0, txid: [1].span, payload: other.span))
        }
    }

    /// A list that does what the deliveries should, slowly.
    private struct Model {
        var settings = DeduplicationSettings()
        var delivered: [(name: String, time: UInt64)] = []
        var flights: [(name: String, record: Record)] = []

        mutating func claim(_ name: String, _ record: Record, now: UInt64) -> RecentDeliveries.Claim {
            delivered.removeAll { $0.time + UInt64(settings.windowMilliseconds) <= now }
            if delivered.contains(where: { $0.name == name }) { return .delivered }
            if flights.contains(where: { $0.name == name }) { return .answeredLater }
            flights.append((name, record))
            return .first
        }

        mutating func settle(_ index: Int, _ outcome: Settlement.Outcome, now: UInt64) -> Record {
            let flight = flights.remove(at: index)
            guard outcome == .acknowledge else { return flight.record }
            delivered.append((flight.name, now))
            if delivered.count > settings.entriesPerVehicle { delivered.removeFirst() }
            return flight.record
        }
    }

    @Test func `random journeys come out as in a simple model`() {
        let seed = UInt64.random(in: 0 ... .max)
        print("seed \(seed)")
        var numbers = SeededRandom(seed: seed)
        for _ in 0..<50 {
            var model = Model()
            model.settings.windowMilliseconds = 100
            model.settings.entriesPerVehicle = Int.random(in: 1...12, using: &numbers)
            let deliveries = RecentDeliveries(model.settings)
            var now: UInt64 = 0
            for step in 0..<300 {
                now += UInt64.random(in: 0...9, using: &numbers)
                if Bool.random(using: &numbers), !model.flights.isEmpty {
                    let index = Int.random(in: model.flights.indices, using: &numbers)
                    let isLost = Int.random(in: 0..<4, using: &numbers) == 0
                    let outcome: Settlement.Outcome = isLost ? .withhold : .acknowledge
                    let record = model.settle(index, outcome, now: now)
                    _ = deliveries.settle([Settlement(record: record, outcome: outcome)], now: now)
                } else {
                    let name = "\(Int.random(in: 0..<30, using: &numbers))"
                    let record = Self.record(UInt64(step))
                    #expect(
                        claim(deliveries, record, Self.fingerprint(name), now: now)
                            == model.claim(name, record, now: now)
                    )
                }
                #expect(deliveries.counts.onTheirWay == model.flights.count)
                #expect(deliveries.counts.delivered <= model.settings.entriesPerVehicle)
            }
        }
    }
}
