internal import CTelemetryProtos
internal import TelemetryModel

extension VehicleData {
    // SAFETY: for all of this file: messages are those that protobuf-c unpacked into the decoder's arena; they are
    // valid during `read` of `PayloadDecoder.unpack`, and `data` has `n_data` members, none of them null.
    @inline(__always)
    init(_ message: UnsafeMutablePointer<Telemetry__VehicleData__Payload>, vin: inout String) throws(PayloadError) {
        let count = message.pointee.n_data
        var data: [Datum] = []
        if count > 0, let members = message.pointee.data {
            data.reserveCapacity(count)
            for index in 0..<count {
                if let member = members[index] { data.append(try Datum(member, index: index)) }
            }
        }
        // Everything at once: a property that is replaced costs a release of the array that stood there, empty or not.
        self.init(
            data: data,
            createdAt: .unpacked(message.pointee.created_at),
            vin: try message.pointee.vin.text(likely: &vin, "vin"),
            isResend: message.pointee.is_resend != 0,
            unknown: message.pointee.base.unknown
        )
        if let createdAt = message.pointee.created_at, createdAt.pointee.base.n_unknown_fields > 0 {
            createdAtUnknown = createdAt.pointee.base.unknown
        }
    }
}

extension Datum {
    // SAFETY: see `VehicleData.init`.
    @inline(__always)
    fileprivate init(
        _ message: UnsafeMutablePointer<Telemetry__VehicleData__Datum>,
        index: Int
    ) throws(PayloadError) {
        let field = Field(number: Int32(bitPattern: message.pointee.key.rawValue))
        guard let value = message.pointee.value else {
            self.init(field: field, value: .absent)
            if message.pointee.base.n_unknown_fields > 0 {
                unknown = DatumUnknown(ofDatum: message.pointee.base.unknown)
            }
            return
        }
        var ofMember: UnknownFields = []
        self.init(field: field, value: try SignalValue(value, index: index, unknown: &ofMember))
        if message.pointee.base.n_unknown_fields > 0 || value.pointee.base.n_unknown_fields > 0 || !ofMember.isEmpty {
            unknown = DatumUnknown(
                ofDatum: message.pointee.base.unknown,
                ofValue: value.pointee.base.unknown,
                ofMember: ofMember
            )
        }
    }
}

extension SignalValue {
    /// - Parameter unknown: is set when the message inside the value holds fields that this build doesn't know.
    // SAFETY: see `VehicleData.init`; `value_case` says which member of the union is set, and a set message is not
    // null.
    @inline(__always)
    fileprivate init(
        _ message: UnsafeMutablePointer<Telemetry__VehicleData__Value>,
        index: Int,
        unknown: inout UnknownFields
    ) throws(PayloadError) {
        switch message.pointee.value_case {
        case TELEMETRY__VEHICLE_DATA__VALUE__VALUE__NOT_SET: self = .empty
        case TELEMETRY__VEHICLE_DATA__VALUE__VALUE_STRING_VALUE:
            self = .text(try message.pointee.string_value.text("data[\(index)].value.string_value"))
        case TELEMETRY__VEHICLE_DATA__VALUE__VALUE_INT_VALUE: self = .int(message.pointee.int_value)
        case TELEMETRY__VEHICLE_DATA__VALUE__VALUE_LONG_VALUE: self = .long(message.pointee.long_value)
        case TELEMETRY__VEHICLE_DATA__VALUE__VALUE_FLOAT_VALUE: self = .float(message.pointee.float_value)
        case TELEMETRY__VEHICLE_DATA__VALUE__VALUE_DOUBLE_VALUE: self = .double(message.pointee.double_value)
        case TELEMETRY__VEHICLE_DATA__VALUE__VALUE_BOOLEAN_VALUE: self = .boolean(message.pointee.boolean_value != 0)
        case TELEMETRY__VEHICLE_DATA__VALUE__VALUE_INVALID: self = .invalid(message.pointee.invalid != 0)
        case TELEMETRY__VEHICLE_DATA__VALUE__VALUE_LOCATION_VALUE:
            let location = message.pointee.location_value
            unknown = location?.pointee.base.unknown ?? []
            self = .location(
                latitude: location?.pointee.latitude ?? 0,
                longitude: location?.pointee.longitude ?? 0
            )
        case TELEMETRY__VEHICLE_DATA__VALUE__VALUE_DOOR_VALUE:
            unknown = message.pointee.door_value?.pointee.base.unknown ?? []
            self = .doors(Doors(message.pointee.door_value))
        case TELEMETRY__VEHICLE_DATA__VALUE__VALUE_TIRE_LOCATION_VALUE:
            unknown = message.pointee.tire_location_value?.pointee.base.unknown ?? []
            self = .tires(Tires(message.pointee.tire_location_value))
        case TELEMETRY__VEHICLE_DATA__VALUE__VALUE_TIME_VALUE:
            let time = message.pointee.time_value
            unknown = time?.pointee.base.unknown ?? []
            self = .time(
                hour: time?.pointee.hour ?? 0,
                minute: time?.pointee.minute ?? 0,
                second: time?.pointee.second ?? 0
            )
        case let member:
            // All other members are enums: they share their place in the union and their size.
            self = .choice(
                ChoiceKind(tag: UInt8(truncatingIfNeeded: member.rawValue)),
                number: Int32(bitPattern: message.pointee.shift_state_value.rawValue)
            )
        }
    }
}

extension Doors {
    // SAFETY: see `VehicleData.init`.
    fileprivate init(_ message: UnsafeMutablePointer<Telemetry__VehicleData__Doors>?) {
        self = []
        guard let doors = message?.pointee else { return }
        if doors.driverfront != 0 { insert(.driverFront) }
        if doors.driverrear != 0 { insert(.driverRear) }
        if doors.passengerfront != 0 { insert(.passengerFront) }
        if doors.passengerrear != 0 { insert(.passengerRear) }
        if doors.trunkfront != 0 { insert(.trunkFront) }
        if doors.trunkrear != 0 { insert(.trunkRear) }
    }
}

extension Tires {
    // SAFETY: see `VehicleData.init`.
    fileprivate init(_ message: UnsafeMutablePointer<Telemetry__VehicleData__TireLocation>?) {
        self = []
        guard let tires = message?.pointee else { return }
        if tires.front_left != 0 { insert(.frontLeft) }
        if tires.front_right != 0 { insert(.frontRight) }
        if tires.rear_left != 0 { insert(.rearLeft) }
        if tires.rear_right != 0 { insert(.rearRight) }
        if tires.semi_middle_axle_left_2 != 0 { insert(.semiMiddleAxleLeft2) }
        if tires.semi_middle_axle_right_2 != 0 { insert(.semiMiddleAxleRight2) }
        if tires.semi_rear_axle_left != 0 { insert(.semiRearAxleLeft) }
        if tires.semi_rear_axle_right != 0 { insert(.semiRearAxleRight) }
        if tires.semi_rear_axle_left_2 != 0 { insert(.semiRearAxleLeft2) }
        if tires.semi_rear_axle_right_2 != 0 { insert(.semiRearAxleRight2) }
    }
}
