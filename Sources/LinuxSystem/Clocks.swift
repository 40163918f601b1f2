internal import CLinux
internal import Glibc

/// Time that never jumps, for deadlines and latencies.
package struct MonotonicTime: Sendable, Hashable, Comparable {
    package let nanoseconds: UInt64

    package init(nanoseconds: UInt64) {
        self.nanoseconds = nanoseconds
    }

    package static var now: MonotonicTime {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return MonotonicTime(nanoseconds: UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec))
    }

    package static func < (left: Self, right: Self) -> Bool { left.nanoseconds < right.nanoseconds }

    /// Nanoseconds from `earlier` to this moment; 0 when `earlier` is later.
    package func nanoseconds(since earlier: MonotonicTime) -> UInt64 {
        nanoseconds > earlier.nanoseconds ? nanoseconds - earlier.nanoseconds : 0
    }

    /// The moment so many milliseconds later. For times of ours: it wraps instead of stopping.
    package func adding(milliseconds: Int) -> MonotonicTime {
        MonotonicTime(nanoseconds: nanoseconds &+ UInt64(milliseconds) &* 1_000_000)
    }
}

/// The time of day, for stamps that people and vehicles compare with their own clocks.
package enum WallClock {
    /// Milliseconds since 1970-01-01T00:00:00Z.
    package static var milliseconds: Int64 {
        let (seconds, nanos) = secondsAndNanos
        return seconds * 1000 + Int64(nanos) / 1_000_000
    }

    /// Whole seconds since 1970-01-01T00:00:00Z.
    package static var seconds: Int64 { secondsAndNanos.seconds }

    /// Seconds since 1970-01-01T00:00:00Z and nanoseconds within the second.
    package static var secondsAndNanos: (seconds: Int64, nanos: Int32) {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return (Int64(time.tv_sec), Int32(time.tv_nsec))
    }
}
