package import ConfigurationSchema
internal import JSONText
internal import TextCodec

/// A configuration of the reference server, rewritten so that every line means what it says here.
package struct ConfigurationMigration: Sendable {
    /// The new file, or empty when the old one could not be read.
    package let text: String
    /// One line per change: `removed reliable_ack: …`.
    package let changes: [String]
    /// 0, or 1 when the old file has errors that a rewrite cannot mend; they are in ``report``.
    package let exitCode: Int32
    /// What is still wrong with the new file, or with the old one if it is no JSON.
    package let report: ConfigurationReport

    /// The new file with the changes as comments above it; our reader takes comments, the reference's does not.
    package var commentedText: String {
        let head = changes.isEmpty ? ["nothing to change"] : changes
        return head.map { "// \($0)\n" }.joined() + text
    }

    /// Rewrites a configuration. Values stay as they are, comments are lost, secrets stay in their places.
    package init(text: String, fileName: String, environment: [String: String] = [:]) {
        var options = JSONReader.Options.commented
        options.depthLimit = 32
        options.sizeLimitBytes = ServerConfiguration.sizeLimitBytes
        let bytes = Array(text.utf8)
        guard let document = try? JSONReader.read(bytes, options: options), document.root.members != nil else {
            let findings = ServerConfiguration.read(bytes, environment: environment).findings
            self.init(text: "", changes: [], report: ConfigurationReport(fileName: fileName, findings: findings))
            return
        }
        var rewriting = Rewriting()
        let members = rewriting.settings(
            document.root.members ?? [],
            described: ServerConfiguration.descriptions,
            at: ""
        )
        let root = rewriting.replaceReliableAck(in: JSONValue(.object(members)), original: document.root)
        if let trailing = document.trailing {
            rewriting.changes.append("removed what follows the end at \(trailing.position): it was never read")
        }
        let rewritten = JSONLayout.text(of: rewriting.spellOutStatusHost(in: root))
        let findings = ServerConfiguration.read(Array(rewritten.utf8), environment: environment).findings
        self.init(
            text: rewritten,
            changes: rewriting.changes,
            report: ConfigurationReport(fileName: fileName, findings: findings)
        )
    }

    private init(text: String, changes: [String], report: ConfigurationReport) {
        self.text = text
        self.changes = changes.map(\.withVisibleControls)
        self.report = report
        exitCode = report.exitCode
    }
}

/// The steps of a rewrite, and what they changed.
private struct Rewriting {
    var changes: [String] = []

    /// Spells keys as we do, and drops what nothing reads.
    mutating func settings(
        _ members: [JSONMember],
        described descriptions: [SettingDescription],
        at path: String
    ) -> [JSONMember] {
        members.compactMap { member in
            let written = settingPath(path, member.name)
            let exact = descriptions.first { $0.key == member.name }
            let folded = member.name.lowercased()
            guard let setting = exact ?? descriptions.first(where: { $0.key.lowercased() == folded }) else {
                if member.name.hasPrefix("_") || member.name.hasPrefix("//") || member.name.hasPrefix("#")
                    || member.name == "$schema"
                {
                    return member
                }
                let keys = descriptions.filter { $0.legacyNote == nil }.map(\.key)
                let near = Suggestion.nearest(to: member.name, among: keys)
                changes.append(
                    "removed \(written): no key of that name exists, and the reference ignored it"
                        + (near.map { "; perhaps \"\($0)\" was meant" } ?? "")
                )
                return nil
            }
            if setting.key == "MessageIntervalTimeSecond" { return interval(member, among: members, at: path) }
            if setting.key == "message_interval_time", Self.undocumentedInterval(among: members) != nil {
                changes.append("removed \(written): the server applied MessageIntervalTimeSecond instead")
                return nil
            }
            if let note = setting.legacyNote {
                changes.append("removed \(written): \(note)")
                return nil
            }
            if member.value.isNull {
                changes.append("removed \(written): null means absent")
                return nil
            }
            if setting.key != member.name { changes.append("renamed \(written) to \(settingPath(path, setting.key))") }
            return JSONMember(
                name: setting.key,
                namePosition: member.namePosition,
                value: value(of: member, described: setting, at: settingPath(path, setting.key))
            )
        }
    }

    private mutating func value(
        of member: JSONMember,
        described setting: SettingDescription,
        at path: String
    ) -> JSONValue {
        if case .section(let inner) = setting.shape, let members = member.value.members {
            return JSONValue(.object(settings(members, described: inner(), at: path)), at: member.value.position)
        }
        guard path == "records", let lists = member.value.members else { return member.value }
        return JSONValue(
            .object(
                lists.map { list in
                    var seen: Set<String> = []
                    let kept = (list.value.elements ?? []).filter { element in
                        guard let name = element.text else { return true }
                        return seen.insert(name).inserted
                    }
                    guard let all = list.value.elements, kept.count < all.count else { return list }
                    changes.append("removed a repeated dispatcher from \(path).\(list.name)")
                    return JSONMember(
                        name: list.name,
                        namePosition: list.namePosition,
                        value: JSONValue(.array(kept), at: list.value.position)
                    )
                }
            ),
            at: member.value.position
        )
    }

    /// The interval in nanoseconds, when the file gives one that counts: it wins over the documented one.
    private static func undocumentedInterval(among members: [JSONMember]) -> Duration? {
        let member = members.first { $0.name.lowercased() == "messageintervaltimesecond" }
        guard let text = member?.value.numberText, let number = Double(text),
            let nanoseconds = Int64(text) ?? Int64(exactly: number), nanoseconds != 0
        else { return nil }
        return .nanoseconds(nanoseconds)
    }

    /// Turns the undocumented interval in nanoseconds into the documented one in seconds.
    private mutating func interval(_ member: JSONMember, among members: [JSONMember], at path: String) -> JSONMember? {
        let written = settingPath(path, member.name)
        guard let interval = Self.undocumentedInterval(among: members) else {
            changes.append("removed \(written): it had no effect")
            return nil
        }
        let seconds = DurationUnit.seconds.text(of: interval)
        changes.append("replaced \(written) by \(settingPath(path, "message_interval_time")): \(seconds) seconds")
        return JSONMember(
            name: "message_interval_time",
            namePosition: member.namePosition,
            value: JSONValue(.number(seconds), at: member.value.position)
        )
    }

    /// Writes what `reliable_ack` promised as `reliable_ack_sources`.
    mutating func replaceReliableAck(in root: JSONValue, original: JSONValue) -> JSONValue {
        guard let members = root.members, let flag = root["reliable_ack"] else { return root }
        var kept = members.filter { $0.name != "reliable_ack" }
        guard flag.flag == true, let records = root["records"]?.members else {
            changes.append("removed reliable_ack: the key that counts is reliable_ack_sources")
            return JSONValue(.object(kept), at: root.position)
        }
        let given = root["reliable_ack_sources"]?.members ?? []
        var sources = given
        for record in records where record.name != "connectivity" && !given.contains(where: { $0.name == record.name })
        {
            let stores = (record.value.elements ?? []).filter { ServerConfiguration.isStore($0.text ?? "") }
            guard !stores.isEmpty else { continue }
            sources.append(
                JSONMember(name: record.name, namePosition: record.namePosition, value: JSONValue(.array(stores)))
            )
        }
        let added = sources.count > given.count
        changes.append(
            added
                ? "replaced reliable_ack by reliable_ack_sources, which says what the old key promised"
                : "removed reliable_ack: it changes nothing beside reliable_ack_sources, loggers and what is not built"
        )
        guard added else { return JSONValue(.object(kept), at: root.position) }
        kept.removeAll { $0.name == "reliable_ack_sources" }
        kept.append(
            JSONMember(
                name: "reliable_ack_sources",
                namePosition: root.position,
                value: JSONValue(.object(sources))
            )
        )
        return JSONValue(.object(kept), at: root.position)
    }

    /// Says in the file on which addresses the status port has always been open.
    mutating func spellOutStatusHost(in root: JSONValue) -> JSONValue {
        guard let members = root.members, let port = root["status_port"], port.numberText != "0",
            root["status_host"] == nil
        else { return root }
        changes.append("added status_host: the status port is open on all addresses, as before")
        let host = JSONMember(name: "status_host", namePosition: root.position, value: .word(""))
        let after = (members.firstIndex { $0.name == "status_port" } ?? members.count - 1) + 1
        return JSONValue(.object(members[..<after] + [host] + members[after...]), at: root.position)
    }
}
