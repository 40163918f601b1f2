internal import JSONText
package import TelemetryModel

/// A record that somebody kept as JSON, read again as far as rules look at it.
///
/// Understood are the payload as ``RecordEncoding/RecordJSON`` writes it, and the lines that hold one: those of the
/// dispatcher `file` (`vin`, `record_type`, `received_at`, `payload`) and of `fleet-telemetry decode` (`vin`, `topic`,
/// `kind`, `t`, `payload`).
package struct DecodedRecord: Sendable {
    package let vin: VIN
    package let type: RecordType
    /// Nil when the line does not say.
    package let receivedAt: UnixMilliseconds?
    package let content: RecordContent

    /// Why a line is no record.
    package struct Fault: Error, Sendable, CustomStringConvertible {
        package let description: String
    }

    /// Nil for a line that tells of something else: of an ack, or of what the server sent.
    package init?(_ line: [UInt8]) throws(Fault) {
        let root: JSONValue
        do throws(JSONReaderError) {
            root = try JSONReader.read(line).root
        } catch {
            throw Fault(description: "column \(error.position.column): \(error.summary)")
        }
        guard root.members != nil else { throw Fault(description: "no JSON object") }
        if let kind = root["kind"]?.text, kind != "record" { return nil }
        if root["direction"]?.text == "out" { return nil }
        let payload = root["payload"] ?? root
        let topic = (root["record_type"] ?? root["topic"])?.text
        let received = (root["received_at"] ?? root["t"])?.wholeNumber
        receivedAt = received.map { UnixMilliseconds(rawValue: $0) }
        vin = VIN((root["vin"] ?? payload["vin"])?.text ?? "")
        if let data = payload["data"]?.elements {
            type = RecordType(topic: topic ?? RecordType.vehicleData.topic)
            content = .vehicleData(
                VehicleData(
                    data: try Self.data(data),
                    createdAt: try Self.moment(payload["createdAt"]),
                    vin: vin.text,
                    isResend: payload["isResend"]?.flag ?? false
                )
            )
        } else if let alerts = payload["alerts"]?.elements {
            type = RecordType(topic: topic ?? RecordType.alerts.topic)
            content = .alerts(
                VehicleAlerts(
                    alerts: alerts.map { VehicleAlerts.Alert(name: $0["name"]?.text ?? "") },
                    createdAt: try Self.moment(payload["createdAt"]),
                    vin: vin.text
                )
            )
        } else if let errors = payload["errors"]?.elements {
            type = RecordType(topic: topic ?? RecordType.errors.topic)
            content = .errors(
                VehicleErrors(
                    errors: errors.map { VehicleErrors.Fault(name: $0["name"]?.text ?? "", body: "") },
                    createdAt: try Self.moment(payload["createdAt"]),
                    vin: vin.text
                )
            )
        } else {
            guard let topic else { throw Fault(description: "neither data, alerts nor errors are in it") }
            type = RecordType(topic: topic)
            content = .opaque
        }
    }

    private static func moment(_ value: JSONValue?) throws(Fault) -> Timestamp? {
        guard let value, !value.isNull else { return nil }
        guard let text = value.text else { throw Fault(description: "createdAt is no text") }
        guard let time = UTCTime.read(text) else {
            // What no date can be, and rules are there for; moments before 1970, too, which no vehicle has seen.
            return Timestamp(seconds: .max, nanos: 0)
        }
        return Timestamp(seconds: time.rawValue / 1000, nanos: Int32(time.rawValue % 1000) * 1_000_000)
    }

    // MARK: Data

    private static func data(_ elements: [JSONValue]) throws(Fault) -> [Datum] {
        var data: [Datum] = []
        for (index, element) in elements.enumerated() {
            guard let key = element["key"], let field = field(key) else {
                throw Fault(description: "data[\(index)] has no key that names a field")
            }
            data.append(Datum(field: field, value: try value(element["value"], at: index)))
        }
        return data
    }

    /// A name, a number, or `Field_<number>`.
    private static func field(_ key: JSONValue) -> Field? {
        if let number = key.wholeNumber.flatMap(Int32.init(exactly:)) { return Field(number: number) }
        guard let name = key.text else { return nil }
        if let field = Field(name: name) { return field }
        guard name.hasPrefix("Field_") else { return nil }
        return Int32(name.dropFirst(6)).map { Field(number: $0) }
    }

    private static func value(_ value: JSONValue?, at index: Int) throws(Fault) -> SignalValue {
        guard let value, !value.isNull else { return .absent }
        guard let members = value.members else { throw Fault(description: "data[\(index)].value is no object") }
        guard let member = members.first(where: { !$0.name.hasPrefix("unknown_") }) else { return .empty }
        guard let read = read(member.name, member.value) else {
            throw Fault(description: "data[\(index)].value.\(member.name) is not what it is called")
        }
        return read
    }

    private static func read(_ name: String, _ value: JSONValue) -> SignalValue? {
        switch name {
        case "stringValue": value.text.map { .text($0) }
        case "intValue": value.wholeNumber.flatMap(Int32.init(exactly:)).map { .int($0) }
        case "longValue": (value.wholeNumber ?? value.text.flatMap { Int64($0) }).map { .long($0) }
        case "floatValue": number(value).map { .float(Float($0)) }
        case "doubleValue": number(value).map { .double($0) }
        case "booleanValue": value.flag.map { .boolean($0) }
        case "invalid": value.flag.map { .invalid($0) }
        case "locationValue":
            if let latitude = number(value["latitude"]), let longitude = number(value["longitude"]) {
                .location(latitude: latitude, longitude: longitude)
            } else {
                nil
            }
        case "doorValue": value.members.map { _ in .doors([]) }
        case "tireLocationValue": value.members.map { _ in .tires([]) }
        case "timeValue":
            .time(
                hour: Int32(clamping: value["hour"]?.wholeNumber ?? 0),
                minute: Int32(clamping: value["minute"]?.wholeNumber ?? 0),
                second: Int32(clamping: value["second"]?.wholeNumber ?? 0)
            )
        default: choice(name, value)
        }
    }

    private static func choice(_ name: String, _ value: JSONValue) -> SignalValue? {
        guard let kind = ChoiceKind(memberName: name) else { return nil }
        if let number = value.wholeNumber.flatMap(Int32.init(exactly:)) { return .choice(kind, number: number) }
        return value.text.flatMap { kind.number(named: $0) }.map { .choice(kind, number: $0) }
    }

    /// protojson writes what is not finite as text.
    private static func number(_ value: JSONValue?) -> Double? {
        if let number = value?.numberText.flatMap({ Double($0) }) { return number }
        switch value?.text {
        case "NaN": return .nan
        case "Infinity": return .infinity
        case "-Infinity": return -.infinity
        case let text: return text.flatMap { Double($0) }
        }
    }
}
