package import ConfigurationSchema
package import JSONText

/// A configuration text, read: what it means, what is wrong with it, and where its settings stand.
package struct LoadedConfiguration: Sendable {
    /// Nil as soon as one finding is an error.
    package let configuration: ServerConfiguration?
    /// In the order of the file; warnings and errors.
    package let findings: [ConfigurationFinding]
    /// Where the value of each setting begins, by path, for checks that come later.
    package let positions: [String: JSONPosition]

    package var hasErrors: Bool { findings.contains { $0.severity == .error } }
}

extension ServerConfiguration {
    /// Reads and checks a configuration, all findings at once. Opens nothing and asks nobody.
    ///
    /// Comments are accepted, a UTF-8 byte order mark too, and null counts as absent.
    /// - Parameters:
    ///   - fileName: for messages; nothing is opened.
    ///   - environment: the process' environment; variables named in the reference win over the file.
    /// - Returns: the configuration, or nil when a finding is an error, and the findings in file order.
    package static func load(
        text: String,
        fileName: String,
        environment: [String: String]
    ) -> (configuration: ServerConfiguration?, findings: [ConfigurationFinding]) {
        let loaded = read(Array(text.utf8), environment: environment)
        return (loaded.configuration, loaded.findings)
    }

    /// ``load(text:fileName:environment:)`` from bytes, so that a wrong encoding is a finding, with the places of the
    /// settings.
    ///
    /// - Parameter customDispatchers: names that `records` may use besides those of the build, because the program
    ///   that embeds the server brings dispatchers of its own.
    package static func read(
        _ bytes: [UInt8],
        environment: [String: String],
        customDispatchers: Set<String> = []
    ) -> LoadedConfiguration {
        var options = JSONReader.Options.commented
        options.depthLimit = 32
        options.sizeLimitBytes = sizeLimitBytes
        let document: JSONDocument
        do throws(JSONReaderError) {
            document = try JSONReader.read(bytes, options: options)
        } catch {
            return LoadedConfiguration(configuration: nil, findings: [finding(for: error, in: bytes)], positions: [:])
        }
        var reader = SettingReader(
            environment: environment,
            customNames: customDispatchers,
            allPaths: ServerConfiguration.paths
        )
        var configuration = ServerConfiguration.read(document.root, at: "", &reader)
        if let trailing = document.trailing { report(trailing, &reader) }
        let known = configuration.places(naming: customDispatchers)
        configuration.settle(environment: environment, customDispatchers)
        let findings = reader.findingsInFileOrder.filter { !known.contains(Place($0)) }
        let isGood = !findings.contains { $0.severity == .error }
        return LoadedConfiguration(
            configuration: isGood ? configuration : nil,
            findings: findings,
            positions: reader.positions
        )
    }

    /// What the rules find in a configuration that a program made, without a file.
    package func findings(customDispatchers: Set<String> = []) -> [ConfigurationFinding] {
        var reader = SettingReader(customNames: customDispatchers, allPaths: ServerConfiguration.paths)
        examine(at: "", &reader)
        let known = places(naming: customDispatchers)
        return reader.findings.filter { !known.contains(Place($0)) }
    }

    /// A finding that says of a name that no dispatcher has it.
    private struct Place: Hashable {
        let path: String
        let code: FindingCode

        init(_ finding: ConfigurationFinding) {
            path = finding.path
            code = finding.code
        }

        init(_ path: String, _ code: FindingCode) {
            self.path = path
            self.code = code
        }
    }

    /// Where `records`, and acks of the same type, name a dispatcher that the embedding program brings: what the rules
    /// say there about names that this build does not have does not hold.
    private func places(naming custom: Set<String>) -> Set<Place> {
        guard !custom.isEmpty else { return [] }
        var places: Set<Place> = []
        for (type, names) in records {
            for (index, name) in names.enumerated() where custom.contains(name) {
                let path = "\(settingPath("records", type))[\(index)]"
                places.formUnion([.dispatcherUnknown, .dispatcherUnconfigured].map { Place(path, $0) })
            }
        }
        for (type, sources) in reliableAckSources where type != "connectivity" {
            let path = settingPath("reliable_ack_sources", type)
            for (index, name) in sources.enumerated() where custom.contains(name) {
                guard records[type]?.contains(name) == true else { continue }
                places.insert(Place("\(path)[\(index)]", .reliableAck))
                if sources.count == 1 { places.insert(Place(path, .reliableAck)) }
            }
        }
        return places
    }

    /// Longest configuration file, in bytes.
    package static let sizeLimitBytes = 4 << 20

    private static func finding(for error: JSONReaderError, in bytes: [UInt8]) -> ConfigurationFinding {
        // A file that doesn't begin like JSON is mostly another file, or another format.
        let first = bytes.first { $0 > 0x20 && $0 < 0x80 }
        let isObject = first == UInt8(ascii: "{") || first == UInt8(ascii: "/")
        let isElsewhere =
            switch error.problem {
            case .notUTF8, .tooLarge: true
            default: isObject || first == nil || first == UInt8(ascii: "#")
            }
        return ConfigurationFinding(
            path: "",
            code: .syntax,
            problem: isElsewhere ? error.summary : "this is no JSON object: \(error.summary)",
            reason: isElsewhere
                ? "Nothing after this place could be read." : "A configuration is one JSON object: { ... }.",
            remedy: isElsewhere ? error.remedy : "check that this is the right file",
            position: error.position
        )
    }

    /// Works out what follows from several settings, after all were checked.
    private mutating func settle(environment: [String: String], _ custom: Set<String>) {
        for (type, names) in records {
            var seen: Set<String> = []
            records[type] = names.filter { seen.insert($0).inserted }
        }
        if reliableAck {
            reliableAckSources.merge(reliableAcksByDefault(besides: custom)) { given, _ in given }
        }
        if kinesis != nil {
            for (type, names) in records where names.contains(KnownDispatcher.kinesis.rawValue) {
                guard let stream = environment["KINESIS_STREAM_\(type.uppercased())"], !stream.isEmpty else { continue }
                kinesis?.streams[type] = stream
            }
        }
        if let redis, redis.publishTimeout == .zero { self.redis?.publishTimeout = .seconds(5) }
    }

    private static func report(_ trailing: JSONTrailingText, _ reader: inout SettingReader) {
        reader.report(
            .trailingText,
            at: "",
            severity: trailing.isPunctuation ? .warning : .error,
            problem: "the configuration ends before \(trailing.excerpt)",
            reason: trailing.isPunctuation
                ? "What follows the end is ignored."
                : "The settings after the end would have no effect, in the reference server too.",
            remedy: trailing.isPunctuation
                ? "remove what follows" : "look for a closing brace too many before this place, or remove what follows",
            position: trailing.position
        )
    }
}
