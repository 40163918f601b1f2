internal import JSONText
internal import LinuxSystem

/// What was found, for people and for programs.
struct BenchReport {
    let machine: Machine
    let loadAfter: String
    let options: BenchOptions
    let findings: [Finding]

    func text(_ ground: Ground) -> String {
        let pins =
            ground.isShared
            ? "there is only CPU \(ground.serverCPU): server and vehicles share it, so latencies and wall rates "
                + "say little"
            : "server pinned to CPU \(ground.serverCPU), vehicles to CPU \(ground.vehicleCPU)"
        let records = options.isMixed ? "as real vehicles send them (scenario mixed)" : "vehicle data of 10 datums"
        let head = """
            \(machine.processor), \(machine.cpus) CPUs, \(machine.system)
            \(machine.swift); \(machine.openSSL)
            \(pins); load average \(machine.loadBefore) before, \(loadAfter) after
            records: \(records); dispatcher of fleet-telemetry: file, JSON lines to /dev/null; \
            c-anchor throws its JSON away
            \(options.rounds) rounds of \(options.seconds) s for each server, in turns


            """
        return head + table + "\n" + Self.explanation
    }

    private var table: String {
        var lines = [Self.row("", "fleet-telemetry", "c-anchor", "ratio")]
        for finding in findings {
            lines.append(finding.subject.title)
            for figure in finding.figures {
                let ours = Self.shown(figure.ours, figure.digits)
                let anchor = Self.shown(figure.anchor, figure.digits)
                let ratio = figure.better == .neither ? "" : figure.ratio.map { Self.shown($0, 2) } ?? ""
                lines.append(Self.row("  \(figure.title)", ours, anchor, ratio))
            }
            lines += finding.remarks.map { "  ! \($0)" }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static let explanation = """
        How: the vehicles are 'fleet-telemetry simulate', which says 20 times a second how far it is; at these moments
        CPU time (/proc/PID/task/*/schedstat) and memory (/proc/PID/statm) of the server are read, from 0.3 s after
        the last vehicle has connected on. "Per server core" is a count divided by the server's CPU seconds, so it does
        not matter much when the vehicles cannot keep it busy; all threads of the server count. Latencies are counted
        by the vehicles from sending a record to reading its ack, so under full load they hold the vehicles' own queue;
        medians of the rounds. Memory is the difference to the server before its first connection. Ratio: ours to
        c-anchor's.

        """

    private static func row(_ title: String, _ columns: String...) -> String {
        let filled = title + String(repeating: " ", count: max(0, 40 - title.count))
        return columns.reduce(filled) { $0 + String(repeating: " ", count: max(1, 16 - $1.count)) + $1 }
    }

    /// A number with separators, e.g. `71,234` or `0.35`.
    static func shown(_ value: Double, _ digits: Int) -> String {
        var factor = 1.0
        for _ in 0..<digits { factor *= 10 }
        guard value.isFinite, abs(value) < 1e15 else { return "?" }
        let scaled = Int64((abs(value) * factor).rounded())
        var whole = String(scaled / Int64(factor))
        var place = whole.count - 3
        while place > 0 {
            whole.insert(",", at: whole.index(whole.startIndex, offsetBy: place))
            place -= 3
        }
        let sign = value < 0 && scaled > 0 ? "-" : ""
        guard digits > 0 else { return sign + whole }
        let fraction = String(scaled % Int64(factor))
        return "\(sign)\(whole).\(String(repeating: "0", count: digits - fraction.count))\(fraction)"
    }

    /// One line.
    var json: [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("processor", machine.processor)
        writer.member("cpus", machine.cpus)
        writer.member("system", machine.system)
        writer.member("swift", machine.swift)
        writer.member("openssl", machine.openSSL)
        writer.member("load_before", machine.loadBefore)
        writer.member("load_after", loadAfter)
        writer.member("seconds", options.seconds)
        writer.member("rounds", options.rounds)
        writer.member("records", options.isMixed ? "mixed" : "10 datums")
        writer.key("findings")
        writer.beginObject()
        for finding in findings {
            writer.key(finding.subject.rawValue)
            writer.beginObject()
            for figure in finding.figures {
                writer.key(figure.name)
                writer.beginObject()
                writer.member("fleet_telemetry", (figure.ours * 1000).rounded() / 1000)
                writer.member("c_anchor", (figure.anchor * 1000).rounded() / 1000)
                if let ratio = figure.ratio { writer.member("ratio", (ratio * 1000).rounded() / 1000) }
                writer.endObject()
            }
            writer.endObject()
        }
        writer.endObject()
        writer.endObject()
        writer.endLine()
        return writer.bytes
    }
}
