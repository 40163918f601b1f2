package import JSONText
internal import Synchronization

/// What a simulated fleet has done so far. Counted per wake-up, so a reader never slows a sender.
package struct FleetCounts: Sendable, Hashable {
    /// Vehicles whose connection stands now.
    package var connected = 0
    /// Most vehicles connected at the same time, as far as one thread sees it.
    package var mostConnected = 0
    /// Records sent, each counted once.
    package var sent = 0
    package var acked = 0
    /// Records sent again, each time.
    package var resent = 0
    /// Records that the server answered with an error.
    package var refused = 0
    /// Acks for nothing that waits, e.g. after a resend.
    package var surplusAcks = 0
    /// Connections that stood.
    package var connects = 0
    /// Of these, the ones after a vehicle's first.
    package var reconnects = 0
    /// Attempts that did not become a connection.
    package var connectFailures = 0
    /// Connections that ended without our wish.
    package var breaks = 0
    /// Connections that vehicles ended as soon as they had come far enough, see ``FleetSettings/churn``.
    package var churned = 0
    /// Whether records are being sent, or would be if there were any: after waiting for each other, before the end.
    package var isSending = false

    package init() {}

    /// Sent, and neither acked nor refused.
    package var outstanding: Int { sent - acked - refused }

    mutating func add(_ other: FleetCounts) {
        connected += other.connected
        mostConnected += other.mostConnected
        sent += other.sent
        acked += other.acked
        resent += other.resent
        refused += other.refused
        surplusAcks += other.surplusAcks
        connects += other.connects
        reconnects += other.reconnects
        connectFailures += other.connectFailures
        breaks += other.breaks
        churned += other.churned
        isSending = isSending || other.isSending
    }
}

extension FleetCounts {
    /// Appends the members of a JSON object that tells how far a simulation is.
    package func writeProgress(to writer: inout JSONWriter) {
        writer.member("sending", isSending)
        writer.member("connected", connected)
        writer.member("connects", connects)
        writer.member("churned", churned)
        writer.member("sent", sent)
        writer.member("acked", acked)
    }
}

/// How a simulation went.
package struct FleetReport: Sendable {
    package var vehicles: Int
    package var threads: Int
    package var counts: FleetCounts
    /// From the first connection attempt to the last ack.
    package var seconds: Double
    /// While records were being sent: the time for rates.
    package var sendingSeconds: Double
    /// From sending a record to its ack. Records that had to be sent again are not in it.
    package var latency: LatencyHistogram
    /// Why connections failed or broke, with how often; at most ``FleetReport/reasonLimit`` different ones.
    package var reasons: [String: Int]
    package var residentBytes: Int?

    static let reasonLimit = 64

    /// Records that were sent and never answered.
    package var lost: Int { counts.outstanding }

    package var recordsPerSecond: Double { sendingSeconds > 0 ? Double(counts.acked) / sendingSeconds : 0 }

    /// Appends the members of a JSON object that scripts read.
    package func writeMembers(to writer: inout JSONWriter) {
        writer.member("vehicles", vehicles)
        writer.member("connected", counts.mostConnected)
        writer.member("sent", counts.sent)
        writer.member("acked", counts.acked)
        writer.member("lost", lost)
        writer.member("resent", counts.resent)
        writer.member("refused", counts.refused)
        writer.member("surplus_acks", counts.surplusAcks)
        writer.member("connects", counts.connects)
        writer.member("reconnects", counts.reconnects)
        writer.member("connect_failures", counts.connectFailures)
        writer.member("breaks", counts.breaks)
        if counts.churned > 0 { writer.member("churned", counts.churned) }
        writer.member("seconds", rounded(seconds, 1000))
        writer.member("records_per_second", rounded(recordsPerSecond, 10))
        writer.key("ack_latency_ms")
        writer.beginObject()
        for (name, share) in Self.quantiles { writer.member(name, milliseconds(latency.quantile(share))) }
        writer.member("max", milliseconds(latency.maximum))
        writer.endObject()
        if !reasons.isEmpty {
            writer.key("failures")
            writer.beginObject()
            for (reason, count) in reasons.sorted(by: { ($1.value, $0.key) < ($0.value, $1.key) }) {
                writer.member(reason, count)
            }
            writer.endObject()
        }
    }

    /// Lines for people, without a final newline.
    package var text: String {
        var lines = [
            "vehicles    \(vehicles), \(counts.mostConnected) connected at the most, \(counts.reconnects) reconnects",
            "records     \(counts.sent) sent, \(counts.acked) acked, \(lost) lost, \(counts.refused) refused, "
                + "\(counts.resent) sent again",
            "rate        \(rounded(recordsPerSecond, 10)) acked per second, over \(rounded(sendingSeconds, 10)) s",
        ]
        if counts.churned > 0 {
            let perSecond = rounded(Double(counts.churned) / max(seconds, 0.001), 10)
            lines.append("churn       \(counts.churned) connections made and ended, \(perSecond) per second")
        }
        if latency.count > 0 {
            let shown = Self.quantiles.map { "\($0.0) \(milliseconds(latency.quantile($0.1))) ms" }
            lines.append("ack latency \(shown.joined(separator: ", ")), max \(milliseconds(latency.maximum)) ms")
        }
        for (reason, count) in reasons.sorted(by: { ($1.value, $0.key) < ($0.value, $1.key) }) {
            lines.append("failed      \(count) times: \(reason)")
        }
        return lines.joined(separator: "\n")
    }

    private static let quantiles = [("p50", 0.5), ("p99", 0.99), ("p999", 0.999)]

    private func milliseconds(_ nanoseconds: UInt64) -> Double { rounded(Double(nanoseconds) / 1e6, 1000) }

    private func rounded(_ value: Double, _ parts: Double) -> Double { (value * parts).rounded() / parts }
}
