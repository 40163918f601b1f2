internal import Synchronization
internal import TelemetryModel

/// What the rules remember of one vehicle's records: when each field last passed, which fields it sends, how many
/// values it sent in this minute.
///
/// Shared by the vehicle's connections, which may live on two event loops; the lock is held for one record. A few words
/// until a rule needs it; with everything in use about 2.6 KB, however many fields there are in the records.
package final class VehicleHistory: Sendable {
    /// At most one, in an array so that it takes no room before it is needed.
    private let state = Mutex<[State]>([])

    package init() {}

    /// How much memory it takes, in bytes, its arrays included.
    package var bytes: Int {
        // An object and an array begin with 16 and 32 bytes of the runtime's.
        let own = 16 + MemoryLayout<[State]>.size + 8
        return own
            + state.withLock { state in
                state.isEmpty ? 0 : 32 + state.capacity * MemoryLayout<State>.stride + state[0].arrayBytes
            }
    }

    /// Looks at one record with what was remembered before it, and remembers it.
    func judge<Result>(_ body: (inout State) -> Result) -> Result {
        state.withLock { state in
            if state.isEmpty {
                state.reserveCapacity(1)
                state.append(State())
            }
            return body(&state[0])
        }
    }

    /// Times are milliseconds since 1970 by the vehicle's clock.
    struct State {
        /// Distinct fields are counted over a day: a vehicle is configured anew now and then.
        private static let fieldWindowSeconds: UInt32 = 86_400
        private static let minute: Int64 = 60_000

        /// Values in a minute that begins with its first value.
        private struct Minute {
            var start = Int64.min
            var count = 0
        }

        /// The low bits of when each field last passed, by number. They wrap after seven weeks, which is longer than
        /// any interval.
        private var passedAt: [UInt32] = []
        private var havePassed = FieldSet()
        /// Seconds since 1970 when each field was last seen, by number.
        private var seenAt: [UInt32] = []
        private var seen = FieldSet()
        /// Of all fields, then by category.
        private var seenCounts: InlineArray<4, Int> = .init(repeating: 0)
        private var expiredAt: UInt32 = 0
        private var minutes: InlineArray<4, Minute> = .init(repeating: Minute())

        var arrayBytes: Int {
            let heads = (passedAt.capacity > 0 ? 32 : 0) + (seenAt.capacity > 0 ? 32 : 0)
            return heads + 4 * (passedAt.capacity + seenAt.capacity)
        }

        // MARK: Sampling

        /// Whether a value comes sooner than the interval after, or before, the last one that passed.
        ///
        /// One that does not is remembered as having passed.
        mutating func isTooSoon(_ field: Field, at time: Int64, interval: UInt32, fields: Int) -> Bool {
            let number = Int(field.number)
            if passedAt.isEmpty { passedAt = Array(repeating: 0, count: fields) }
            guard number >= 0, number < passedAt.count else { return false }
            let now = UInt32(truncatingIfNeeded: time)
            if havePassed.contains(field) {
                // The clock of a vehicle may go back, and records come late.
                let distance = Int32(bitPattern: now &- passedAt[number]).magnitude
                if distance < interval { return true }
            }
            _ = havePassed.insert(field)
            passedAt[number] = now
            return false
        }

        // MARK: Plans

        /// Whether the field is one more than the plan has. One that is not is counted from now on.
        mutating func isSurplus(
            _ field: Field,
            _ category: FieldCategory,
            at time: Int64,
            _ quota: PlanQuota,
            _ checks: [FieldCheck]
        ) -> Bool {
            let number = Int(field.number)
            if seenAt.isEmpty { seenAt = Array(repeating: 0, count: checks.count) }
            guard number >= 0, number < seenAt.count else { return false }
            let now = UInt32(clamping: time / 1000)
            if !seen.contains(field) {
                forgetFields(at: now, checks)
                let own = quota[category]
                let place = Int(category.rawValue) + 1
                if quota.total.fields > 0, seenCounts[0] >= quota.total.fields { return true }
                if own.fields > 0, seenCounts[place] >= own.fields { return true }
                _ = seen.insert(field)
                seenCounts[0] += 1
                seenCounts[place] += 1
            }
            seenAt[number] = now
            return false
        }

        /// At most once a second: who sends surplus fields all the time must not cost a walk for each.
        private mutating func forgetFields(at now: UInt32, _ checks: [FieldCheck]) {
            guard now != expiredAt else { return }
            expiredAt = now
            for number in seenAt.indices {
                let field = Field(number: Int32(number))
                guard seen.contains(field), now > seenAt[number] else { continue }
                guard now - seenAt[number] >= Self.fieldWindowSeconds else { continue }
                seen.remove(field)
                seenCounts[0] -= 1
                seenCounts[Int(checks[number].category.rawValue) + 1] -= 1
            }
        }

        /// Whether the value is one more in its minute than the plan has. One that is not is counted.
        mutating func isOverRate(_ category: FieldCategory, at time: Int64, _ quota: PlanQuota) -> Bool {
            let place = Int(category.rawValue) + 1
            let isOver =
                Self.isFull(&minutes[0], quota.total.valuesPerMinute, at: time)
                || Self.isFull(&minutes[place], quota[category].valuesPerMinute, at: time)
            if isOver { return true }
            Self.count(&minutes[0], at: time)
            Self.count(&minutes[place], at: time)
            return false
        }

        private static func isFull(_ minute: inout Minute, _ limit: Int, at time: Int64) -> Bool {
            guard limit > 0 else { return false }
            let elapsed = time.subtractingReportingOverflow(minute.start)
            if elapsed.overflow || elapsed.partialValue >= Self.minute {
                minute = Minute(start: time, count: 0)
                return false
            }
            // From a minute that is over: it can't be counted any more.
            guard elapsed.partialValue > -Self.minute else { return false }
            return minute.count >= limit
        }

        private static func count(_ minute: inout Minute, at time: Int64) {
            let elapsed = time.subtractingReportingOverflow(minute.start)
            if !elapsed.overflow, elapsed.partialValue > -Self.minute { minute.count += 1 }
        }
    }
}
