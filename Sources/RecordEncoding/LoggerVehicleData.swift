internal import TelemetryModel

/// The data of a vehicle data record as the logger shows it: one map, sorted by the bytes of its names.
struct LoggerVehicleData {
    /// A name of the map with what stands under it.
    private struct Member {
        enum Value {
            case datum(index: Int)
            case createdAt, isResend, vin
        }

        let rank: LoggerNames.Rank
        let value: Value
    }

    private let data: VehicleData
    private let encoding: LoggerEncoding

    init(_ data: VehicleData, _ encoding: LoggerEncoding) {
        self.data = data
        self.encoding = encoding
    }

    private var mode: EncodingMode { encoding.mode }

    func append(to output: inout some LoggerOutput) {
        let values = LoggerValues(encoding, vin: data.vin)
        let members = sortedMembers()
        output.beginMap()
        var position = 0
        while position < members.count {
            switch members[position].value {
            case .createdAt:
                output.key("CreatedAt")
                output.date(
                    data.createdAt ?? Timestamp(seconds: 0, nanos: 0),
                    fraction: mode == .reference ? .none : .groups
                )
                position += 1
            case .isResend:
                output.key("IsResend")
                output.flag(data.isResend)
                position += 1
            case .vin:
                output.key("Vin")
                output.text(data.vin)
                position += 1
            case .datum(let index):
                let indices = run(of: index, in: members, from: position)
                append(indices, values, to: &output)
                position += indices.count
            }
        }
        encoding.append(unknown: data.unknown, to: &output)
        output.endMap()
    }

    /// The data that share a name with the first of them.
    private func run(of first: Int, in members: [Member], from start: Int) -> [Int] {
        var indices = [first]
        var position = start + 1
        while position < members.count, members[position].rank == members[start].rank,
            case .datum(let index) = members[position].value,
            mode == .reference || data.data[index].field == data.data[first].field
        {
            indices.append(index)
            position += 1
        }
        return indices
    }

    private func append(_ indices: [Int], _ values: LoggerValues, to output: inout some LoggerOutput) {
        let field = data.data[indices[0]].field
        output.key(name(field))
        switch (mode, indices.count) {
        case (.reference, let count):
            values.append(data.data[indices[count - 1]], to: &output)
        case (.standard, 1):
            values.append(data.data[indices[0]], to: &output)
        case (.standard, _):
            output.beginList()
            for index in indices { values.append(data.data[index], to: &output) }
            output.endList()
        }
    }

    private func sortedMembers() -> [Member] {
        let names = LoggerNames.shared
        var members: [Member] = []
        members.reserveCapacity(data.data.count + 3)
        members.append(Member(rank: names.createdAt, value: .createdAt))
        members.append(Member(rank: names.isResend, value: .isResend))
        members.append(Member(rank: names.vin, value: .vin))
        for (index, datum) in data.data.enumerated() where mode == .standard || LoggerValues.inReference(datum.value) {
            members.append(Member(rank: names.rank(datum.field, mode: mode), value: .datum(index: index)))
        }
        // Swift's sort is stable: equal names keep the order in which they came.
        members.sort { left, right in
            if left.rank == names.numbered, right.rank == names.numbered, mode == .standard {
                return precedes(left, right)
            }
            return left.rank < right.rank
        }
        return members
    }

    /// Only for fields without a name.
    private func precedes(_ left: Member, _ right: Member) -> Bool {
        guard case .datum(let first) = left.value, case .datum(let second) = right.value else { return false }
        return name(data.data[first].field).utf8.lexicographicallyPrecedes(name(data.data[second].field).utf8)
    }

    private func name(_ field: Field) -> String {
        field.name ?? (mode == .reference ? "" : "Field_\(field.number)")
    }
}

/// Values of vehicle data as the logger shows them.
struct LoggerValues {
    private let encoding: LoggerEncoding
    /// A Tesla Semi has ten tires; Tesla's VINs tell the model by their fourth character.
    private let isSemi: Bool

    init(_ encoding: LoggerEncoding, vin: String) {
        self.encoding = encoding
        isSemi = vin.utf8.dropFirst(3).first == UInt8(ascii: "T")
    }

    /// Whether the reference shows such a value at all.
    static func inReference(_ value: SignalValue) -> Bool {
        switch value {
        case .absent, .empty, .choice(.charging, _): false
        default: true
        }
    }

    func append(_ datum: Datum, to output: inout some LoggerOutput) {
        let unknown = encoding.mode == .standard ? datum.unknown : nil
        let asSent = datum.unknown?.asSent
        guard let tag = Self.tag(datum.value) else {
            appendMissing(datum.value, unknown, asSent, to: &output)
            return
        }
        let isWrapped = encoding.isVerbose || unknown?.hasSiblings == true || asSent != nil
        if isWrapped {
            output.beginMap()
            output.key(encoding.isVerbose ? LoggerNames.verboseNames[Int(tag)] : "value")
        }
        append(datum.value, unknown, to: &output)
        if isWrapped {
            append(asSent: asSent, to: &output)
            append(siblings: unknown, to: &output)
            output.endMap()
        }
    }

    private func appendMissing(
        _ value: SignalValue,
        _ unknown: DatumUnknown?,
        _ asSent: SignalValue?,
        to output: inout some LoggerOutput
    ) {
        if value == .absent, unknown?.hasSiblings != true, asSent == nil {
            output.absentValue()
            return
        }
        output.beginMap()
        append(asSent: asSent, to: &output)
        append(siblings: unknown, to: &output)
        output.endMap()
    }

    /// What the vehicle sent, of a datum that a view has changed.
    private func append(asSent value: SignalValue?, to output: inout some LoggerOutput) {
        guard let value else { return }
        output.key("raw")
        append(Datum(field: Field(number: 0), value: value), to: &output)
    }

    private func append(siblings unknown: DatumUnknown?, to output: inout some LoggerOutput) {
        guard let unknown else { return }
        encoding.append(unknown: unknown.ofValue, to: &output)
        encoding.append(unknown: unknown.ofDatum, to: &output)
    }

    private func append(_ value: SignalValue, _ unknown: DatumUnknown?, to output: inout some LoggerOutput) {
        switch value {
        case .absent, .empty: output.absentValue()
        case .text(let text): output.text(text)
        case .int(let number): output.number(Int64(number))
        case .long(let number): output.number(number)
        case .float(let number): output.number(number)
        case .double(let number): output.number(number)
        case .boolean(let flag): output.flag(flag)
        case .choice(let kind, let number): output.text(kind.valueName(number) ?? "\(number)")
        case .invalid(let flag): append(invalid: flag, to: &output)
        case .time(let hour, let minute, let second):
            output.text("\(Self.twoDigits(hour)):\(Self.twoDigits(minute)):\(Self.twoDigits(second))")
        case .location(let latitude, let longitude):
            output.beginMap()
            output.key("latitude")
            output.number(latitude)
            output.key("longitude")
            output.number(longitude)
            close(unknown, to: &output)
        case .doors(let doors):
            output.beginMap()
            for (name, door) in RecordJSON.doorNames {
                output.key(name)
                output.flag(doors.contains(door))
            }
            close(unknown, to: &output)
        case .tires(let tires):
            output.beginMap()
            for (name, tire) in isSemi ? Self.semiTireNames : Self.tireNames {
                output.key(name)
                output.flag(tires.contains(tire))
            }
            close(unknown, to: &output)
        }
    }

    private func append(invalid flag: Bool, to output: inout some LoggerOutput) {
        switch (encoding.mode, encoding.isVerbose, flag) {
        case (.reference, true, _): output.flag(true)
        case (.standard, true, _): output.flag(flag)
        case (.reference, false, _), (.standard, false, true): output.text("<invalid>")
        case (.standard, false, false):
            output.beginMap()
            output.key("invalid")
            output.flag(false)
            output.endMap()
        }
    }

    /// Ends the message inside a value.
    private func close(_ unknown: DatumUnknown?, to output: inout some LoggerOutput) {
        if let unknown { encoding.append(unknown: unknown.ofMember, to: &output) }
        output.endMap()
    }

    /// The member of `Value` that the value stands in; nil when it stands in none.
    private static func tag(_ value: SignalValue) -> UInt8? {
        switch value {
        case .absent, .empty: nil
        case .text: MemberName.text
        case .int: MemberName.int
        case .long: MemberName.long
        case .float: MemberName.float
        case .double: MemberName.double
        case .boolean: MemberName.boolean
        case .location: MemberName.location
        case .choice(let kind, _): kind.tag
        case .invalid: MemberName.invalid
        case .doors: MemberName.doors
        case .time: MemberName.time
        case .tires: MemberName.tires
        }
    }

    /// Go's `%02d`: two characters at least, the sign counts as one.
    private static func twoDigits(_ value: Int32) -> String {
        (0...9).contains(value) ? "0\(value)" : "\(value)"
    }

    private static let tireNames: [(String, Tires)] = [
        ("FrontLeft", .frontLeft), ("FrontRight", .frontRight), ("RearLeft", .rearLeft), ("RearRight", .rearRight),
    ]

    /// On a Semi the message's rear tires are those of the middle axle.
    private static let semiTireNames: [(String, Tires)] = [
        ("FrontLeft", .frontLeft), ("FrontRight", .frontRight),
        ("SemiMiddleAxleLeft", .rearLeft), ("SemiMiddleAxleLeft2", .semiMiddleAxleLeft2),
        ("SemiMiddleAxleRight", .rearRight), ("SemiMiddleAxleRight2", .semiMiddleAxleRight2),
        ("SemiRearAxleLeft", .semiRearAxleLeft), ("SemiRearAxleLeft2", .semiRearAxleLeft2),
        ("SemiRearAxleRight", .semiRearAxleRight), ("SemiRearAxleRight2", .semiRearAxleRight2),
    ]
}

extension DatumUnknown {
    /// Something unknown stands beside the known value, not inside it.
    fileprivate var hasSiblings: Bool { !ofValue.isEmpty || !ofDatum.isEmpty }
}
