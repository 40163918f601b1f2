package import TelemetryModel

/// Whose shapes the outputs have.
package enum EncodingMode: Sendable, Hashable {
    /// The reference server's, byte for byte where it has an order: configuration `"compatibility": "reference"`.
    case reference
    /// Ours: the same shapes, and in them also what the reference drops (`differences.md`, 11 and 12).
    case standard
}

/// A record that has no text in the shape asked for.
package enum RecordEncodingError: Error, Sendable, Hashable, CustomStringConvertible {
    /// protojson has no text for this moment: years 1 to 9999 and 0...999,999,999 nanoseconds only.
    /// `path` is where it stands, e.g. `alerts[3].startedAt`.
    case moment(Timestamp, path: String)
    /// The reference's logger knows the four types of vehicles only.
    case undecodedType(RecordType)

    package var description: String {
        switch self {
        case .moment(let moment, let path):
            "\(path) is \(moment.seconds) seconds and \(moment.nanos) nanoseconds after 1970, which protojson can't "
                + "express (years 1 to 9999, 0 to 999999999 nanoseconds); send it in standard mode or undecoded"
        case .undecodedType(let type):
            "unknown txType: \(type.topic)"
        }
    }
}
