internal import CTelemetryProtos

/// What our messages look like on the wire, as protobuf-c's descriptors say: which fields a message has, and what they
/// hold. Made once.
struct WireSchema: Sendable {
    /// A message of the schema, by its place in the table.
    struct Message: Sendable, Hashable {
        let index: Int
    }

    /// What is known of one field number of a message, in 16 bits.
    struct Field: Sendable {
        let bits: UInt16

        /// No field of ours has the number.
        static let unknown = Field(bits: 0)

        var isKnown: Bool { bits != 0 }
        /// The wire type, plus one so that 0 means "no such field".
        var wireType: UInt8 { UInt8(truncatingIfNeeded: bits & 0xf) &- 1 }
        /// A text, whose bytes must be UTF-8.
        var isText: Bool { bits & 0x10 != 0 }
        var isRepeated: Bool { bits & 0x20 != 0 }
        /// Numbers that may also come packed into one length-delimited value.
        var isPackable: Bool { bits & 0x40 != 0 }
        /// A member of the message's only oneof.
        var isOneofMember: Bool { bits & 0x80 != 0 }
        var isMessage: Bool { bits & 0x100 != 0 }
        /// The message that the field holds; only meaningful when it holds one.
        var message: Message { Message(index: Int(bits >> 9)) }
    }

    /// Our field numbers are below this; a larger one is unknown.
    static let fieldsPerMessage = 64

    /// `fieldsPerMessage` entries for each message. The first, as no field has the number 0, holds the bytes that
    /// protobuf-c's struct for the message takes.
    private(set) var table: [UInt16] = []
    private var fieldNames: [String] = []

    let vehicleData: Message
    let alerts: Message
    let errors: Message
    let connectivity: Message
    let metrics: Message

    static let shared = WireSchema()

    private init() {
        var builder = WireSchemaBuilder()
        // SAFETY: the five descriptors are constants of the generated C; they live as long as the process.
        vehicleData = withUnsafePointer(to: telemetry__vehicle_data__payload__descriptor) { builder.add($0) }
        alerts = withUnsafePointer(to: telemetry__vehicle_alerts__vehicle_alerts__descriptor) { builder.add($0) }
        errors = withUnsafePointer(to: telemetry__vehicle_error__vehicle_errors__descriptor) { builder.add($0) }
        // SAFETY: as above.
        connectivity = withUnsafePointer(to: telemetry__vehicle_connectivity__vehicle_connectivity__descriptor) {
            builder.add($0)
        }
        metrics = withUnsafePointer(to: telemetry__vehicle_metrics__vehicle_metrics__descriptor) { builder.add($0) }
        table = builder.table
        fieldNames = builder.names
    }

    /// The field's name in the proto, for error texts.
    func name(of number: UInt64, in message: Message) -> String {
        number < UInt64(Self.fieldsPerMessage) ? fieldNames[message.index * Self.fieldsPerMessage + Int(number)] : ""
    }
}

/// Walks the descriptors, one table row per message type.
private struct WireSchemaBuilder {
    var table: [UInt16] = []
    var names: [String] = []
    private var known: [String: WireSchema.Message] = [:]

    // SAFETY: descriptors are constants of the generated C: never freed, never changed, and so are the field
    // descriptors, names and message descriptors that they point to.
    mutating func add(_ descriptor: UnsafePointer<ProtobufCMessageDescriptor>) -> WireSchema.Message {
        let name = String(cString: descriptor.pointee.name)
        if let message = known[name] { return message }
        let message = WireSchema.Message(index: known.count)
        known[name] = message
        table += [UInt16](repeating: 0, count: WireSchema.fieldsPerMessage)
        names += [String](repeating: "", count: WireSchema.fieldsPerMessage)
        table[message.index * WireSchema.fieldsPerMessage] = UInt16(descriptor.pointee.sizeof_message)
        for index in 0..<Int(descriptor.pointee.n_fields) {
            let field = descriptor.pointee.fields[index]
            precondition(field.id < UInt32(WireSchema.fieldsPerMessage), "raise WireSchema.fieldsPerMessage")
            let slot = message.index * WireSchema.fieldsPerMessage + Int(field.id)
            names[slot] = String(cString: field.name)
            table[slot] = bits(of: field)
        }
        return message
    }

    private mutating func bits(of field: ProtobufCFieldDescriptor) -> UInt16 {
        var bits: UInt16
        switch field.type {
        case PROTOBUF_C_TYPE_MESSAGE:
            // SAFETY: the descriptor of a field that holds a message points to that message's constant descriptor.
            let child = field.descriptor.assumingMemoryBound(to: ProtobufCMessageDescriptor.self)
            bits = UInt16(WireType.lengthDelimited + 1) | 0x100 | UInt16(add(child).index) << 9
        case PROTOBUF_C_TYPE_BYTES, PROTOBUF_C_TYPE_STRING:
            bits = UInt16(WireType.lengthDelimited + 1) | 0x10
        case PROTOBUF_C_TYPE_DOUBLE, PROTOBUF_C_TYPE_FIXED64, PROTOBUF_C_TYPE_SFIXED64:
            bits = UInt16(WireType.fixed64 + 1)
        case PROTOBUF_C_TYPE_FLOAT, PROTOBUF_C_TYPE_FIXED32, PROTOBUF_C_TYPE_SFIXED32:
            bits = UInt16(WireType.fixed32 + 1)
        default:
            bits = UInt16(WireType.varint + 1)
        }
        if field.label == PROTOBUF_C_LABEL_REPEATED {
            bits |= 0x20
            if bits & 0x110 == 0 { bits |= 0x40 }
        }
        if field.flags & PROTOBUF_C_FIELD_FLAG_ONEOF.rawValue != 0 { bits |= 0x80 }
        return bits
    }
}
