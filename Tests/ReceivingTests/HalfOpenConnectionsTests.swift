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
        over: Set<UInt32> = []
    ) -> Outcome {
        let room = connections.room(now: now) { id in
            over.contains(id.slot) ? .over : talking.contains(id.slot) ? .talking : .silent
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
            connections.add(id(slot), now: 1_000 + UInt64(slot) * 10)
        }
        #expect(room(&connections, now: 1_050) == .notBefore(1_100))
        #expect(room(&connections, now: 1_100) == .after(0))
        connections.leave()
        #expect(room(&connections, now: 1_100, over: [0]) == .free)
        connections.add(id(3), now: 1_100)
        #expect(room(&connections, now: 1_105, over: [0]) == .notBefore(1_110))
        #expect(room(&connections, now: 1_110, over: [0]) == .after(1))
    }

    @Test func `silent ones go before those who talk, and those only after twice the time`() {
        var connections = HalfOpenConnections(limit: 3, graceMilliseconds: 100)
        for slot in 0..<3 as Range<UInt32> { connections.add(id(slot), now: 1_000) }
        #expect(room(&connections, now: 1_100, talking: [0, 1]) == .after(2))
        #expect(room(&connections, now: 1_100, talking: [0, 1, 2]) == .notBefore(1_200))
        #expect(room(&connections, now: 1_200, talking: [0, 1, 2]) == .after(0))
        #expect(room(&connections, now: .max, talking: [0, 1, 2]) == .after(0))
    }

    @Test func `what is over is forgotten, however many come`() {
        var connections = HalfOpenConnections(limit: 2, graceMilliseconds: 100)
        for round in 0..<10_000 as Range<UInt32> {
            connections.add(id(round), now: UInt64(round))
            if round > 0 { connections.leave() }
            #expect(room(&connections, now: UInt64(round)) == .free)
        }
        #expect(connections.count == 1)
    }
}
