internal import CommandLineInterface
internal import LinuxSystem

/// The whole of `make bench`.
enum Bench {
    static func run(_ words: [String]) -> ExitCode {
        // Before the first thread: threads inherit what they may be interrupted by.
        ProcessSignals.takeOver()
        let options: BenchOptions
        switch BenchOptions.read(words) {
        case .options(let read): options = read
        case .text(let text):
            _ = StandardStream.output.write(Array(text.utf8))
            return .fine
        case .fault(let fault):
            say(fault)
            return .usage
        }
        do {
            return try run(options)
        } catch {
            say("fleet-bench: \(error)")
            return .environment
        }
    }

    private static func run(_ options: BenchOptions) throws -> ExitCode {
        let limits = try options.thresholdsPath.map { try Thresholds(path: $0) }
        let ground = try Ground(options)
        if let minutes = options.soakMinutes { return try Soak.run(minutes: minutes, on: ground) }
        let machine = Machine(ground)
        var findings: [Finding] = []
        for subject in options.subjects {
            say("measuring \(subject.rawValue)")
            findings.append(try find(subject, on: ground))
        }
        let report = BenchReport(machine: machine, loadAfter: Machine.load, options: options, findings: findings)
        _ = StandardStream.output.write(Array(report.text(ground).utf8))
        if options.isJSON { _ = StandardStream.output.write(report.json) }
        guard let limits else { return .fine }
        let complaints = limits.complaints(about: findings)
        for complaint in complaints { say("fleet-bench: \(complaint)") }
        return complaints.isEmpty ? .fine : .problemFound
    }

    /// Both servers in turns, so that what else the machine does hits both.
    private static func find(_ subject: Subject, on ground: Ground) throws -> Finding {
        var ours = Tally()
        var anchor = Tally()
        let measuring = Measuring(options: ground.options)
        for _ in 0..<ground.options.rounds {
            try measuring.measure(subject, subject.servers.0, on: ground, into: &ours)
            try measuring.measure(subject, subject.servers.1, on: ground, into: &anchor)
        }
        return Finding(subject, ours, anchor)
    }

    static func say(_ text: String) {
        _ = StandardStream.error.write(Array("\(text)\n".utf8))
    }
}
