internal import TelemetryModel

extension WireBuffer {
    mutating func write(_ data: VehicleData) {
        for datum in data.data {
            byte(0x0a)
            let start = begin()
            write(datum)
            end(start)
        }
        timestamp(0x12, data.createdAt, unknown: data.createdAtUnknown)
        text(0x1a, data.vin)
        number(0x20, data.isResend ? 1 : 0)
        append(data.unknown)
    }

    @inline(__always)
    private mutating func write(_ datum: Datum) {
        number(0x08, Int64(datum.field.number))
        if let unknown = datum.unknown { return write(datum.value, unknown) }
        if case .absent = datum.value { return }
        byte(0x12)
        let start = begin()
        write(datum.value, unknownOfMember: [])
        end(start)
    }

    /// The rest of a datum that holds something new; kept apart so that all others needn't touch three empty arrays.
    @inline(never)
    private mutating func write(_ value: SignalValue, _ unknown: DatumUnknown) {
        if value != .absent {
            byte(0x12)
            let start = begin()
            write(value, unknownOfMember: unknown.ofMember)
            append(unknown.ofValue)
            end(start)
        }
        append(unknown.ofDatum)
    }

    /// The member of `Value`. A member is written even when it is zero: that it is set says which one it is.
    @inline(__always)
    private mutating func write(_ value: SignalValue, unknownOfMember: UnknownFields) {
        switch value {
        case .absent, .empty:
            break
        case .text(let text):
            byte(0x0a)
            delimited(text)
        case .int(let number):
            byte(0x10)
            varint(UInt64(bitPattern: Int64(number)))
        case .long(let number):
            byte(0x18)
            varint(UInt64(bitPattern: number))
        case .float(let number):
            byte(0x25)
            fixed32(number.bitPattern)
        case .double(let number):
            byte(0x29)
            fixed64(number.bitPattern)
        case .boolean(let flag):
            byte(0x30)
            byte(flag ? 1 : 0)
        case .invalid(let flag):
            byte(0x50)
            byte(flag ? 1 : 0)
        case .choice(let kind, let number):
            varint(UInt64(kind.tag) << 3)
            varint(UInt64(bitPattern: Int64(number)))
        case .location, .doors, .tires, .time:
            writeMessage(value, unknown: unknownOfMember)
        }
    }

    private mutating func writeMessage(_ value: SignalValue, unknown: UnknownFields) {
        let start: Int
        switch value {
        case .location(let latitude, let longitude):
            byte(0x3a)
            start = begin()
            double(0x09, latitude)
            double(0x11, longitude)
        case .doors(let doors):
            varint(21 << 3 | 2)
            start = begin()
            flags(UInt16(doors.rawValue) & 0x3f)
        case .tires(let tires):
            varint(39 << 3 | 2)
            start = begin()
            flags(tires.rawValue & 0x3ff)
        case .time(let hour, let minute, let second):
            varint(31 << 3 | 2)
            start = begin()
            number(0x08, Int64(hour))
            number(0x10, Int64(minute))
            number(0x18, Int64(second))
        default:
            return
        }
        append(unknown)
        end(start)
    }

    /// Booleans of a message: bit n is field n + 1.
    private mutating func flags(_ bits: UInt16) {
        for bit in 0..<UInt8(16) where bits >> UInt16(bit) & 1 == 1 {
            byte((bit + 1) << 3)
            byte(1)
        }
    }
}
