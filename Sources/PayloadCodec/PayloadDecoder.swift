internal import CTelemetryProtos
package import TelemetryModel

/// Reads protobuf payloads into records, through protobuf-c.
///
/// What comes out is what Go's protobuf would have made of the same bytes, unknown fields included. One decoder belongs
/// to one thread (each event loop has its own) and keeps the memory that protobuf-c unpacks into from record to record.
package struct PayloadDecoder: ~Copyable {
    private var arena = UnpackArena()
    private let schema = WireSchema.shared
    /// The VIN that the next payload likely holds, by default the last one that was decoded. A text is only made of
    /// another one.
    var vin = ""

    package init() {}

    /// Decodes the payload of a record type.
    ///
    /// - Returns: ``RecordContent/opaque`` for types outside `RecordType.decoded`, whose payload isn't looked at.
    /// - Throws: ``PayloadError`` when the bytes are no message of the type, a text is not UTF-8, or unpacking would
    ///   take
    ///   more than ``WireLimits/unpackedBytesPerByte`` times the payload (and more than
    ///   ``WireLimits/unpackedBytesAlways``).
    package mutating func decode(
        _ type: RecordType,
        _ bytes: Span<UInt8>
    ) throws(PayloadError) -> RecordContent {
        switch type {
        case .vehicleData: .vehicleData(try decodeVehicleData(bytes))
        case .alerts: .alerts(try decodeAlerts(bytes))
        case .errors: .errors(try decodeErrors(bytes))
        case .connectivity: .connectivity(try decodeConnectivity(bytes))
        default: .opaque
        }
    }

    /// Decodes a `telemetry.vehicle_data.Payload`.
    package mutating func decodeVehicleData(_ bytes: Span<UInt8>) throws(PayloadError) -> VehicleData {
        // SAFETY: the unpacked message lies in the arena and is not used after `read`, see `unpack`.
        try unpack(bytes, schema.vehicleData) {
            telemetry__vehicle_data__payload__unpack($0, $1, $2)
        } read: { (message, vin) throws(PayloadError) in
            try VehicleData(message, vin: &vin)
        }
    }

    /// Decodes a `telemetry.vehicle_alerts.VehicleAlerts`.
    package mutating func decodeAlerts(_ bytes: Span<UInt8>) throws(PayloadError) -> VehicleAlerts {
        // SAFETY: as in `decodeVehicleData`.
        try unpack(bytes, schema.alerts) {
            telemetry__vehicle_alerts__vehicle_alerts__unpack($0, $1, $2)
        } read: { (message, vin) throws(PayloadError) in
            try VehicleAlerts(message, vin: &vin)
        }
    }

    /// Decodes a `telemetry.vehicle_error.VehicleErrors`.
    package mutating func decodeErrors(_ bytes: Span<UInt8>) throws(PayloadError) -> VehicleErrors {
        // SAFETY: as in `decodeVehicleData`.
        try unpack(bytes, schema.errors) {
            telemetry__vehicle_error__vehicle_errors__unpack($0, $1, $2)
        } read: { (message, vin) throws(PayloadError) in
            try VehicleErrors(message, vin: &vin)
        }
    }

    /// Decodes a `telemetry.vehicle_connectivity.VehicleConnectivity`.
    package mutating func decodeConnectivity(_ bytes: Span<UInt8>) throws(PayloadError) -> VehicleConnectivity {
        // SAFETY: as in `decodeVehicleData`.
        try unpack(bytes, schema.connectivity) {
            telemetry__vehicle_connectivity__vehicle_connectivity__unpack($0, $1, $2)
        } read: { (message, vin) throws(PayloadError) in
            try VehicleConnectivity(message, vin: &vin)
        }
    }

    /// Decodes a `telemetry.vehicle_metrics.VehicleMetrics`.
    ///
    /// ``decode(_:_:)`` never does: the reference leaves the topic `metrics` alone, and so may an operator's own type
    /// be called.
    package mutating func decodeMetrics(_ bytes: Span<UInt8>) throws(PayloadError) -> VehicleMetrics {
        // SAFETY: as in `decodeVehicleData`.
        try unpack(bytes, schema.metrics) {
            telemetry__vehicle_metrics__vehicle_metrics__unpack($0, $1, $2)
        } read: { (message, vin) throws(PayloadError) in
            try VehicleMetrics(message, vin: &vin)
        }
    }

    /// A generated function of protobuf-c: allocator, length and start of the wire form.
    // SAFETY: see `unpack`, which calls it.
    private typealias Unpacking<Message> = (
        UnsafeMutablePointer<ProtobufCAllocator>, Int, UnsafePointer<UInt8>?
    ) -> UnsafeMutablePointer<Message>?

    /// Checks the bytes, has them unpacked into the arena, and reads the unpacked message into a value of ours.
    // SAFETY: protobuf-c reads `bytes` (or their sorted form) only during `unpack` and copies what it keeps into the
    // arena. `read` must not let the message or anything in it escape; the arena is used up after it.
    @inline(__always)
    private mutating func unpack<Message, Content>(
        _ bytes: Span<UInt8>,
        _ message: WireSchema.Message,
        unpack: Unpacking<Message>,
        read: (UnsafeMutablePointer<Message>, inout String) throws(PayloadError) -> Content
    ) throws(PayloadError) -> Content {
        let limit = max(WireLimits.unpackedBytesAlways, bytes.count * WireLimits.unpackedBytesPerByte)
        var scan = WireScan(limitBytes: limit)
        try scan.scan(bytes, 0..<bytes.count, message, schema.table.span)
        // SAFETY: see above; what is unpacked is only read before `release`.
        let unpacked: UnsafeMutablePointer<Message>?
        if scan.needsSorting {
            let sorted = try WireSorter(schema: schema).sorted(bytes, 0..<bytes.count, message)
            // SAFETY: see above.
            unpacked = sorted.withUnsafeBufferPointer { wire in
                arena.unpack(limitBytes: limit) { unpack($0, wire.count, wire.baseAddress) }
            }
        } else {
            // SAFETY: see above.
            unpacked = bytes.withUnsafeBufferPointer { wire in
                arena.unpack(limitBytes: limit) { unpack($0, wire.count, wire.baseAddress) }
            }
        }
        defer { arena.release() }
        // What was scanned is well-formed, so that protobuf-c can only fail for want of memory.
        guard let unpacked else { throw .tooExpensive(limitBytes: limit) }
        return try read(unpacked, &vin)
    }
}
