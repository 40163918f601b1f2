import FleetTelemetry
import Synchronization
import Testing
import VehicleFixtures

/// The contract between the receiver and dispatchers that programs write.
struct DispatcherTests {
    /// Refuses to open once, takes everything on the second try, refuses one txid for good.
    final class Stubborn: Dispatcher {
        struct State {
            var opened = 0
            var isClosed = false
            var seen: [String] = []
        }

        let state = Mutex(State())

        func open() async throws {
            let count = state.withLock { state in
                state.opened += 1
                return state.opened
            }
            if count == 1 { throw DispatchFailure(.unreachable, "not yet") }
        }

        func deliver(_ records: [TelemetryRecord]) async -> [DispatchOutcome] {
            state.withLock { state in
                var mustWait = false
                return records.map { record in
                    state.seen.append(record.txid)
                    if record.txid == "bad" { return .rejected(DispatchFailure(.unencodable, "never")) }
                    let isFirst = state.seen.count(where: { $0 == record.txid }) == 1
                    // Order is kept: what follows a record that has to wait, waits too.
                    if isFirst { mustWait = true }
                    return mustWait ? .retry(DispatchFailure(.full, "once more")) : .delivered
                }
            }
        }

        func close() async { state.withLock { $0.isClosed = true } }
    }

    @Test func `it is opened until it opens, handed records until it takes them, and closed at the end`() async throws {
        let site = try TestSite()
        let dispatcher = Stubborn()
        let receiver = try Receiver(
            configuration: .json(site.configuration(records: #"{"V": ["stubborn"]}"#)),
            dispatchers: ["stubborn": dispatcher]
        )
        try receiver.start()
        let vehicle = try site.vehicle()
        for txid in ["a", "b"] {
            try vehicle.send(TestSite.frame(txid, speed: 1))
            #expect(try TestSite.answer(vehicle.nextFrame()) == "ack \(txid)")
        }
        // A rejected record gets no ack; the next one does.
        try vehicle.send(TestSite.frame("bad", speed: 1))
        try vehicle.send(TestSite.frame("c", speed: 1))
        #expect(try TestSite.answer(vehicle.nextFrame()) == "ack c")
        #expect(await receiver.stop() == 0)
        let state = dispatcher.state.withLock { $0 }
        #expect(state.opened >= 2)
        #expect(state.isClosed)
        #expect(state.seen.filter { $0 == "a" }.count == 2)
        #expect(Set(state.seen) == ["a", "b", "bad", "c"])
    }

    @Test func `a dispatcher needs no more than deliver`() async throws {
        let site = try TestSite()
        let receiver = try Receiver(
            configuration: .json(site.configuration(records: #"{"V": ["queue", "mine"]}"#)),
            dispatchers: ["mine": TopSpeeds(), "unused": TopSpeeds()]
        )
        let stream = try receiver.records()
        try receiver.start()
        let vehicle = try site.vehicle()
        try vehicle.send(TestSite.frame("both", speed: 1))
        #expect(try TestSite.answer(vehicle.nextFrame()) == "ack both")
        var records = stream.makeAsyncIterator()
        #expect(await records.next()?.txid == "both")
        #expect(await receiver.stop() == 0)
    }
}
