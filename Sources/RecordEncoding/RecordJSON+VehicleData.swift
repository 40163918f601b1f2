internal import JSONText
internal import TelemetryModel

extension RecordJSON {
    static func append(_ data: VehicleData, mode: EncodingMode, to json: inout JSONWriter) {
        let names = RenderedNames.shared
        json.open(names.fixed(.data), of: names.pieces)
        var index = appendPlain(data.data, from: 0, names, to: &json)
        while index < data.data.count {
            append(data.data[index], names, mode: mode, to: &json)
            index = appendPlain(data.data, from: index + 1, names, to: &json)
        }
        if !appendPlainEnd(data, names, to: &json) {
            json.attach(names.fixed(.createdAt), of: names.pieces)
            append(data.createdAt, to: &json)
            json.attach(names.fixed(.vin), of: names.pieces)
            json.string(data.vin)
            json.attach(names.fixed(.isResend), of: names.pieces)
            json.boolean(data.isResend)
            append(unknown: data.unknown, mode: mode, to: &json)
            json.endObject()
        }
    }

    /// Writes data of the kinds that most are, as many as follow one another, with few looks at the buffer.
    ///
    /// - Returns: the index of the first datum that isn't that plain.
    private static func appendPlain(
        _ data: [Datum],
        from start: Int,
        _ names: RenderedNames,
        to json: inout JSONWriter
    ) -> Int {
        var index = start
        var isPlain = true
        while isPlain, index < data.count {
            // One more for the comma in front of the first, for which there is always room, then.
            json.write(atMost: names.longestDatum &+ 1) { (room, start, needsComma) in
                let lastPlace = room.byteCount &- names.longestDatum &- JSONWriterBuffer.slack
                var place = needsComma ? room.put(UInt8(ascii: ","), at: start) : start
                while index < data.count, place <= lastPlace {
                    guard let end = write(data[index], names, to: &room, at: place) else {
                        isPlain = false
                        break
                    }
                    place = end
                    index &+= 1
                }
                // Each brings the comma for the next, which the last has none of.
                if place != start { place &-= 1 }
                needsComma = needsComma || place != start
                return place
            }
        }
        return index
    }

    /// - Returns: the place after the datum and a comma; nil, and nothing that counts is written, if it isn't plain.
    @inline(__always)
    private static func write(
        _ datum: borrowing Datum,
        _ names: RenderedNames,
        to room: inout MutableRawSpan,
        at start: Int
    ) -> Int? {
        guard datum.unknown == nil else { return nil }
        var place = start
        @inline(__always)
        func begin(_ head: RenderedNames.Head) -> Bool {
            guard let piece = names.head(datum.field, head) else { return false }
            place = names.pieces.write(piece, to: &room, at: place)
            return true
        }
        switch datum.value {
        case .float(let number):
            guard number.isFinite, begin(.float) else { return nil }
            place = NumberText.write(number, .json, to: &room, at: place)
        case .double(let number):
            guard number.isFinite, begin(.double) else { return nil }
            place = NumberText.write(number, .json, to: &room, at: place)
        case .int(let number):
            guard begin(.int) else { return nil }
            place = NumberText.write(Int64(number), to: &room, at: place)
        case .boolean(let flag):
            guard begin(.boolean) else { return nil }
            place = JSONWriter.write(flag, to: &room, at: place)
        case .choice(let kind, let number):
            guard !kind.showsShortNames, let value = names.choice(kind, number), begin(.bare) else { return nil }
            place = names.pieces.write(names.member(kind.tag), to: &room, at: place)
            place = names.pieces.write(value, to: &room, at: place)
        case .text(let text):
            guard text.utf8.count <= RenderedNames.plainTextLimit, begin(.text) else { return nil }
            guard let end = JSONWriter.write(clean: text.utf8.span, .plain, to: &room, at: place) else { return nil }
            place = end
        case .location(let latitude, let longitude):
            guard latitude.isFinite, longitude.isFinite, begin(.location) else { return nil }
            place = NumberText.write(latitude, .json, to: &room, at: place)
            place = names.write(.longitude, to: &room, at: place)
            place = NumberText.write(longitude, .json, to: &room, at: place)
            place = room.put(UInt8(ascii: "}"), at: place)
        default:
            return nil
        }
        // "}},": the end of the value and of the datum.
        return room.put(0x2C_7D7D, 3, at: place)
    }

    /// Writes what follows the data, if there is nothing special about it.
    ///
    /// - Returns: whether it did; else nothing has been written.
    private static func appendPlainEnd(_ data: VehicleData, _ names: RenderedNames, to json: inout JSONWriter) -> Bool {
        guard let createdAt = data.createdAt, data.unknown.isEmpty else { return false }
        let vin = data.vin.utf8.span
        var isPlain = true
        json.write(atMost: 96 + MomentText.longestDate + vin.count) { (room, start, needsComma) in
            var place = names.write(.createdAtText, to: &room, at: start)
            place = MomentText.writeDate(createdAt, fraction: .groups, to: &room, at: place)
            place = names.write(.endOfTextVIN, to: &room, at: place)
            guard let end = JSONWriter.write(clean: vin, .plain, to: &room, at: place) else {
                isPlain = false
                return start
            }
            needsComma = true
            return names.write(data.isResend ? .resentEnd : .notResentEnd, to: &room, at: end)
        }
        return isPlain
    }

    private static func append(_ datum: Datum, _ names: RenderedNames, mode: EncodingMode, to json: inout JSONWriter) {
        if let head = names.head(datum.field, .bare) {
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
        if let asSent = datum.unknown?.asSent {
            json.key("raw")
            append(asSent, unknown: nil, names, to: &json)
        }
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
