internal import ConfigurationSchema
internal import Diagnosis
internal import LinuxSystem
internal import ServerAssembly
internal import Symptoms

/// Where records go.
extension Examination {
    func dispatchersResult() -> StepResult {
        if let reason = missingConfiguration { return .skipped(.dispatchers, reason) }
        guard let configuration else { return .skipped(.dispatchers, Self.unusableConfiguration) }
        var result = StepResult(.dispatchers)
        environment.progress("asking the dispatchers' destinations")
        let (attempts, findings) = configuration.tryDispatchers()
        for attempt in attempts {
            result.see("\(attempt.name): \(attempt.result), \(Int(attempt.milliseconds.rounded())) ms")
        }
        result.findings = findings.map { finding in
            DoctorFinding(
                .problem,
                finding.symptom ?? .dispatcherFailing,
                "\(finding.path): \(finding.problem)",
                remedy: finding.remedy
            )
        }
        if attempts.isEmpty { result.see("none that can be asked; files are judged with the configuration") }
        return result
    }

    func spoolResult() -> StepResult {
        if let reason = missingConfiguration { return .skipped(.spool, reason) }
        guard let spool = configuration?.spool else {
            return .skipped(.spool, "none is configured: an ack means that the dispatchers have the record")
        }
        var result = StepResult(.spool)
        if let free = machine.freeBytes(at: spool.directory) {
            result.see("\(spool.directory): \(free) bytes free, at most \(spool.maxBytes) used")
        }
        result.findings = configurationFindings.filter { Self.step(of: $0) == .spool }.compactMap { DoctorFinding($0) }
        guard result.verdict != .problem, Files.isDirectory(spool.directory) else { return result }
        tryWriting(in: spool.directory, &result)
        return result
    }

    /// What the rights of a directory cannot tell: a full disk, a file system that became read-only.
    private func tryWriting(in directory: String, _ result: inout StepResult) {
        let path = "\(directory)/doctor.tmp"
        do throws(SystemCallError) {
            try Files.write([UInt8](repeating: 0, count: Self.triedBytes), to: path, mode: 0o600)
            try Files.remove(path)
            result.see("writable")
        } catch {
            let isFull = error.code == SystemCallError.noSpace
            result.find(
                .problem,
                isFull ? .spoolDiskFull : .spoolUnwritable,
                "\(directory): \(error.reason)",
                remedy: isFull
                    ? "make room on its disk; the server goes on by itself, and vehicles lose nothing"
                    : "give the directory to the server's user, or mount its file system writable"
            )
        }
    }

    /// A few records' worth.
    private static let triedBytes = 65_536
}
