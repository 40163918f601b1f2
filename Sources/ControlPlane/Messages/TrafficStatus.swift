/// How often something happened, by a bounded word.
package struct ReasonCount: ControlObject {
    package var reason = ""
    package var count = 0

    package init() {}

    package init(_ reason: String, _ count: Int) {
        self.reason = reason
        self.count = count
    }

    package mutating func visit(_ members: inout some ControlVisitor) throws(ControlFormatError) {
        try members.member("reason", &reason)
        try members.member("count", &count)
    }
}

/// Connections on the vehicle port.
package struct ConnectionsStatus: ControlObject {
    /// Those that stand now, handshaking ones included.
    package var open = 0
    package var limit = 0
    /// Vehicles that are connected, each counted once.
    package var vehicles = 0
    package var opened = 0
    package var closed = 0
    /// Closed before their handshake, by the limit that they met.
    package var refused: [ReasonCount] = []
    /// HTTP requests that were refused, by status.
    package var refusedRequests: [ReasonCount] = []
    /// Refusals of vehicles by the VIN lists.
    package var refusedVehicles: [ReasonCount] = []

    package init() {}

    package mutating func visit(_ members: inout some ControlVisitor) throws(ControlFormatError) {
        try members.member("open", &open)
        try members.member("limit", &limit)
        try members.member("vehicles", &vehicles)
        try members.member("opened", &opened)
        try members.member("closed", &closed)
        try members.member("refused", &refused)
        try members.member("refused_requests", &refusedRequests)
        try members.member("refused_vehicles", &refusedVehicles)
    }
}

/// TLS handshakes of vehicles.
package struct HandshakesStatus: ControlObject {
    package var succeeded = 0
    package var failed: [ReasonCount] = []

    package init() {}

    package mutating func visit(_ members: inout some ControlVisitor) throws(ControlFormatError) {
        try members.member("succeeded", &succeeded)
        try members.member("failed", &failed)
    }
}

/// Records that vehicles sent.
package struct RecordsStatus: ControlObject {
    package var received = 0
    package var payloadBytes = 0
    package var byType: [ReasonCount] = []
    /// Over the last 5 to 10 seconds.
    package var perSecond = 0.0
    package var perSecondSinceStart = 0.0
    /// Sent again while they were remembered; answered, not dispatched again.
    package var duplicates = 0

    package init() {}

    package mutating func visit(_ members: inout some ControlVisitor) throws(ControlFormatError) {
        try members.member("received", &received)
        try members.member("payload_bytes", &payloadBytes)
        try members.member("by_type", &byType)
        try members.member("per_second", &perSecond)
        try members.member("per_second_since_start", &perSecondSinceStart)
        try members.member("duplicates", &duplicates)
    }
}

/// Acknowledgements to vehicles.
package struct AcksStatus: ControlObject {
    package var sent = 0
    /// Over the last 5 to 10 seconds.
    package var perSecond = 0.0
    /// Records that no dispatcher would take; their vehicles send them again.
    package var withheld = 0
    /// Records that were delivered when their connection had gone.
    package var late = 0

    package init() {}

    package mutating func visit(_ members: inout some ControlVisitor) throws(ControlFormatError) {
        try members.member("sent", &sent)
        try members.member("per_second", &perSecond)
        try members.member("withheld", &withheld)
        try members.member("late", &late)
    }
}
