internal import ConfigurationSchema
internal import Dispatchers
internal import Dispatching
internal import Symptoms

extension ServerConfiguration {
    /// The sections of dispatchers that some record type names, sorted by name.
    var usedDispatchers: [(name: DispatcherName, settings: any DispatcherSettings)] {
        let used = Set(records.values.joined())
        return dispatchers.byName.filter { used.contains($0.key.text) }.sorted { $0.key.text < $1.key.text }
            .map { (name: $0.key, settings: $0.value) }
    }
}

/// The files that dispatchers write and read.
extension ConfigurationCheck {
    mutating func checkDispatcherFiles() {
        for (name, settings) in configuration.usedDispatchers {
            let section = KnownDispatcher.sectionPath(of: name.text)
            for appended in settings.appendedPaths {
                guard let complaint = machine.complaintAboutAppending(to: appended.path) else { continue }
                report(
                    .unusablePath,
                    at: settingPath(section, appended.key),
                    // With a spool a destination that is away is no reason not to receive.
                    severity: configuration.spool == nil ? .error : .warning,
                    "\(appended.path) \(complaint.problem)",
                    reason: "Records of the dispatcher \(name.text) are appended to it.",
                    remedy: complaint.remedy
                )
            }
            for read in settings.readPaths { check(read, of: name, at: settingPath(section, read.key)) }
        }
    }

    private mutating func check(_ read: ReadPath, of name: DispatcherName, at setting: String) {
        let reason = "The dispatcher \(name.text) does not open without it."
        switch read.kind {
        case .certificates:
            guard case .failed(let complaint) = machine.certificates(at: read.path) else { return }
            report(
                .certificate,
                at: setting,
                "\(read.path) \(complaint.problem)",
                reason: reason,
                remedy: complaint.remedy
            )
        case .secret:
            guard machine.exists(read.path) else {
                report(
                    .secretFile,
                    at: setting,
                    "there is no file \(read.path)",
                    reason: reason,
                    remedy: "write the secret into it, readable by the server's user alone",
                    symptom: .pathUnusable
                )
                return
            }
            guard machine.isReadableByAll(read.path) else { return }
            report(
                .secretFile,
                at: setting,
                severity: .warning,
                "every user of this machine may read \(read.path)",
                reason: "Whoever has the secret can pose as this server.",
                remedy: "chmod 0600 \(read.path)"
            )
        }
    }
}
