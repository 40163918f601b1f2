internal import ConfigurationSchema
internal import Dispatchers
internal import Dispatching
internal import TelemetryModel

/// Whether the views of dispatchers fit the records that go there.
extension ServerConfiguration {
    func examineViews(_ reader: inout SettingReader) {
        for (name, settings) in dispatchers.byName.sorted(by: { $0.key.text < $1.key.text }) {
            guard settings.values != nil || settings.location != nil else { continue }
            let section = KnownDispatcher.sectionPath(of: name.text)
            let types = records.filter { $0.value.contains(name.text) }.keys.sorted()
            if settings.location != nil { examineUnreadable(types, name.text, section, &reader) }
            guard !types.isEmpty, !types.contains(RecordType.vehicleData.topic) else { continue }
            for (key, isThere) in [("values", settings.values != nil), ("location", settings.location != nil)] {
                guard isThere, !reader.hasFinding(at: "\(section).\(key)") else { continue }
                reader.report(
                    .ineffective,
                    at: "\(section).\(key)",
                    severity: .warning,
                    problem: "no vehicle data are dispatched to \"\(name.text)\"",
                    reason: "Values and positions stand in records of the type V only.",
                    remedy: "remove it, or add \"\(name.text)\" to records.V"
                )
            }
        }
    }

    /// A payload that nobody here reads may hold a position, and would be refused for that.
    private func examineUnreadable(
        _ types: [String],
        _ name: String,
        _ section: String,
        _ reader: inout SettingReader
    ) {
        for type in types where !RecordType.decoded.contains(RecordType(topic: type)) {
            let list = settingPath("records", type)
            let index = records[type]?.firstIndex(of: name) ?? 0
            reader.report(
                .contradiction,
                at: "\(list)[\(index)]",
                problem: "this build does not read records of the type \"\(type)\", and \(section).location must",
                reason: "They may hold positions, which could be neither rounded nor kept back.",
                remedy: "send them to a dispatcher without \"location\""
            )
        }
    }
}
