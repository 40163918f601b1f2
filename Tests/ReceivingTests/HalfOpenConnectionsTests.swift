import AddressCodec
@testable import Receiving
import TelemetryModel
import Testing

/// Who makes room when there are too many handshakes.
struct HalfOpenConnectionsTests {
    private func id(_ slot: UInt32) -> ConnectionID { ConnectionID(loop: 0, slot: slot, generation: 1) }

    private enum Outcome: Equatable {
        case free
        case after(UInt32)
        case notBefore(UInt64)
    }

    private func room(
        _ connections: inout HalfOpenConnections,
        now: UInt64,
        talking: Set<UInt32> = [],
        heardAt: UInt64 = 0,
        over: Set<UInt32> = []
    ) -> Outcome {
        let room = connections.room(now: now) { id in
            over.contains(id.slot) ? .over : talking.contains(id.slot) ? .talking(heardAt) : .silent
        }
        return switch room {
        case .free: .free
        case .after(let id): .after(id.slot)
        case .notBefore(let time): .notBefore(time)
        }
    }

    @Test func `below the limit there is room, at the limit the oldest goes once its grace is over`() {
        var connections = HalfOpenConnections(limit: 3, graceMilliseconds: 100)
        for slot in 0..<3 as Range<UInt32> {
            #expect(room(&connections, now: 1_000) == .free)
            connections.add(id(slot), from: nil, now: 1_000 + UInt64(slot) * 10)
        }
        #expect(room(&connections, now: 1_050) == .notBefore(1_100))
        #expect(room(&connections, now: 1_100) == .after(0))
        connections.leave(nil)
        #expect(room(&connections, now: 1_100, over: [0]) == .free)
        connections.add(id(3), from: nil, now: 1_100)
        #expect(room(&connections, now: 1_105, over: [0]) == .notBefore(1_110))
        #expect(room(&connections, now: 1_110, over: [0]) == .after(1))
    }

    @Test func `silent ones go before those who talk, and those only after twice the time`() {
        var connections = HalfOpenConnections(limit: 3, graceMilliseconds: 100)
        for slot in 0..<3 as Range<UInt32> { connections.add(id(slot), from: nil, now: 1_000) }
        #expect(room(&connections, now: 1_100, talking: [0, 1]) == .after(2))
        #expect(room(&connections, now: 1_100, talking: [0, 1, 2]) == .notBefore(1_200))
        #expect(room(&connections, now: 1_200, talking: [0, 1, 2]) == .after(0))
        #expect(room(&connections, now: .max, talking: [0, 1, 2]) == .after(0))
    }

    @Test func `what is over is forgotten, however many come`() {
        var connections = HalfOpenConnections(limit: 2, graceMilliseconds: 100)
        for round in 0..<10_000 as Range<UInt32> {
            connections.add(id(round), from: nil, now: UInt64(round))
            if round > 0 { connections.leave(nil) }
            #expect(room(&connections, now: UInt64(round)) == .free)
        }
        #expect(connections.count == 1)
    }

    @Test func `an address with more than half of the places waits half a second for nobody, others wait as ever`() {
        let (crowd, other) = (IPAddress(v4: 1), IPAddress(v4: 2))
        var connections = HalfOpenConnections(limit: 4, graceMilliseconds: 10_000)
        connections.add(id(0), from: other, now: 1_000)
        for slot in 1..<4 as Range<UInt32> { connections.add(id(slot), from: crowd, now: 1_000) }
        // Silent from the start, and after having said something.
        #expect(room(&connections, now: 1_499) == .notBefore(1_500))
        #expect(room(&connections, now: 1_500) == .after(1))
        #expect(room(&connections, now: 1_500, talking: [0, 1, 2], heardAt: 1_400) == .after(3))
        #expect(room(&connections, now: 1_899, talking: [0, 1, 2, 3], heardAt: 1_400) == .notBefore(1_900))
        #expect(room(&connections, now: 1_900, talking: [0, 1, 2, 3], heardAt: 1_400) == .after(1))
        // Who says a byte now and then has its grace, and no more.
        #expect(room(&connections, now: 11_000, talking: [0, 1, 2, 3], heardAt: 10_999) == .after(1))
        // Half of the places is no crowd.
        connections.leave(crowd)
        connections.add(id(4), from: other, now: 1_000)
        #expect(room(&connections, now: 1_500, over: [1]) == .notBefore(11_000))
    }

    @Test func `proxies that are trusted may have all places`() {
        var connections = HalfOpenConnections(limit: 2, graceMilliseconds: 10_000)
        for slot in 0..<2 as Range<UInt32> { connections.add(id(slot), from: nil, now: 1_000) }
        #expect(room(&connections, now: 2_000) == .notBefore(11_000))
    }
}
