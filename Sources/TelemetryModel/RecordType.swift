/// What a record is about. On the wire and in configuration this is the topic.
///
/// An open set: operators may configure types that this build does not decode. Two types are the same when the bytes of
/// their topics are.
package struct RecordType: Sendable, Hashable, CustomStringConvertible {
    package let topic: String

    package init(topic: String) {
        self.topic = topic
    }

    package static func == (left: RecordType, right: RecordType) -> Bool { left.topic.hasSameBytes(as: right.topic) }

    package static let vehicleData = RecordType(topic: "V")
    package static let alerts = RecordType(topic: "alerts")
    package static let errors = RecordType(topic: "errors")
    package static let connectivity = RecordType(topic: "connectivity")

    /// The types whose payload this build decodes, whether or not they are dispatched.
    package static let decoded: [RecordType] = [.vehicleData, .alerts, .errors, .connectivity]

    package var description: String { topic }
}
