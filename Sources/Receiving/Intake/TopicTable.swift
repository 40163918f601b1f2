internal import Dispatching
internal import Observability
internal import PayloadCodec
internal import TelemetryModel

/// A record type that this server knows, with everything that its records need on their way.
///
/// A class, because a row of a table would be copied for each record, and each of its parts be retained.
final class Topic {
    let type: RecordType
    /// Its place in the table; the decoded types come first.
    let row: Int
    /// As it stands in envelopes and acks.
    let bytes: [UInt8]
    /// Nil when the type is decoded and checked, but dispatched nowhere.
    let route: DispatchRoute?
    /// Nil when the payload isn't looked at.
    let kind: PayloadKind?
    let meters: RecordTypeMetrics
    /// Of its records.
    var acknowledgements: AcknowledgementFrames

    init(_ type: RecordType, row: Int, _ route: DispatchRoute?, _ meters: RecordTypeMetrics) {
        self.type = type
        self.row = row
        self.route = route
        self.meters = meters
        bytes = Array(type.topic.utf8)
        kind = PayloadKind(type)
        acknowledgements = AcknowledgementFrames(topic: bytes)
    }
}

/// The record types that this server knows, found by the bytes of an envelope's topic.
///
/// A handful of types, most records being `V`: comparing bytes one type after the other beats a dictionary, and
/// no text is made of what a vehicle sent.
struct TopicTable {
    let all: [Topic]

    init(_ router: DispatchRouter, _ metrics: ReferenceMetrics) {
        let configured = router.routes.map(\.type)
        let types = RecordType.decoded + configured.filter { !RecordType.decoded.contains($0) }
        all = types.enumerated().map { row, type in
            Topic(type, row: row, router.route(for: type), metrics.recordType(type.topic))
        }
    }

    /// The topic in these bytes; nil for a type that this server does not know.
    func find(_ bytes: Span<UInt8>) -> Topic? {
        for index in all.indices where matches(bytes, all[index].bytes) { return all[index] }
        return nil
    }

    /// The topic of a record that was taken.
    func find(_ type: RecordType) -> Topic? {
        for index in all.indices where all[index].type == type { return all[index] }
        return nil
    }

    private func matches(_ bytes: Span<UInt8>, _ topic: [UInt8]) -> Bool {
        guard bytes.count == topic.count else { return false }
        for index in topic.indices where bytes[index] != topic[index] { return false }
        return true
    }
}
