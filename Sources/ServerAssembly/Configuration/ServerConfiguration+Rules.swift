package import ConfigurationSchema
internal import Dispatchers
internal import Dispatching
internal import JSONText
internal import TextCodec

/// What no single setting can know: whether records, dispatchers, acks and ports fit together.
extension ServerConfiguration {
    package func examine(at path: String, _ reader: inout SettingReader) {
        examineRecords(&reader)
        examineUnusedSections(&reader)
        examineBuild(&reader)
        examineReliableAcks(&reader)
        examineSpool(&reader)
        examineViews(&reader)
        examinePorts(&reader)
        examineSignalTracking(&reader)
        examineValidation(&reader)
    }

    // MARK: Records

    private func examineRecords(_ reader: inout SettingReader) {
        if records.isEmpty, !reader.hasFinding(at: "records") {
            reader.report(
                .empty,
                at: "records",
                severity: .warning,
                problem: "no record type has a dispatcher",
                reason: "Every record is acknowledged and dropped.",
                remedy: "write \"records\": {\"V\": [\"logger\"]}"
            )
        }
        for (type, dispatchers) in records.sorted(by: { $0.key < $1.key }) {
            let path = settingPath("records", type)
            examineRecordType(type, at: path, &reader)
            let isUnread = reader.findings.contains { $0.path.hasPrefix(path) && $0.code == .wrongType }
            if dispatchers.isEmpty, !isUnread {
                reader.report(
                    .empty,
                    at: path,
                    problem: "the list is empty",
                    reason:
                        "A record type that is listed must go somewhere; one that is not is acknowledged and dropped.",
                    remedy: "name a dispatcher, or remove \"\(type)\""
                )
            }
            for (index, name) in dispatchers.enumerated() {
                examineDispatcher(name, of: type, at: "\(path)[\(index)]", &reader)
                if dispatchers[..<index].contains(name) {
                    reader.report(
                        .unusual,
                        at: "\(path)[\(index)]",
                        severity: .warning,
                        problem: "\"\(name)\" is listed twice",
                        reason: "Each record goes to a dispatcher once.",
                        remedy: "remove one"
                    )
                }
            }
        }
    }

    private func examineRecordType(_ type: String, at path: String, _ reader: inout SettingReader) {
        let usual = ["V", "alerts", "errors", "connectivity"]
        if type.isEmpty {
            reader.report(
                .malformed,
                at: path,
                problem: "the record type has no name",
                reason: "Vehicles name the type in each message.",
                remedy: "write one of \(usual.joined(separator: ", "))"
            )
        } else if !usual.contains(type), let near = Suggestion.nearest(to: type, among: usual) {
            reader.report(
                .unusual,
                at: path,
                severity: .warning,
                problem: "no vehicle sends the record type \"\(type)\"",
                reason: "Types are compared exactly; records of \"\(near)\" would not be dispatched by this line.",
                remedy: "did you mean \"\(near)\"?"
            )
        }
    }

    private func examineDispatcher(
        _ name: String,
        of type: String,
        at path: String,
        _ reader: inout SettingReader
    ) {
        guard let dispatcher = KnownDispatcher(rawValue: name) else {
            let near = Suggestion.nearest(to: name, among: KnownDispatcher.names)
            let question = near.map { "did you mean \"\($0)\"? " } ?? ""
            reader.report(
                .dispatcherUnknown,
                at: path,
                problem: "there is no dispatcher \"\(name.prefix(60))\"",
                reason: "Records of the type \(type) would go nowhere.",
                remedy: "\(question)the dispatchers are \(KnownDispatcher.names.joined(separator: ", "))"
            )
            return
        }
        let section = KnownDispatcher.sectionPath(of: name)
        if dispatcher.needsSection, !reader.isGiven(section) {
            let (kind, endpoint) = (dispatcher.rawValue, DispatcherName(name).endpoint)
            let example = dispatcher.isNamed ? "\"\(kind)\": {\"\(endpoint)\": { ... }}" : "\"\(name)\": { ... }"
            reader.report(
                .dispatcherUnconfigured,
                at: path,
                problem: "the section \"\(section)\" is missing",
                reason: "The dispatcher \(name) must know where to deliver.",
                remedy: "add \(example), or remove \"\(name)\" from the list"
            )
        }
        examineSection(of: dispatcher, &reader)
    }

    /// What a dispatcher's section must hold as soon as a record type names it. Reported once per section.
    private func examineSection(of dispatcher: KnownDispatcher, _ reader: inout SettingReader) {
        func require(_ key: String, _ isThere: Bool, _ reason: String, _ example: String) {
            let path = "\(dispatcher.rawValue).\(key)"
            guard !isThere, !reader.findings.contains(where: { $0.path.hasPrefix(path) }) else { return }
            reader.report(
                .dispatcherUnconfigured,
                at: path,
                problem: "missing",
                reason: reason,
                remedy: "add \"\(key)\": \(example)",
                position: reader.positions[path] ?? reader.positions[dispatcher.rawValue]
            )
        }
        switch dispatcher {
        case .kafka:
            guard let kafka else { return }
            let isThere = kafka["bootstrap.servers"] ?? kafka["metadata.broker.list"] ?? "" != ""
            require("bootstrap.servers", isThere, "The first brokers to ask.", "\"localhost:9092\"")
        case .pubsub:
            guard let pubsub else { return }
            require("gcp_project_id", !pubsub.gcpProjectID.isEmpty, "The project of the topics.", "\"my-project\"")
            examinePubSub(pubsub, &reader)
        case .zmq:
            guard let zmq else { return }
            require("addr", !zmq.addr.isEmpty, "The address to bind.", "\"tcp://*:5284\"")
        case .mqtt:
            guard let mqtt else { return }
            require("broker", !mqtt.broker.isEmpty, "The broker to connect to.", "\"localhost:1883\"")
        case .redis:
            guard let redis else { return }
            require("addrs", !redis.addrs.isEmpty, "The servers to connect to.", "[\"localhost:6379\"]")
            require(
                "publish_vin_topics",
                redis.publishVINTopics || !redis.subscriberSetPrefix.isEmpty,
                "Without it, and without subscriber_set_prefix, nothing would be published.",
                "true"
            )
        default:
            break
        }
    }

    private func examinePubSub(_ pubsub: PubSub, _ reader: inout SettingReader) {
        guard !pubsub.credentialsFile.isEmpty, !pubsub.emulatorHost.isEmpty,
            !reader.findings.contains(where: { $0.path == "pubsub" && $0.code == .contradiction })
        else { return }
        reader.report(
            .contradiction,
            at: "pubsub",
            problem: "both an emulator and Google credentials are set",
            reason: "Records would go to the emulator although the credentials are for Google.",
            remedy: "unset PUBSUB_EMULATOR_HOST or GOOGLE_APPLICATION_CREDENTIALS"
        )
    }

    /// For a server on its own: `queue` is for programs that embed it.
    func unreadQueueFindings(_ positions: [String: JSONPosition]) -> [ConfigurationFinding] {
        let queue = QueueSettings.kind
        return records.sorted { $0.key < $1.key }.compactMap { type, dispatchers in
            guard let index = dispatchers.firstIndex(of: queue) else { return nil }
            let path = "\(settingPath("records", type))[\(index)]"
            return ConfigurationFinding(
                path: path,
                severity: .warning,
                code: .queueUnread,
                problem: "nobody takes records from \"\(queue)\" here",
                reason:
                    "It is for programs that embed the server; without one, vehicles get no acks for these records.",
                remedy: "remove it, or name a dispatcher that stores them, such as \"file\"",
                position: positions[path]
            )
        }
    }

    private func examineUnusedSections(_ reader: inout SettingReader) {
        let used = Set(records.values.joined())
        for dispatcher in KnownDispatcher.allCases where dispatcher.needsSection {
            if dispatcher.isNamed { continue }
            examineUse(of: dispatcher.rawValue, used, &reader)
        }
        for name in dispatchers.byName.keys.map(\.text).sorted() where name.contains(":") {
            examineUse(of: name, used, &reader)
        }
    }

    private func examineUse(of name: String, _ used: Set<String>, _ reader: inout SettingReader) {
        let section = KnownDispatcher.sectionPath(of: name)
        guard reader.isGiven(section), !used.contains(name) else { return }
        reader.report(
            .ineffective,
            at: section,
            severity: .warning,
            problem: "no record type is dispatched to \"\(name)\"",
            reason: "The section has no effect.",
            remedy: "add \"\(name)\" to a list in \"records\", or remove the section"
        )
    }
}
