internal import JSONText
package import PayloadCodec
package import RecordRules
package import TelemetryModel

/// Records judged one after the other, without a server: what `fleet-telemetry validate` counts.
///
/// Judged as the server does, with a history for each vehicle; nothing is changed, what would have been is counted.
package struct ValidationRun: ~Copyable {
    /// What one vehicle's records came to.
    package struct Vehicle: Sendable {
        package fileprivate(set) var records = 0
        /// Data by category, those that were taken out included.
        package fileprivate(set) var data: [FieldCategory: Int] = [:]
        package fileprivate(set) var strippedData = 0
        /// Records that would have gone to the dead letters.
        package fileprivate(set) var rejected = 0
        /// Records of which nothing would have been left.
        package fileprivate(set) var emptied = 0
        package fileprivate(set) var tally = FindingTally()
        fileprivate let history = VehicleHistory()
    }

    private let rules: RuleSet
    private var rewriter = PayloadRewriter(mode: .standard)
    private var writer = PayloadWriter()
    package private(set) var vehicles: [VIN: Vehicle] = [:]

    package init(_ rules: RuleSet) {
        self.rules = rules
    }

    /// Judges a payload as it came from a vehicle.
    ///
    /// - Parameter receivedAt: nil when nobody knows; then it was received when it was made.
    /// - Throws: when the payload is damaged, as the server would find it.
    package mutating func judge(
        _ payload: Span<UInt8>,
        type: RecordType,
        vin: VIN,
        receivedAt: UnixMilliseconds?
    ) throws(PayloadError) {
        let stamp = RecordStamp(
            source: Self.source(vin),
            sequence: 0,
            type: type,
            receivedAt: receivedAt ?? UnixMilliseconds(rawValue: 0)
        )
        let record = try rewriter.record(PayloadKind(type), payload, txid: [UInt8]().span, stamp).record
        judge(receivedAt == nil ? Self.receivedWhenMade(record) : record)
    }

    /// Judges a record that was kept as JSON, before the receiver's transforms or after them.
    package mutating func judge(_ decoded: DecodedRecord) {
        var content = decoded.content
        RecordTransform(mode: .standard).apply(to: &content, vin: decoded.vin)
        let record = Record(
            source: Self.source(decoded.vin),
            sequence: 0,
            type: decoded.type,
            receivedAt: decoded.receivedAt ?? UnixMilliseconds(rawValue: 0),
            content: content,
            payload: writer.bytes(of: content),
            txid: []
        )
        judge(decoded.receivedAt == nil ? Self.receivedWhenMade(record) : record)
    }

    private mutating func judge(_ record: Record) {
        var vehicle = vehicles[record.vin] ?? Vehicle()
        vehicle.records += 1
        var count = 0
        if case .vehicleData(let data) = record.content {
            count = data.data.count
            for datum in data.data { vehicle.data[datum.field.category, default: 0] += 1 }
        }
        let own = rules.rules(for: record.vin, history: vehicle.history)
        if let judgement = own.judge(record, &vehicle.tally) {
            vehicle.strippedData += judgement.strippedCount
            if judgement.rejectedBy != nil { vehicle.rejected += 1 }
            if judgement.strippedCount > 0, judgement.strippedCount == count { vehicle.emptied += 1 }
        }
        vehicles[record.vin] = vehicle
    }

    private static func source(_ vin: VIN) -> RecordSource {
        RecordSource(
            device: DeviceIdentity(vin: vin, deviceType: "vehicle_device"),
            connection: ConnectionID(loop: .max, slot: 0, generation: 0),
            socketID: ""
        )
    }

    /// Rules about the age of a record then find nothing.
    private static func receivedWhenMade(_ record: Record) -> Record {
        guard let createdAt = record.content.createdAt, createdAt.isValid else { return record }
        return Record(
            source: record.source,
            sequence: record.sequence,
            type: record.type,
            receivedAt: UnixMilliseconds(rawValue: createdAt.seconds * 1000 + Int64(createdAt.nanos) / 1_000_000),
            content: record.content,
            bytes: record.bytes,
            payloadCount: record.payloadCount
        )
    }

    // MARK: What came of it

    /// One line of the report: a rule that a vehicle's data of one category broke.
    package struct Row: Sendable, Hashable {
        package let vin: VIN
        /// Nil for whole records.
        package let category: FieldCategory?
        package let rule: RecordRule
        package let outcome: RecordFinding.Outcome
        package fileprivate(set) var count = 0
        /// How often each field was the one, by name; empty for whole records.
        package fileprivate(set) var fields: [String: Int] = [:]
    }

    /// By vehicle, category, rule and outcome.
    package var rows: [Row] {
        var rows: [Row] = []
        for (vin, vehicle) in vehicles.sorted(by: { $0.key.text < $1.key.text }) {
            var found: [String: Row] = [:]
            for (key, count) in vehicle.tally.counts {
                let category = key.field?.category
                let place =
                    "\(category.map { $0.rawValue + 1 } ?? 0) \(100 + Int(key.rule.rawValue)) \(key.outcome.rawValue)"
                var row = found[place] ?? Row(vin: vin, category: category, rule: key.rule, outcome: key.outcome)
                row.count += count
                if let field = key.field {
                    row.fields[field == FindingTally.unknownField ? "unknown" : field.name ?? "unknown", default: 0] +=
                        count
                }
                found[place] = row
            }
            rows += found.sorted { $0.key < $1.key }.map(\.value)
        }
        return rows
    }

    package var findings: Int { rows.reduce(0) { $0 + $1.count } }

    /// One JSON object, with its line feed.
    ///
    /// - Parameter damaged: pieces of the input that were no records.
    package func json(damaged: Int) -> [UInt8] {
        var json = JSONWriter(reservingCapacity: 4096)
        json.beginObject()
        json.member("records", vehicles.values.reduce(0) { $0 + $1.records })
        json.member("damaged", damaged)
        json.member("findings", findings)
        json.key("vehicles")
        json.beginArray()
        let rows = Dictionary(grouping: rows, by: \.vin)
        for (vin, vehicle) in vehicles.sorted(by: { $0.key.text < $1.key.text }) {
            write(vehicle, vin, rows[vin] ?? [], to: &json)
        }
        json.endArray()
        json.endObject()
        json.endLine()
        return json.take()
    }

    private func write(_ vehicle: Vehicle, _ vin: VIN, _ rows: [Row], to json: inout JSONWriter) {
        json.beginObject()
        json.member("vin", vin.text)
        json.member("records", vehicle.records)
        json.member("rejected", vehicle.rejected)
        json.member("emptied", vehicle.emptied)
        json.member("stripped_data", vehicle.strippedData)
        json.key("data")
        json.beginObject()
        for category in FieldCategory.allCases { json.member(category.name, vehicle.data[category] ?? 0) }
        json.endObject()
        json.key("findings")
        json.beginArray()
        for row in rows {
            json.beginObject()
            if let category = row.category { json.member("category", category.name) }
            json.member("rule", row.rule.name)
            json.member("outcome", row.outcome.name)
            json.member("count", row.count)
            if !row.fields.isEmpty {
                json.key("fields")
                json.beginObject()
                for (name, count) in row.fields.sorted(by: { $0.key < $1.key }) { json.member(name, count) }
                json.endObject()
            }
            json.endObject()
        }
        json.endArray()
        json.endObject()
    }
}
