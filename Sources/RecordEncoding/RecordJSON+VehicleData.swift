internal import JSONText
internal import TelemetryModel

extension RecordJSON {
    static func append(_ data: VehicleData, mode: EncodingMode, to json: inout JSONWriter) {
        let names = RenderedNames.shared
        json.open(names.fixed(.data), of: names.pieces)
        for datum in data.data where datum.unknown != nil || !appendAtOnce(datum, names, to: &json) {
            append(datum, names, mode: mode, to: &json)
        }
        json.attach(names.fixed(.createdAt), of: names.pieces)
        append(data.createdAt, to: &json)
        json.attach(names.fixed(.vin), of: names.pieces)
        json.string(data.vin)
        json.attach(names.fixed(.isResend), of: names.pieces)
        json.boolean(data.isResend)
        append(unknown: data.unknown, mode: mode, to: &json)
        json.endObject()
    }

    /// The kinds that most data are, in one go: the pieces around the value and the value share one look at the
    /// buffer.
    ///
    /// - Returns: false, and nothing is written, if the datum isn't that simple.
    @inline(__always)
    private static func appendAtOnce(_ datum: Datum, _ names: RenderedNames, to json: inout JSONWriter) -> Bool {
        guard let head = names.field(datum.field) else { return false }
        @inline(__always)
        func append(_ tag: UInt8, atMost count: Int, _ write: (inout MutableRawSpan, Int) -> Int) {
            let member = names.member(tag)
            json.value(atMost: head.byteCount + member.byteCount + count + 2) { (room, start) in
                var place = names.pieces.write(head, to: &room, at: start)
                place = names.pieces.write(member, to: &room, at: place)
                place = write(&room, place)
                return names.pieces.write(names.fixed(.end), to: &room, at: place)
            }
        }
        let longest = NumberText.longest
        switch datum.value {
        case .float(let number) where number.isFinite:
            append(MemberName.float, atMost: longest) { NumberText.write(number, .json, to: &$0, at: $1) }
        case .double(let number) where number.isFinite:
            append(MemberName.double, atMost: longest) { NumberText.write(number, .json, to: &$0, at: $1) }
        case .int(let number):
            append(MemberName.int, atMost: longest) { NumberText.write(Int64(number), to: &$0, at: $1) }
        case .boolean(let flag):
            append(MemberName.boolean, atMost: longest) { JSONWriter.write(flag, to: &$0, at: $1) }
        case .choice(let kind, let number):
            guard let value = names.choice(kind, number) else { return false }
            append(kind.tag, atMost: value.byteCount) { names.pieces.write(value, to: &$0, at: $1) }
        case .location(let latitude, let longitude) where latitude.isFinite && longitude.isFinite:
            append(MemberName.location, atMost: 2 * longest + 32) { (room, start) in
                var place = names.pieces.write(names.fixed(.latitude), to: &room, at: start)
                place = NumberText.write(latitude, .json, to: &room, at: place)
                place = names.pieces.write(names.fixed(.longitude), to: &room, at: place)
                place = NumberText.write(longitude, .json, to: &room, at: place)
                return names.pieces.write(names.fixed(.objectEnd), to: &room, at: place)
            }
        default:
            return false
        }
        return true
    }

    private static func append(_ datum: Datum, _ names: RenderedNames, mode: EncodingMode, to json: inout JSONWriter) {
        if let head = names.field(datum.field) {
            json.open(head, of: names.pieces)
        } else {
            json.beginObject()
            json.key("key")
            switch mode {
            case .reference: json.number(datum.field.number)
            case .standard: json.string("Field_\(datum.field.number)")
            }
            json.key("value")
        }
        append(datum.value, unknown: mode == .standard ? datum.unknown : nil, names, to: &json)
        if mode == .standard, let unknown = datum.unknown { append(unknown: unknown.ofDatum, mode: mode, to: &json) }
        json.endObject()
    }

    /// The value with its member name. `unknown` is nil in reference mode.
    private static func append(
        _ value: SignalValue,
        unknown: DatumUnknown?,
        _ names: RenderedNames,
        to json: inout JSONWriter
    ) {
        @inline(__always)
        func member(_ tag: UInt8) { json.open(names.member(tag), of: names.pieces) }
        switch value {
        case .absent:
            json.null()
            return
        case .empty:
            json.beginObject()
        case .text(let text):
            member(MemberName.text)
            json.string(text)
        case .int(let number):
            member(MemberName.int)
            json.number(number)
        case .long(let number):
            member(MemberName.long)
            json.quotedNumber(number)
        case .float(let number):
            member(MemberName.float)
            json.number(number)
        case .double(let number):
            member(MemberName.double)
            json.number(number)
        case .boolean(let flag):
            member(MemberName.boolean)
            json.boolean(flag)
        case .location(let latitude, let longitude):
            member(MemberName.location)
            json.beginObject()
            json.member("latitude", latitude)
            json.member("longitude", longitude)
            close(unknown, to: &json)
        case .choice(let kind, let number):
            if names.member(kind.tag).isEmpty {
                json.beginObject()
                json.key("unknown_\(kind.tag)")
            } else {
                member(kind.tag)
            }
            if let name = kind.valueName(number) { json.string(name) } else { json.number(number) }
        case .invalid(let flag):
            member(MemberName.invalid)
            json.boolean(flag)
        case .doors(let doors):
            member(MemberName.doors)
            json.beginObject()
            for (name, door) in doorNames { json.member(name, doors.contains(door)) }
            close(unknown, to: &json)
        case .tires(let tires):
            member(MemberName.tires)
            json.beginObject()
            for (name, tire) in tireNames { json.member(name, tires.contains(tire)) }
            close(unknown, to: &json)
        case .time(let hour, let minute, let second):
            member(MemberName.time)
            json.beginObject()
            json.member("hour", Int64(hour))
            json.member("minute", Int64(minute))
            json.member("second", Int64(second))
            close(unknown, to: &json)
        }
        if let unknown { append(unknown: unknown.ofValue, mode: .standard, to: &json) }
        json.endObject()
    }

    /// Ends the message inside a value.
    private static func close(_ unknown: DatumUnknown?, to json: inout JSONWriter) {
        if let unknown { append(unknown: unknown.ofMember, mode: .standard, to: &json) }
        json.endObject()
    }

    /// In the order of their numbers, spelled as in the proto.
    static let doorNames: [(String, Doors)] = [
        ("DriverFront", .driverFront), ("DriverRear", .driverRear), ("PassengerFront", .passengerFront),
        ("PassengerRear", .passengerRear), ("TrunkFront", .trunkFront), ("TrunkRear", .trunkRear),
    ]

    private static let tireNames: [(String, Tires)] = [
        ("frontLeft", .frontLeft), ("frontRight", .frontRight), ("rearLeft", .rearLeft), ("rearRight", .rearRight),
        ("semiMiddleAxleLeft2", .semiMiddleAxleLeft2), ("semiMiddleAxleRight2", .semiMiddleAxleRight2),
        ("semiRearAxleLeft", .semiRearAxleLeft), ("semiRearAxleRight", .semiRearAxleRight),
        ("semiRearAxleLeft2", .semiRearAxleLeft2), ("semiRearAxleRight2", .semiRearAxleRight2),
    ]
}
