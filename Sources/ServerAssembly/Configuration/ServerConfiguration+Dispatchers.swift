package import Dispatchers
internal import Dispatching
package import RecordEncoding
internal import TelemetryModel

extension ServerConfiguration {
    /// What dispatchers that transport bytes send of a record (`transmit_decoded_records`).
    package var transmittedForm: TransmittedForm { transmitDecodedRecords ? .json(encodingMode) : .payload }

    /// Refuses to go on when a record type names a dispatcher that neither this build nor the program has: its
    /// records would go nowhere.
    ///
    /// - Parameter custom: what the program brings.
    /// - Throws: ``UnbuiltDispatchers``, with all of them.
    package func requireDispatchers(besides custom: [CustomDispatcher]) throws(UnbuiltDispatchers) {
        let brought = Set(custom.map(\.name.text))
        var missing: [UnbuiltDispatchers.Entry] = []
        for dispatcher in KnownDispatcher.allCases {
            guard let trait = dispatcher.trait, !dispatcher.isBuilt, !brought.contains(dispatcher.rawValue) else {
                continue
            }
            let types = records.filter { $0.value.contains(dispatcher.rawValue) }.keys.sorted()
            if types.isEmpty { continue }
            missing.append(.init(name: dispatcher.rawValue, trait: trait, recordTypes: types))
        }
        if !missing.isEmpty { throw UnbuiltDispatchers(entries: missing) }
    }
}

/// Dispatchers that a configuration names and that this build does not contain.
package struct UnbuiltDispatchers: Error, Sendable, Hashable, CustomStringConvertible {
    package struct Entry: Sendable, Hashable {
        package let name: String
        /// The package trait that would add it.
        package let trait: String
        /// The record types that name it, sorted.
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
