/// The reference server's metrics: its names, labels and types (protocol.md, section 9), with ours of the same kind.
///
/// Families of the reference stay out of the exposition until they are first used, as there; ours always show, so
/// that a rate over them begins at 0. Labels are bounded: record types that no configuration names and no vehicle is
/// expected to send count under `other`, and a device id is a label only when its VIN is tracked.
///
/// Left out on purpose: the gauges of Go's runtime (`num_goroutine`, `memory_*`, `gc_*`), which have no meaning here.
/// ``ProcessMetrics`` serves the same ends.
package struct ReferenceMetrics: Sendable {
    /// What label values say that stand for everything without a label of its own.
    package static let other = "other"

    /// Record types that vehicles send without being configured here.
    package static let usualRecordTypes = ["V", "alerts", "errors", "connectivity"]

    /// `record_too_big_total`: messages over the size limit.
    package let tooBigRecords: Counter
    /// `unexpected_record_err_total`: messages that are no valid record.
    package let unexpectedRecords: Counter
    /// `socket_err_total`: connections that broke.
    package let socketErrors: Counter
    /// `unauthorized_sender_id_total`: records from another sender than the certificate's.
    package let unauthorizedSenders: Counter
    /// `ack_latency_seconds`: from a message's last byte read to its ack handed to the kernel. Ours.
    package let ackLatency: Histogram

    private let registry: MetricRegistry
    private let byRecordType: [String: RecordTypeMetrics]
    private let otherRecordTypes: RecordTypeMetrics
    private let trackedVINs: Set<String>

    /// - Parameters:
    ///   - recordTypes: the ones of the configuration, in addition to ``usualRecordTypes``.
    ///   - trackedVINs: `vins_signal_tracking_enabled`, which the configuration bounds to 20.
    package init(registry: MetricRegistry, recordTypes: [String] = [], trackedVINs: [String] = []) {
        self.registry = registry
        self.trackedVINs = Set(trackedVINs)
        tooBigRecords = registry.reference("record_too_big_total", "Messages over the size limit.")
        unexpectedRecords = registry.reference("unexpected_record_err_total", "Messages that are no valid record.")
        socketErrors = registry.reference("socket_err_total", "Vehicle connections that broke.")
        unauthorizedSenders = registry.reference(
            "unauthorized_sender_id_total",
            "Records whose sender is not the one of the certificate."
        )
        ackLatency = registry.histogram(
            "ack_latency_seconds",
            help: "Time from a message's last byte to its acknowledgement."
        )
        var byRecordType: [String: RecordTypeMetrics] = [:]
        for topic in Self.usualRecordTypes + recordTypes where byRecordType[topic] == nil {
            byRecordType[topic] = RecordTypeMetrics(topic, registry)
        }
        self.byRecordType = byRecordType
        otherRecordTypes = byRecordType[Self.other] ?? RecordTypeMetrics(Self.other, registry)
    }

    /// The metrics of one record type; those of `other` when it is none of the known ones.
    ///
    /// Costs a dictionary look-up; callers that count per record keep the result.
    package func recordType(_ topic: String) -> RecordTypeMetrics {
        byRecordType[topic] ?? otherRecordTypes
    }

    /// Those of all record types that have a label, by label.
    package var recordTypes: [RecordTypeMetrics] {
        let all = byRecordType.values + (byRecordType[Self.other] == nil ? [otherRecordTypes] : [])
        return all.sorted { $0.label < $1.label }
    }

    /// `unknown_message_type_error_total` by `msg_type`: the union tag as a number where it is one of the protocol's
    /// (0 for a missing message, 5 for an acknowledgement), else `other`.
    package func unknownMessageType(tag: UInt8) -> Counter {
        registry.reference(
            "unknown_message_type_error_total",
            "Envelopes that carry no stream message.",
            [("msg_type", tag == 0 || tag == 5 ? String(tag) : Self.other)]
        )
    }

    /// `rate_limit_exceeded_total` by `device_id` (tracked VINs only) and `txtype`.
    package func rateLimitExceeded(vin: String, recordType topic: String) -> Counter {
        registry.reference(
            "rate_limit_exceeded_total",
            "Messages beyond the vehicle's rate limit.",
            [("device_id", trackedVINs.contains(vin) ? vin : Self.other), ("txtype", bounded(topic))]
        )
    }

    /// `reliable_ack` by `record_type` and `dispatcher`.
    package func reliableAck(recordType topic: String, dispatcher: String) -> Counter {
        registry.reference(
            "reliable_ack",
            "Acknowledgements sent because the dispatcher had taken the record.",
            [("record_type", bounded(topic)), ("dispatcher", dispatcher)]
        )
    }

    /// `reliable_ack_miss` by `record_type` and `dispatcher`.
    package func reliableAckMiss(recordType topic: String, dispatcher: String) -> Counter {
        registry.reference(
            "reliable_ack_miss",
            "Records that the dispatcher had taken when their connection was gone.",
            [("record_type", bounded(topic)), ("dispatcher", dispatcher)]
        )
    }

    /// `vin_signal_count` by `record_type` and `vin`; nil for vehicles that are not tracked.
    package func signals(ofVIN vin: String, recordType topic: String) -> Gauge? {
        guard trackedVINs.contains(vin) else { return nil }
        return registry.gauge(
            "vin_signal_count",
            help: "Signals received from tracked vehicles.",
            labels: [("record_type", bounded(topic)), ("vin", vin)],
            hiddenUntilUsed: true
        )
    }

    /// `tls_handshake_failure_total` by `reason`, a code of ours. Ours.
    package func handshakeFailure(reason: String) -> Counter {
        registry.counter(
            "tls_handshake_failure_total",
            help: "TLS handshakes that failed, by reason.",
            labels: [("reason", reason)]
        )
    }

    /// `num_connections` and `uptime_sec`, always current.
    ///
    /// - Parameters:
    ///   - connections: how many vehicles are connected now.
    ///   - uptimeSeconds: for how long the server has run.
    package func exposeGauges(
        connections: @escaping @Sendable () -> Int,
        uptimeSeconds: @escaping @Sendable () -> Double
    ) {
        registry.gauge("num_connections", help: "Vehicles that are connected now.", read: { Double(connections()) })
        registry.gauge("uptime_sec", help: "Seconds since the server was started.", read: uptimeSeconds)
    }

    private func bounded(_ topic: String) -> String {
        byRecordType[topic] == nil ? Self.other : topic
    }
}

/// The metrics that the reference keeps per record type.
package final class RecordTypeMetrics: Sendable {
    /// The value of the label `record_type`.
    package let label: String
    /// `record_total`: records received.
    package let records: Counter
    /// `record_size_bytes_total`: payload bytes after the transforms.
    package let payloadBytes: Counter
    /// `dispatch_total`: records handed to dispatchers, each dispatcher counted.
    package let dispatches: Counter
    /// `signal_count`: datums of records.
    package let signals: Gauge

    init(_ label: String, _ registry: MetricRegistry) {
        self.label = label
        let labels = [("record_type", label)]
        records = registry.reference("record_total", "Records received.", labels)
        payloadBytes = registry.reference("record_size_bytes_total", "Payload bytes of records received.", labels)
        dispatches = registry.reference("dispatch_total", "Records handed to dispatchers.", labels)
        signals = registry.gauge(
            "signal_count",
            help: "Signals received.",
            labels: labels,
            hiddenUntilUsed: true
        )
    }
}

extension MetricRegistry {
    fileprivate func reference(_ name: String, _ help: String, _ labels: [(String, String)] = []) -> Counter {
        counter(name, help: help, labels: labels, hiddenUntilUsed: true)
    }
}
