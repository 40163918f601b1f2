package import TelemetryModel

/// What dispatchers that transport bytes (brokers, streams, queues) send of a record: the one place that knows
/// what `transmit_decoded_records` means.
///
/// The logger and dispatchers with a format of their own do not ask it.
package enum TransmittedForm: Sendable, Hashable {
    /// The protobuf payload after the transforms.
    case payload
    /// Protojson; the payload's own bytes for types that this build does not decode (`differences.md`, 10).
    case json(EncodingMode)

    /// The bytes to send.
    ///
    /// - Throws: ``RecordEncodingError`` for a record that ``complaint`` would have refused.
    package func bytes(of record: Record) throws(RecordEncodingError) -> ArraySlice<UInt8> {
        switch self {
        case .payload: record.payload
        case .json(let mode): try record.transmittedJSON(mode)[...]
        }
    }

    /// Says why a record must be answered with an error instead of being dispatched; nil when no record needs to be
    /// looked at.
    ///
    /// In reference mode a moment that protojson cannot express makes the record an error (protocol.md, section 4);
    /// in standard mode every record has a text.
    package var complaint: (@Sendable (RecordContent) -> String?)? {
        guard case .json(.reference) = self else { return nil }
        return { content in
            do throws(RecordEncodingError) {
                try RecordJSON.check(content)
                return nil
            } catch {
                return "\(error)"
            }
        }
    }
}
