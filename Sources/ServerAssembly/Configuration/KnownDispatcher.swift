package import ConfigurationSchema

/// A dispatcher that a configuration may name, whether or not this build contains it.
package enum KnownDispatcher: String, CaseIterable, Sendable {
    case logger, file, queue, kafka, kinesis, pubsub, zmq, mqtt, redis, nats

    package static let names: [String] = allCases.map(\.rawValue)

    /// The package trait that brings it; nil for those that are always there.
    package var trait: String? {
        switch self {
        case .logger, .file, .queue: nil
        case .kafka: "Kafka"
        case .kinesis: "Kinesis"
        case .pubsub: "PubSub"
        case .zmq: "ZeroMQ"
        case .mqtt: "MQTT"
        case .redis: "Redis"
        case .nats: "NATS"
        }
    }

    /// Whether this build contains it. SwiftPM defines a condition of the trait's name when the trait is on.
    package var isBuilt: Bool {
        switch self {
        case .logger, .file, .queue: return true
        case .kafka:
            #if Kafka
                return true
            #else
                return false
            #endif
        case .kinesis:
            #if Kinesis
                return true
            #else
                return false
            #endif
        case .pubsub:
            #if PubSub
                return true
            #else
                return false
            #endif
        case .zmq:
            #if ZeroMQ
                return true
            #else
                return false
            #endif
        case .mqtt:
            #if MQTT
                return true
            #else
                return false
            #endif
        case .redis:
            #if Redis
                return true
            #else
                return false
            #endif
        case .nats:
            #if NATS
                return true
            #else
                return false
            #endif
        }
    }

    /// Whether a record type may name it only beside a section of its own.
    package var needsSection: Bool { self != .logger && self != .queue }

    /// Whether a value of librdkafka's must not be shown: passwords, keys, tokens, and URLs that may carry them.
    package static func isSecretKafkaProperty(_ name: String) -> Bool {
        let name = name.lowercased()
        if name.hasSuffix(".location") { return false }
        return ["password", "secret", "token", "key.pem", "keytab", "sasl.jaas", "oauthbearer.config"]
            .contains { name.contains($0) }
    }
}

extension ConfigurationFinding {
    /// Whether `serve` must not start with it. `config check` says the same as a warning where a configuration is
    /// good and only this build is not.
    package var preventsServing: Bool { severity == .error || code == .dispatcherNotBuilt }
}

extension FindingCode {
    /// No dispatcher of that name exists.
    package static let dispatcherUnknown = FindingCode("dispatcher_unknown")
    /// A record type names a dispatcher whose section is missing or incomplete.
    package static let dispatcherUnconfigured = FindingCode("dispatcher_unconfigured")
    /// A record type names a dispatcher that this build does not contain. A warning for `config check`; `serve`
    /// must not start with it, because the records would go nowhere.
    package static let dispatcherNotBuilt = FindingCode("dispatcher_not_built")
    /// A reliable ack source that could never acknowledge.
    package static let reliableAck = FindingCode("reliable_ack")
    /// Two listeners on one port.
    package static let portConflict = FindingCode("port_conflict")
    /// A text that is no vehicle identification number by its shape.
    package static let vinShape = FindingCode("vin_shape")
}
