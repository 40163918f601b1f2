internal import LinuxSystem
internal import Synchronization

/// How often one event name may be logged by ``Log/limited(_:_:_:)``.
package struct LogLimit: Sendable, Hashable {
    /// Lines that may come at once after a quiet time.
    package let burst: Int
    /// How fast the allowance grows back.
    package let linesPerSecond: Double

    package init(burst: Int, linesPerSecond: Double) {
        precondition(burst >= 1 && linesPerSecond > 0)
        self.burst = burst
        self.linesPerSecond = linesPerSecond
    }

    package static let standard = LogLimit(burst: 10, linesPerSecond: 1)
}

/// One token bucket per event name.
final class LogLimiter: Sendable {
    private struct Bucket {
        var tokens: Double
        var filledAt: MonotonicTime
        var leftOut = 0
    }

    enum Decision: Equatable {
        /// Log it; so many lines of this event were left out before it.
        case pass(leftOut: Int)
        case leaveOut
    }

    /// Event names are constants of the code, so this many are never reached; later ones share a bucket.
    private static let maximumNames = 512
    private static let sharedName = ""

    private let limit: LogLimit
    private let buckets = Mutex<[String: Bucket]>([:])

    init(limit: LogLimit) {
        self.limit = limit
    }

    func decide(_ event: String, at now: MonotonicTime) -> Decision {
        buckets.withLock { buckets in
            let name = buckets[event] != nil || buckets.count < Self.maximumNames ? event : Self.sharedName
            var bucket = buckets[name] ?? Bucket(tokens: Double(limit.burst), filledAt: now)
            let seconds = Double(now.nanoseconds(since: bucket.filledAt)) / 1e9
            bucket.tokens = min(Double(limit.burst), bucket.tokens + seconds * limit.linesPerSecond)
            bucket.filledAt = now
            defer { buckets[name] = bucket }
            guard bucket.tokens >= 1 else {
                bucket.leftOut += 1
                return .leaveOut
            }
            bucket.tokens -= 1
            defer { bucket.leftOut = 0 }
            return .pass(leftOut: bucket.leftOut)
        }
    }

    /// The events with lines left out since their last one, and forgets the counts.
    ///
    /// - Parameter moment: only events that have not happened since then; nil for all.
    func collectLeftOut(quietSince moment: MonotonicTime?) -> [(event: String, count: Int)] {
        buckets.withLock { buckets in
            var found: [(event: String, count: Int)] = []
            for (event, bucket) in buckets where bucket.leftOut > 0 {
                if let moment, bucket.filledAt > moment { continue }
                found.append((event, bucket.leftOut))
                buckets[event]?.leftOut = 0
            }
            return found.sorted { $0.event < $1.event }
        }
    }
}
