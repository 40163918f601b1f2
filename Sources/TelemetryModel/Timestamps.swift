/// Milliseconds since 1970-01-01T00:00:00Z by this machine's clock.
package struct UnixMilliseconds: Sendable, Hashable, Comparable {
    package let rawValue: Int64

    package init(rawValue: Int64) {
        self.rawValue = rawValue
    }

    package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

/// A moment as vehicles send it (`google.protobuf.Timestamp`): any number may arrive, valid or not.
package struct Timestamp: Sendable, Hashable {
    /// Seconds since 1970-01-01T00:00:00Z.
    package var seconds: Int64
    /// 0...999,999,999 when valid.
    package var nanos: Int32

    package init(seconds: Int64, nanos: Int32) {
        self.seconds = seconds
        self.nanos = nanos
    }

    /// Within the years 1 to 9999 and with nanoseconds in range: what protojson can express.
    package var isValid: Bool {
        (-62_135_596_800...253_402_300_799).contains(seconds) && (0...999_999_999).contains(nanos)
    }
}
