internal import JSONText
package import TelemetryModel

/// The record as Teslemetry's subscribers expect it: `{"data":{"VehicleSpeed":"34.797"},"createdAt":"…","vin":"…"}`.
///
/// Vehicle data becomes one object of plain values; of several data of one field the last counts. Texts stay
/// texts, whole numbers are numbers (64-bit ones too), enums their full names (numbers when unknown), doors and
/// tires objects with all keys, invalid and missing values `null`. The fraction of `createdAt` has 3, 6 or 9
/// digits, because clients refuse a moment without one; a record without `createdAt` takes the time at which it
/// was received. What the vehicle sent in the place of a value that a view has changed, where it is kept, stands beside
/// it as `<field>_raw`. Other record types are as in ``RecordJSON``'s standard mode.
package enum FlatJSON {
    /// The JSON of any record, without line feed.
    package static func encode(_ record: Record) -> [UInt8] {
        var json = JSONWriter(reservingCapacity: 512)
        guard case .vehicleData(let data) = record.content else {
            RecordJSON.append(record.content, payload: record.payload, mode: .standard, to: &json)
            return json.take()
        }
        json.beginObject()
        json.key("data")
        append(data, to: &json)
        json.key("createdAt")
        let moment = data.createdAt ?? Timestamp(record.receivedAt)
        json.quoted { MomentText.appendDate(moment, fraction: .groupsAlways, to: &$0) }
        json.member("vin", data.vin)
        json.endObject()
        return json.take()
    }

    /// The data alone, as one object of plain values.
    static func append(_ data: VehicleData, to json: inout JSONWriter) {
        json.beginObject()
        appendMembers(data, to: &json)
        json.endObject()
    }

    /// The data as members of an object that is open.
    static func appendMembers(_ data: VehicleData, to json: inout JSONWriter) {
        var last: [Field: Int] = [:]
        for (index, datum) in data.data.enumerated() { last[datum.field] = index }
        for (index, datum) in data.data.enumerated() where last[datum.field] == index {
            let name = datum.field.name ?? "Field_\(datum.field.number)"
            json.key(name)
            append(datum, to: &json)
            guard let asSent = datum.unknown?.asSent else { continue }
            json.key("\(name)_raw")
            append(Datum(field: datum.field, value: asSent), to: &json)
        }
    }

    static func append(_ datum: Datum, to json: inout JSONWriter) {
        switch datum.value {
        case .absent, .invalid: json.null()
        case .empty: appendUnknown(datum.unknown, to: &json)
        case .text(let text): json.string(text)
        case .int(let number): json.number(number)
        case .long(let number): json.number(number)
        case .float(let number): json.number(number)
        case .double(let number): json.number(number)
        case .boolean(let flag): json.boolean(flag)
        case .choice(let kind, let number):
            if let name = kind.valueName(number) { json.string(name) } else { json.number(number) }
        case .location(let latitude, let longitude):
            json.beginObject()
            json.member("latitude", latitude)
            json.member("longitude", longitude)
            json.endObject()
        case .doors(let doors):
            json.beginObject()
            for (name, door) in RecordJSON.doorNames { json.member(name, doors.contains(door)) }
            json.endObject()
        case .tires(let tires):
            json.beginObject()
            for (name, tire) in tireNames { json.member(name, tires.contains(tire)) }
            json.endObject()
        case .time(let hour, let minute, let second):
            json.beginObject()
            json.member("hour", Int64(hour))
            json.member("minute", Int64(minute))
            json.member("second", Int64(second))
            json.endObject()
        }
    }

    /// A value kind newer than this build, or no value at all.
    private static func appendUnknown(_ unknown: DatumUnknown?, to json: inout JSONWriter) {
        guard let unknown, !unknown.ofValue.isEmpty else {
            json.null()
            return
        }
        json.beginObject()
        RecordJSON.append(unknown: unknown.ofValue, mode: .standard, to: &json)
        json.endObject()
    }

    /// Spelled as in the proto, which Teslemetry's clients read.
    private static let tireNames: [(String, Tires)] = [
        ("front_left", .frontLeft), ("front_right", .frontRight), ("rear_left", .rearLeft), ("rear_right", .rearRight),
        ("semi_middle_axle_left_2", .semiMiddleAxleLeft2), ("semi_middle_axle_right_2", .semiMiddleAxleRight2),
        ("semi_rear_axle_left", .semiRearAxleLeft), ("semi_rear_axle_right", .semiRearAxleRight),
        ("semi_rear_axle_left_2", .semiRearAxleLeft2), ("semi_rear_axle_right_2", .semiRearAxleRight2),
    ]
}

extension Timestamp {
    init(_ moment: UnixMilliseconds) {
        let (seconds, milliseconds) = moment.rawValue.quotientAndRemainder(dividingBy: 1000)
        self =
            milliseconds < 0
            ? Timestamp(seconds: seconds - 1, nanos: Int32(milliseconds + 1000) * 1_000_000)
            : Timestamp(seconds: seconds, nanos: Int32(milliseconds) * 1_000_000)
    }
}
