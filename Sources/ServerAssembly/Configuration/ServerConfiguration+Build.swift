internal import ConfigurationSchema

/// What becomes of dispatchers that records name and that this build does not contain.
///
/// A record type that keeps at least one dispatcher is served by that one, and the others are left out. A type that
/// would keep none, and one whose acks wait for a dispatcher that is left out, stop the start.
extension ServerConfiguration {
    /// The dispatcher of that name, if neither this build nor the program has it.
    private static func unbuilt(_ name: String, besides custom: Set<String>) -> KnownDispatcher? {
        guard !custom.contains(name), let known = KnownDispatcher(rawValue: name), !known.isBuilt else { return nil }
        return known
    }

    /// Whether acks can wait for a dispatcher of that name: it keeps records, and somebody here has it.
    static func isStore(_ name: String, besides custom: Set<String> = []) -> Bool {
        name != KnownDispatcher.logger.rawValue && unbuilt(name, besides: custom) == nil
    }

    func examineBuild(_ reader: inout SettingReader) {
        for (type, names) in records.sorted(by: { $0.key < $1.key }) {
            let isServed = names.contains { Self.unbuilt($0, besides: reader.customNames) == nil }
            for (index, name) in names.enumerated() {
                guard let trait = Self.unbuilt(name, besides: reader.customNames)?.trait else { continue }
                reader.report(
                    .dispatcherNotBuilt,
                    at: "\(settingPath("records", type))[\(index)]",
                    severity: isServed ? .warning : .error,
                    problem: "this build has no dispatcher \"\(name)\"",
                    reason: isServed
                        ? "Records of the type \(type) go to its other dispatchers only."
                        : "Records of the type \(type) would go nowhere, so the server does not start.",
                    remedy: "build with --traits \(trait), or remove \"\(name)\" from the list"
                )
            }
        }
        for (type, names) in reliableAckSources.sorted(by: { $0.key < $1.key }) {
            for (index, name) in names.enumerated() where records[type]?.contains(name) == true {
                guard let trait = Self.unbuilt(name, besides: reader.customNames)?.trait else { continue }
                let path = settingPath("reliable_ack_sources", type)
                let element = "\(path)[\(index)]"
                reader.report(
                    .dispatcherNotBuilt,
                    at: reader.isGiven(element) ? element : path,
                    problem: "acks wait for \"\(name)\", which this build does not have",
                    reason: "The ack would never come, so the server does not start.",
                    remedy: "build with --traits \(trait), or remove \"\(name)\" here"
                )
            }
        }
    }

    /// The configuration as this build and the program can serve it.
    ///
    /// - Parameter custom: names of the dispatchers that the program brings.
    /// - Throws: ``UnbuiltDispatchers``, with all that cannot be left out.
    package func leavingOutUnbuilt(besides custom: Set<String>) throws(UnbuiltDispatchers) -> ServerConfiguration {
        var served = self
        var missing: [KnownDispatcher: [String]] = [:]
        for (type, names) in records.sorted(by: { $0.key < $1.key }) {
            let kept = names.filter { Self.unbuilt($0, besides: custom) == nil }
            served.records[type] = kept
            for name in names where kept.isEmpty || reliableAckSources[type]?.contains(name) == true {
                guard let dispatcher = Self.unbuilt(name, besides: custom) else { continue }
                missing[dispatcher, default: []].append(type)
            }
        }
        guard missing.isEmpty else {
            throw UnbuiltDispatchers(
                entries: KnownDispatcher.allCases.compactMap { dispatcher in
                    guard let types = missing[dispatcher], let trait = dispatcher.trait else { return nil }
                    return UnbuiltDispatchers.Entry(name: dispatcher.rawValue, trait: trait, recordTypes: types)
                }
            )
        }
        return served
    }
}

/// Dispatchers that a configuration cannot do without and that this build does not contain.
package struct UnbuiltDispatchers: Error, Sendable, Hashable, CustomStringConvertible {
    package struct Entry: Sendable, Hashable {
        package let name: String
        /// The package trait that would add it.
        package let trait: String
        /// The record types that need it, sorted.
        package let recordTypes: [String]
    }

    package let entries: [Entry]

    package var description: String {
        let names = entries.map {
            "\"\($0.name)\" (trait \($0.trait), used by \($0.recordTypes.joined(separator: ", ")))"
        }
        let traits = entries.map(\.trait).joined(separator: ",")
        let isOne = entries.count == 1
        return "this build has no dispatcher \(names.joined(separator: ", ")); build with --traits \(traits), "
            + "or take \(isOne ? "it" : "them") out of the lists"
    }
}
