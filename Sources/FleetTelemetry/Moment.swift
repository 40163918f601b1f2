internal import TelemetryModel

/// A moment in time, without a calendar.
///
/// With Foundation: `Date(timeIntervalSince1970: moment.secondsSince1970)`.
public struct Moment: Sendable, Hashable, Comparable {
    /// Whole seconds since 1970-01-01T00:00:00Z, negative before.
    public let seconds: Int64
    /// 0...999,999,999 unless a vehicle sent something else.
    public let nanoseconds: Int32

    /// - Parameter nanoseconds: within the second, counted upwards, for moments before 1970 too.
    public init(seconds: Int64, nanoseconds: Int32) {
        self.seconds = seconds
        self.nanoseconds = nanoseconds
    }

    init(_ timestamp: Timestamp) {
        self.init(seconds: timestamp.seconds, nanoseconds: timestamp.nanos)
    }

    init(_ time: UnixMilliseconds) {
        let (seconds, milliseconds) = time.rawValue.quotientAndRemainder(dividingBy: 1000)
        self.init(seconds: seconds, nanoseconds: Int32(milliseconds) * 1_000_000)
    }

    /// Seconds with fraction; exact to about a quarter of a microsecond.
    public var secondsSince1970: Double { Double(seconds) + Double(nanoseconds) / 1e9 }

    /// Whether `left` is the earlier one.
    public static func < (left: Moment, right: Moment) -> Bool {
        (left.seconds, left.nanoseconds) < (right.seconds, right.nanoseconds)
    }
}
