internal import JSONText
internal import TelemetryModel
internal import VehicleSimulation

/// How the demo went, for eyes and for scripts.
struct DemoSummary {
    let fleet: FleetReport
    /// Records that came out of the receiver's queue.
    let dispatched: Int
    /// Signals in them, by the category of their field.
    let signals: [FieldCategory: Int]

    /// Records without an ack, or acked and never dispatched. What the server refused had not to come out.
    var lost: Int { max(fleet.lost, fleet.counts.sent - fleet.counts.refused - dispatched) }

    /// One line of JSON with its line feed.
    var jsonLine: [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("vehicles", fleet.vehicles)
        writer.member("sent", fleet.counts.sent)
        writer.member("acked", fleet.counts.acked)
        writer.member("dispatched", dispatched)
        writer.member("lost", lost)
        writer.key("signals")
        writer.beginObject()
        for category in FieldCategory.allCases { writer.member(category.name, signals[category, default: 0]) }
        writer.endObject()
        writer.key("fleet")
        writer.beginObject()
        fleet.writeMembers(to: &writer)
        writer.endObject()
        writer.endObject()
        writer.endLine()
        return writer.bytes
    }

    /// Lines for people, with the last line feed.
    var text: String {
        let counts = fleet.counts
        var lines = [
            "",
            "summary after \(rounded(fleet.seconds, 10)) s",
            "  vehicles      \(counts.mostConnected) of \(fleet.vehicles) connected, \(counts.reconnects) reconnects",
            "  records       \(counts.sent) sent, \(counts.acked) acked, \(dispatched) dispatched, \(lost) lost",
            "  signals       " + FieldCategory.allCases.map { "\($0.name) \(signals[$0, default: 0])" }
                .joined(separator: ", "),
        ]
        if fleet.latency.count > 0 {
            lines.append(
                "  ack latency   half within \(milliseconds(fleet.latency.quantile(0.5))) ms, 99 % within "
                    + "\(milliseconds(fleet.latency.quantile(0.99))) ms, "
                    + "slowest \(milliseconds(fleet.latency.maximum)) ms"
            )
        }
        for (reason, count) in fleet.reasons.sorted(by: { ($1.value, $0.key) < ($0.value, $1.key) }) {
            lines.append("  failed        \(count) times: \(reason)")
        }
        lines += [
            "  what next     '\(Program.name) config example' prints a configuration to begin with,",
            "                '\(Program.name) serve --config FILE' runs the receiver with it",
        ]
        return lines.joined(separator: "\n") + "\n"
    }

    private func milliseconds(_ nanoseconds: UInt64) -> Double { rounded(Double(nanoseconds) / 1e6, 100) }

    private func rounded(_ value: Double, _ parts: Double) -> Double { (value * parts).rounded() / parts }
}
