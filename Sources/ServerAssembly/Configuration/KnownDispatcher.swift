package import ConfigurationSchema
internal import Symptoms
internal import Dispatchers
internal import Dispatching

/// A kind of dispatcher that a configuration may name, whether or not this build contains it.
package struct KnownDispatcher: Sendable, Hashable, CaseIterable {
    /// Its section's key, and what `records` calls it (before the colon, for ``isNamed`` ones).
    package let rawValue: String
    /// The package trait that brings it; nil for those that are always there.
    package let trait: String?
    /// Whether a record type may name it only beside a section of its own.
    package let needsSection: Bool
    /// Whether `records` names one of several sections of it: `http:home`.
    package let isNamed: Bool

    private init(_ type: any DispatcherSettings.Type) {
        rawValue = type.kind
        trait = nil
        needsSection = type.needsSection
        isNamed = type.isNamed
    }

    private init(_ rawValue: String, trait: String) {
        self.rawValue = rawValue
        self.trait = trait
        needsSection = true
        isNamed = false
    }

    package static let kafka = KnownDispatcher("kafka", trait: "Kafka")
    package static let kinesis = KnownDispatcher("kinesis", trait: "Kinesis")
    package static let pubsub = KnownDispatcher("pubsub", trait: "PubSub")
    package static let zmq = KnownDispatcher("zmq", trait: "ZeroMQ")
    package static let mqtt = KnownDispatcher("mqtt", trait: "MQTT")
    package static let redis = KnownDispatcher("redis", trait: "Redis")
    package static let nats = KnownDispatcher("nats", trait: "NATS")
    package static let logger = KnownDispatcher(LoggerSettings.self)

    private static let brokers: [KnownDispatcher] = [kafka, kinesis, pubsub, zmq, mqtt, redis, nats]

    /// Those of the catalog, then those that this build does not contain.
    package static let allCases: [KnownDispatcher] =
        DispatcherCatalog.builtIn.map { KnownDispatcher($0) }
        + brokers.filter { broker in !DispatcherCatalog.kinds.contains(broker.rawValue) }

    /// As `records` names them.
    package static let names: [String] = allCases.map { $0.isNamed ? "\($0.rawValue):<name>" : $0.rawValue }

    /// - Parameter name: as it stands in `records`, e.g. `file` or `http:home`.
    package init?(rawValue name: String) {
        let name = DispatcherName(name)
        let found = KnownDispatcher.allCases.first { known in
            known.isNamed ? known.rawValue == name.kind && !name.endpoint.isEmpty : known.rawValue == name.text
        }
        guard let found else { return nil }
        self = found
    }

    /// Whether this build contains it.
    package var isBuilt: Bool { DispatcherCatalog.kinds.contains(rawValue) }

    /// Where the section of a dispatcher with this name stands: `file`, `http.home`.
    static func sectionPath(of name: String) -> String {
        let name = DispatcherName(name)
        return name.endpoint.isEmpty ? name.text : settingPath(name.kind, name.endpoint)
    }

    /// Whether a value of librdkafka's must not be shown: passwords, keys, tokens, and URLs that may carry them.
    package static func isSecretKafkaProperty(_ name: String) -> Bool {
        let name = name.lowercased()
        if name.hasSuffix(".location") { return false }
        return ["password", "secret", "token", "key.pem", "keytab", "sasl.jaas", "oauthbearer.config"]
            .contains { name.contains($0) }
    }
}

extension FindingCode {
    /// No dispatcher of that name exists.
    package static let dispatcherUnknown = FindingCode("dispatcher_unknown", .dispatcherUnknown)
    /// A record type names a dispatcher whose section is missing or incomplete.
    package static let dispatcherUnconfigured = FindingCode("dispatcher_unconfigured", .dispatcherUnknown)
    /// A record type names a dispatcher that this build does not contain: an error when its records would go nowhere
    /// or their acks wait for it, else a warning, and the dispatcher is left out.
    package static let dispatcherNotBuilt = FindingCode("dispatcher_not_built", .dispatcherUnknown)
    /// A reliable ack source that could never acknowledge.
    package static let reliableAck = FindingCode("reliable_ack", .settingsContradict)
    /// Two listeners on one port.
    package static let portConflict = FindingCode("port_conflict", .settingsContradict)
    /// A text that is no vehicle identification number by its shape.
    package static let vinShape = FindingCode("vin_shape", .vehicleListUnusable)
}
