/// What a message from a vehicle is, by the union tag of its envelope.
package enum EnvelopeKind: Sendable, Hashable {
    /// Tag 4: a record, in ``Envelope/stream``.
    case stream
    /// Tag 5: what the server answers. Vehicles do not send it, but one that does gets an acknowledgement back.
    case acknowledgement
    /// A tag that nobody is known to use.
    case other(UInt8)
    /// There is no message in the envelope, or no envelope in the buffer at all.
    case absent

    /// The union tag; 0 where there is none.
    package var tag: UInt8 {
        switch self {
        case .stream: 4
        case .acknowledgement: 5
        case .other(let tag): tag
        case .absent: 0
        }
    }
}

/// The outermost layer of everything that vehicles and server say to each other: a FlatBuffers table.
///
/// All ranges are positions in the span that was read; the bytes stay where they are. A field that the sender
/// left out is an empty range, which is how FlatBuffers readers see it.
///
/// Source: `spec/protocol.md` section 2, observed on the reference server.
package struct Envelope: Sendable, Hashable {
    /// The content of a record.
    package struct Stream: Sendable, Hashable {
        /// Whole seconds since 1970 by the vehicle's clock; 0 when absent.
        package var createdAtSeconds: UInt32
        /// Who says that it sent the record, e.g. `vehicle_device.5YJ3E1EA7KF000316`.
        package var senderID: Range<Int>
        /// The protobuf message.
        package var payload: Range<Int>
        /// E.g. `vehicle_device`; empty when absent or damaged, as nothing depends on it.
        package var deviceType: Range<Int>
        /// E.g. the VIN; empty when absent or damaged, as nothing depends on it.
        package var deviceID: Range<Int>
        /// Milliseconds since 1970 when a server took the record; 0 when absent.
        package var deliveredAtMilliseconds: UInt64
    }

    /// The sender's name for the message. Any bytes may come.
    package var txid: Range<Int>
    /// The record type, e.g. `V`. Any bytes may come.
    package var topic: Range<Int>
    /// Empty in everything seen from vehicles; empty as well when damaged, as nothing depends on it.
    package var messageID: Range<Int>
    package var kind: EnvelopeKind
    /// Present exactly when ``kind`` is ``EnvelopeKind/stream``.
    package var stream: Stream?
}
