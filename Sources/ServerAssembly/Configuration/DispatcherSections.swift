internal import ConfigurationSchema
package import Dispatchers
package import Dispatching

/// The sections of the dispatchers that this build contains, each of the type that the catalog says.
package struct DispatcherSections: Sendable, Hashable {
    private var sections: [DispatcherName: Section] = [:]

    package init() {}

    /// What `makeDispatchers` takes: every section by the name that `records` uses for it, and the defaults of kinds
    /// that need none.
    package var byName: [DispatcherName: any DispatcherSettings] {
        var settings: [DispatcherName: any DispatcherSettings] = [:]
        for type in DispatcherCatalog.builtIn where !type.needsSection && !type.isNamed {
            settings[DispatcherName(type.kind)] = type.init()
        }
        return settings.merging(sections.mapValues(\.settings)) { $1 }
    }

    /// A kind's section; nil when the file has none.
    package subscript<Settings: DispatcherSettings>(_ kind: DispatcherKind<Settings>) -> Settings? {
        get { sections[DispatcherName(Settings.kind)]?.settings as? Settings }
        set { sections[DispatcherName(Settings.kind)] = newValue.map { Section(settings: $0) } }
    }

    /// A kind's section, or its defaults.
    package subscript<Settings: DispatcherSettings>(orDefault kind: DispatcherKind<Settings>) -> Settings {
        get { self[kind] ?? Settings() }
        set { self[kind] = newValue }
    }

    /// The sections of a kind of which there may be many, by the operator's names.
    package subscript<Settings: DispatcherSettings>(named kind: DispatcherKind<Settings>) -> [String: Settings] {
        get {
            var named: [String: Settings] = [:]
            for (name, section) in sections where name.kind == Settings.kind {
                named[name.endpoint] = section.settings as? Settings
            }
            return named
        }
        set {
            sections = sections.filter { $0.key.kind != Settings.kind }
            for (name, settings) in newValue {
                sections[DispatcherName("\(Settings.kind):\(name)")] = Section(settings: settings)
            }
        }
    }

    /// The rows of ``ServerConfiguration`` that these sections are read by.
    static var rows: [Setting<ServerConfiguration>] { DispatcherCatalog.builtIn.map { row($0) } }

    private static func row<Settings: DispatcherSettings>(_ type: Settings.Type) -> Setting<ServerConfiguration> {
        let kind = DispatcherKind<Settings>()
        if type.isNamed { return .sections(type.kind, \.dispatchers[named: kind], type.summary) }
        if type.needsSection { return .optionalSection(type.kind, \.dispatchers[kind], type.summary) }
        return .section(type.kind, \.dispatchers[orDefault: kind], type.summary)
    }
}

/// Which kind's section is meant: a value, because key paths take no types.
package struct DispatcherKind<Settings: DispatcherSettings>: Sendable, Hashable {
    package init() {}
}

extension ServerConfiguration {
    package var logger: LoggerSettings {
        get { dispatchers[orDefault: DispatcherKind()] }
        set { dispatchers[orDefault: DispatcherKind()] = newValue }
    }

    package var queue: QueueSettings {
        get { dispatchers[orDefault: DispatcherKind()] }
        set { dispatchers[orDefault: DispatcherKind()] = newValue }
    }

    package var file: FileSettings? {
        get { dispatchers[DispatcherKind()] }
        set { dispatchers[DispatcherKind()] = newValue }
    }
}

/// One section: settings of some kind, comparable with those of the same kind.
private struct Section: Sendable, Hashable {
    let settings: any DispatcherSettings

    static func == (left: Section, right: Section) -> Bool { isEqual(left.settings, right.settings) }

    private static func isEqual<Left: DispatcherSettings>(_ left: Left, _ right: any DispatcherSettings) -> Bool {
        right as? Left == left
    }

    func hash(into hasher: inout Hasher) { settings.hash(into: &hasher) }
}
