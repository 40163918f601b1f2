internal import JSONText
internal import LinuxSystem

/// Ratios to c-anchor that must hold: `{"fleet.records_per_core_second": {"at_least": 0.5}, …}`.
struct Thresholds {
    private enum Bound {
        case atLeast(Double)
        case atMost(Double)
    }

    private var bounds: [(name: String, bound: Bound)] = []

    /// - Throws: `SystemCallError`, `JSONReaderError`.
    init(path: String) throws {
        let root = try JSONReader.read(try Files.read(path, limitBytes: 1 << 20)).root
        for member in root.members ?? [] {
            if let least = member.value["at_least"]?.decimal { bounds.append((member.name, .atLeast(least))) }
            if let most = member.value["at_most"]?.decimal { bounds.append((member.name, .atMost(most))) }
        }
    }

    /// What does not hold, in words. What was not measured is not complained about.
    func complaints(about findings: [Finding]) -> [String] {
        var complaints: [String] = []
        for finding in findings {
            for figure in finding.figures {
                let name = "\(finding.subject.rawValue).\(figure.name)"
                guard let ratio = figure.ratio else { continue }
                let shown = BenchReport.shown(ratio, 2)
                for case (name, let bound) in bounds {
                    switch bound {
                    case .atLeast(let least) where ratio < least:
                        complaints.append("\(name): \(shown) of c-anchor's, should be at least \(least)")
                    case .atMost(let most) where ratio > most:
                        complaints.append("\(name): \(shown) of c-anchor's, should be at most \(most)")
                    case .atLeast, .atMost:
                        break
                    }
                }
            }
        }
        return complaints
    }
}
