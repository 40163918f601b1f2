internal import ConfigurationSchema
internal import TextCodec

/// Whether the dispatchers that acks wait for can ever report.
extension ServerConfiguration {
    func examineReliableAcks(_ reader: inout SettingReader) {
        if reliableAck {
            let waiting = reliableAcksByDefault(besides: reader.customNames).keys
                .filter { reliableAckSources[$0] == nil }.sorted()
            reader.report(
                .effectiveHere,
                at: "reliable_ack",
                severity: .warning,
                problem: waiting.isEmpty
                    ? "changes nothing" : "acks of \(waiting.joined(separator: ", ")) wait for their dispatchers",
                reason: "The reference server ignores this key; here it does what its documentation promised.",
                remedy: "write reliable_ack_sources instead, or remove it"
            )
        } else if reader.isGiven("reliable_ack") {
            reader.report(
                .legacyKey,
                at: "reliable_ack",
                severity: .warning,
                problem: "has no effect",
                reason: "The key that counts is reliable_ack_sources.",
                remedy: "remove it"
            )
        }
        for (type, names) in reliableAckSources.sorted(by: { $0.key < $1.key }) {
            let path = settingPath("reliable_ack_sources", type)
            for (index, name) in names.enumerated() {
                let element = "\(path)[\(index)]"
                examineAckSource(name, of: type, at: reader.isGiven(element) ? element : path, &reader)
            }
        }
    }

    private func examineAckSource(_ name: String, of type: String, at path: String, _ reader: inout SettingReader) {
        let fault: (problem: String, reason: String, remedy: String)
        if type == "connectivity" {
            fault = (
                "connectivity records have no ack", "The server makes them itself; no vehicle waits for one.",
                "remove \"connectivity\""
            )
        } else if records[type] == nil {
            fault = (
                "the record type is not in \"records\"", "Records of this type are not dispatched at all.",
                "add \"\(type)\": [\"\(name)\"] to \"records\", or remove it here"
            )
        } else if name == KnownDispatcher.logger.rawValue {
            fault = (
                "logger cannot be an ack source", "Writing a line does not make a record safe.",
                "name another dispatcher of the type, or remove it"
            )
        } else if KnownDispatcher(rawValue: name) == nil {
            let near = Suggestion.nearest(to: name, among: KnownDispatcher.names)
            fault = (
                "there is no dispatcher \"\(name.prefix(60))\"", "The ack would never come.",
                near.map { "did you mean \"\($0)\"?" }
                    ?? "the dispatchers are \(KnownDispatcher.names.joined(separator: ", "))"
            )
        } else if !(records[type] ?? []).contains(name) {
            fault = (
                "\"\(name)\" does not receive records of the type \(type)", "The ack would never come.",
                "add \"\(name)\" to \"records.\(type)\", or name one of its dispatchers"
            )
        } else {
            return
        }
        reader.report(
            .reliableAck,
            at: path,
            problem: fault.problem,
            reason: fault.reason,
            remedy: fault.remedy
        )
    }

    /// What the reference's documentation promised for `reliable_ack`: acks wait for the data stores, as far as this
    /// build and the program have them.
    func reliableAcksByDefault(besides custom: Set<String>) -> [String: [String]] {
        var sources: [String: [String]] = [:]
        for (type, names) in records where type != "connectivity" {
            let stores = names.filter { Self.isStore($0, besides: custom) }
            if !stores.isEmpty { sources[type] = stores }
        }
        return sources
    }
}
