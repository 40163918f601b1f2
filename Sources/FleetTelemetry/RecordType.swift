/// What a record is about; on the wire and in configurations the topic.
///
/// An open set: a configuration may dispatch types that this build does not decode; their payload travels as it came.
/// A text literal is a record type: `"alerts"`.
public struct RecordType: RawRepresentable, Sendable, Hashable, ExpressibleByStringLiteral, CustomStringConvertible {
    /// The topic, spelled exactly.
    public let rawValue: String

    /// - Parameter rawValue: the topic, spelled exactly.
    public init(rawValue: String) {
        self.rawValue = rawValue
    }

    /// A literal is the topic.
    public init(stringLiteral value: String) {
        self.init(rawValue: value)
    }

    /// Signals: `V` on the wire.
    public static let vehicleData: RecordType = "V"
    /// Alerts that began or ended.
    public static let alerts: RecordType = "alerts"
    /// Errors of the vehicle's telemetry client.
    public static let errors: RecordType = "errors"
    /// Vehicles that came and went; made by the receiver itself.
    public static let connectivity: RecordType = "connectivity"

    /// The topic.
    public var description: String { rawValue }
}
