internal import TelemetryModel

extension TelemetryRecord {
    /// Something that the vehicle tells its driver or Tesla's service.
    public struct Alert: Sendable, Hashable {
        /// Tesla's name of it, e.g. `APP_w009_uiDisplay`.
        public let name: String
        /// Whom it is for: `Customer`, `Service`, `ServiceFix`; the number in digits when it is newer than this build.
        public let audiences: [String]
        /// By the vehicle's clock.
        public let startedAt: Moment?
        /// Nil while the alert is active.
        public let endedAt: Moment?
    }

    /// An error of the vehicle's telemetry client.
    public struct Fault: Sendable, Hashable {
        /// Tesla's name of it.
        public let name: String
        /// What happened, in words for engineers.
        public let body: String
        /// Details by name.
        public let tags: [String: String]
        /// By the vehicle's clock.
        public let createdAt: Moment?
    }

    /// A vehicle that came or went.
    public enum ConnectionEvent: Sendable, Hashable {
        case connected, disconnected
        /// A status newer than this build.
        case other(Int)
    }

    /// What ``RecordType/alerts`` holds; empty for other types.
    public var alerts: [Alert] {
        guard case .alerts(let content) = record.content else { return [] }
        return content.alerts.map { alert in
            Alert(
                name: alert.name,
                audiences: alert.audiences.map { AlertAudience.name($0) ?? String($0) },
                startedAt: alert.startedAt.map { Moment($0) },
                endedAt: alert.endedAt.map { Moment($0) }
            )
        }
    }

    /// What ``RecordType/errors`` holds; empty for other types.
    public var errors: [Fault] {
        guard case .errors(let content) = record.content else { return [] }
        return content.errors.map { fault in
            Fault(
                name: fault.name,
                body: fault.body,
                tags: Dictionary(fault.tags.map { ($0.key, $0.value) }, uniquingKeysWith: { $1 }),
                createdAt: fault.createdAt.map { Moment($0) }
            )
        }
    }

    /// What ``RecordType/connectivity`` says; nil for other types.
    public var connectionEvent: ConnectionEvent? {
        guard case .connectivity(let event) = record.content else { return nil }
        return switch event.status {
        case .connected: .connected
        case .disconnected: .disconnected
        default: .other(Int(event.status.number))
        }
    }
}
