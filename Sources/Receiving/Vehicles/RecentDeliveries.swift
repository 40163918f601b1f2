internal import Dispatching
internal import Synchronization
internal import TelemetryModel

/// Which records of one vehicle are on their way or were delivered lately, so that one that comes again is answered
/// and not dispatched again.
///
/// A record counts as delivered when its delivery was settled as acknowledged. One that was refused or withheld is
/// forgotten at once, so that the vehicle can bring it again. Shared by the vehicle's connections; the lock is held
/// for a look-up, and two loops meet here only while a vehicle has two connections.
final class RecentDeliveries: Sendable {
    /// What to do with a record.
    enum Claim: Sendable, Hashable {
        /// It is the first of its kind: dispatch it, then ``settle(_:now:)`` or ``release(_:)`` it.
        case first
        /// It was delivered: acknowledge it at once.
        case delivered
        /// The first is on its way, and this one will be answered together with it.
        case answeredLater
        /// The first is on its way and too many connections wait with it already: give no answer, and the vehicle will
        /// send it again.
        case unanswered
        /// Another loop has read the first and not handed it over yet. Offer this one again: what follows it must not
        /// overtake the first.
        case tooEarly
    }

    /// A connection that sent the record again while it was on its way, so many times.
    private struct Waiter {
        let connection: ConnectionID
        var count: Int
    }

    private struct Flight {
        let handover: Handover
        var waiters: [Waiter] = []
    }

    private struct State {
        var flights: [RecordFingerprint: Flight] = [:]
        var fingerprints: [Record.ID: RecordFingerprint] = [:]
        var delivered: Set<RecordFingerprint> = []
        var order = DeliveryOrder()

        mutating func expire(_ settings: DeduplicationSettings, now: UInt64) {
            guard !order.isEmpty else { return }
            while let oldest = order.oldest, oldest.time &+ UInt64(clamping: settings.windowMilliseconds) <= now {
                delivered.remove(oldest.fingerprint)
                order.removeOldest()
            }
            guard order.isEmpty else { return }
            delivered = []
            order = DeliveryOrder()
        }

        mutating func remember(
            _ fingerprint: RecordFingerprint,
            _ settings: DeduplicationSettings,
            now: UInt64
        ) {
            while let oldest = order.oldest, order.count >= max(1, settings.entriesPerVehicle) {
                delivered.remove(oldest.fingerprint)
                order.removeOldest()
            }
            guard delivered.insert(fingerprint).inserted else { return }
            order.append(fingerprint, at: now, limit: max(1, settings.entriesPerVehicle))
        }
    }

    /// Connections that one record on its way keeps in mind.
    static let waiterLimit = 8

    private let settings: DeduplicationSettings
    private let state = Mutex(State())

    init(_ settings: DeduplicationSettings) {
        self.settings = settings
    }

    /// A record has come.
    ///
    /// - Parameters:
    ///   - id: the one that the record gets if it is dispatched.
    ///   - handover: the round in which it would be.
    ///   - now: milliseconds of the monotonic clock.
    func claim(
        _ fingerprint: RecordFingerprint,
        id: Record.ID,
        _ handover: Handover,
        _ handovers: Handovers,
        now: UInt64
    ) -> Claim {
        state.withLock { state in
            state.expire(settings, now: now)
            if state.delivered.contains(fingerprint) { return .delivered }
            guard let flight = state.flights[fingerprint] else {
                state.flights[fingerprint] = Flight(handover: handover)
                state.fingerprints[id] = fingerprint
                return .first
            }
            if flight.handover.loop != handover.loop, !handovers.isFinished(flight.handover) { return .tooEarly }
            if let known = flight.waiters.firstIndex(where: { $0.connection == id.connection }) {
                state.flights[fingerprint]?.waiters[known].count += 1
                return .answeredLater
            }
            guard flight.waiters.count < Self.waiterLimit else { return .unanswered }
            state.flights[fingerprint]?.waiters.append(Waiter(connection: id.connection, count: 1))
            return .answeredLater
        }
    }

    /// A claimed record was refused after all and goes nowhere. Nobody can wait for it yet but the same loop's
    /// connections, and none do: claim and release happen in one step of one loop.
    func release(_ id: Record.ID) {
        state.withLock { state in
            guard let fingerprint = state.fingerprints.removeValue(forKey: id) else { return }
            state.flights[fingerprint] = nil
        }
    }

    /// Deliveries are decided. Records that were never claimed are passed over.
    ///
    /// - Returns: the answers that others wait for.
    func settle(_ settlements: ArraySlice<Settlement>, now: UInt64) -> [RepeatAnswer] {
        state.withLock { state in
            var answers: [RepeatAnswer] = []
            for settlement in settlements {
                guard let fingerprint = state.fingerprints.removeValue(forKey: settlement.record.id),
                    let flight = state.flights.removeValue(forKey: fingerprint)
                else { continue }
                if settlement.outcome == .acknowledge { state.remember(fingerprint, settings, now: now) }
                for waiter in flight.waiters {
                    answers.append(
                        RepeatAnswer(connection: waiter.connection, count: waiter.count, settlement: settlement)
                    )
                }
            }
            return answers
        }
    }

    /// Gives up the memory of what is out of the window.
    func expire(now: UInt64) {
        state.withLock { $0.expire(settings, now: now) }
    }

    /// Delivered records that are remembered, and records on their way.
    var counts: (delivered: Int, onTheirWay: Int) {
        state.withLock { ($0.order.count, $0.flights.count) }
    }
}

/// The answer to messages that repeated a record while it was on its way.
struct RepeatAnswer: Sendable {
    /// Whose messages they were.
    let connection: ConnectionID
    let count: Int
    /// What became of the record that was dispatched.
    let settlement: Settlement
}
