/// A dispatcher and the lane in front of it.
package struct DispatcherStatus: ControlObject {
    /// How the dispatcher is doing.
    package enum State: String, ControlValue {
        case opening, healthy, retrying, closed
    }

    package var name = ""
    package var state = State.opening
    /// Since when; nil when it is closed.
    package var since: Int?
    /// Failures in this row, while retrying.
    package var attempts = 0
    /// Code and words of the latest failure, while retrying.
    package var failure: String?
    /// Records that wait or are in hand.
    package var records = 0
    package var bytes = 0
    /// Age of the oldest record that is not delivered; 0 when there is none.
    package var lagSeconds = 0.0
    /// Whether it is at its limit and holds vehicles back.
    package var isFull = false
    /// Whether its records wait in the spool, so that vehicles do not wait for it.
    package var isSpooled = false
    package var delivered = 0

    package init() {}

    package mutating func visit(_ members: inout some ControlVisitor) throws(ControlFormatError) {
        try members.member("name", &name)
        try members.member("state", &state)
        try members.member("since_ms", &since)
        try members.member("attempts", &attempts)
        try members.member("failure", &failure)
        try members.member("records", &records)
        try members.member("bytes", &bytes)
        try members.member("lag_seconds", &lagSeconds)
        try members.member("full", &isFull)
        try members.member("spooled", &isSpooled)
        try members.member("delivered", &delivered)
    }
}

/// How much of the spool is used.
package struct SpoolUse: ControlObject {
    package var directory = ""
    package var bytes = 0
    package var maximumBytes = 0
    package var segments = 0
    /// Whether more records are taken.
    package var hasRoom = false
    /// Why records cannot be written; nil when they can.
    package var blocked: String?
    /// Age of the oldest record that some dispatcher has not got; 0 when there is none.
    package var oldestSeconds = 0.0

    package init() {}

    /// 0 to 100 and somewhat more: one submission may go over the limit.
    package var percent: Double { maximumBytes > 0 ? Double(bytes) / Double(maximumBytes) * 100 : 0 }

    package mutating func visit(_ members: inout some ControlVisitor) throws(ControlFormatError) {
        try members.member("directory", &directory)
        try members.member("bytes", &bytes)
        try members.member("maximum_bytes", &maximumBytes)
        try members.member("segments", &segments)
        try members.member("has_room", &hasRoom)
        try members.member("blocked", &blocked)
        try members.member("oldest_seconds", &oldestSeconds)
    }
}
