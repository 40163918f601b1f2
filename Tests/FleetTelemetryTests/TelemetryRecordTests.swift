import FleetTelemetry
import TelemetryModel
import Testing
import VehicleFixtures

/// What a program sees of a record, after its way over a real connection.
struct TelemetryRecordTests {
    /// Sends records as a vehicle does, and returns what comes out of the queue.
    private func received(
        queue: String = "{}",
        _ send: (TestVehicle) throws -> Int
    ) throws -> [TelemetryRecord] {
        let site = try TestSite()
        let receiver = try Receiver(
            configuration: .json(
                site.configuration(
                    records: #"{"V": ["queue"], "alerts": ["queue"], "errors": ["queue"]}"#,
                    more: #", "queue": \#(queue)"#
                )
            )
        )
        let stream = try receiver.records()
        try receiver.start()
        let count = try send(try site.vehicle())
        let records = (0..<count).compactMap { _ in stream.next(timeout: .seconds(20)) }
        receiver.stop()
        return records
    }

    @Test func `the queue's view types and converts values, and keeps what was sent`() throws {
        let queue = """
            {"values": {"legacy_text": "typed", "units": "metric", "enum_names": "bare", "keep_raw": true},
             "location": {"decimals": 1}}
            """
        let data: [TelemetryModel.Datum] = [
            .init(field: .vehicleSpeed, value: .text("60")), .init(field: Field(number: 10), value: .text("D")),
            .init(field: .soc, value: .double(50)),
            .init(field: .location, value: .location(latitude: 48.189092, longitude: 9.904677)),
        ]
        let records = try received(queue: queue) { vehicle in
            try vehicle.send(TestSite.frame("tx-1", .vehicleData(.init(data: data))))
            return 1
        }
        let record = try #require(records.first)
        #expect(record["VehicleSpeed"] == .double(96.56064))
        #expect(record["Gear"] == .choice(name: "D", number: 5, kind: "ShiftState"))
        #expect(record["Location"] == .location(latitude: 48.2, longitude: 9.9))
        #expect(record.data.map(\.raw) == [.text("60"), .text("D"), nil, nil])
        #expect(!record.json.contains("48.189") && !record.jsonLine.contains("48.189"))
    }

    @Test func `everything that is known of a record`() throws {
        let records = try received { vehicle in
            try vehicle.send(TestSite.frame("tx-1", .vehicleData(SampleContent.vehicleData)))
            return 1
        }
        let record = try #require(records.first)
        #expect(record.vin == TestSite.vin)
        #expect(record.type == .vehicleData)
        #expect(record.txid == "tx-1")
        #expect(record.receivedAt > Moment(seconds: 1_700_000_000, nanoseconds: 0))
        #expect(record.createdAt == Moment(seconds: 1_700_000_000, nanoseconds: 123_000_000))
        #expect(record.createdAt?.secondsSince1970 == 1_700_000_000.123)
        #expect(record.isResend)
        #expect(record.clientVersion == "1.2.0")
        #expect(record.networkInterface == "wifi")
        #expect(!record.connectionID.isEmpty)
        #expect(!record.payload.isEmpty)
        #expect(record.json.hasPrefix(#"{"data":[{"key":"VehicleName","value":{"stringValue":"Zugvogel"}},"#))
        #expect(
            record.jsonLine.hasPrefix(#"{"vin":"\#(TestSite.vin)","record_type":"V","txid":"tx-1","received_at":1"#)
        )
        #expect(record.jsonLine.contains(record.json))
        #expect(record.alerts.isEmpty && record.errors.isEmpty && record.connectionEvent == nil)
        checkValues(record)
    }

    @Test func `what rules found travels with the record, where the queue is asked to tell`() throws {
        for (setting, expected) in [("true", ["stripped", "observed"]), ("false", [])] {
            let site = try TestSite()
            let receiver = try Receiver(
                configuration: .json(
                    site.configuration(
                        more: #", "queue": {"include_findings": \#(setting)}, "validation": {"mode": "off", "#
                            + #""rules": {"unknown_field": "enforce", "value_kind": "observe"}}"#
                    )
                )
            )
            let stream = try receiver.records()
            try receiver.start()
            let vehicle = try site.vehicle()
            try vehicle.send(TestSite.frame("tx-1", .vehicleData(SampleContent.vehicleData)))
            let record = try #require(stream.next(timeout: .seconds(20)))
            receiver.stop()
            #expect(record.data.map(\.field) == SampleContent.values.map(\.field))
            let found = record.findings.filter { $0.field == "Field_9999" || $0.field == SampleContent.values[1].field }
            #expect(Set(found.map(\.outcome)).isSubset(of: Set(expected)))
            #expect(
                record.findings.contains { $0.rule == "unknown_field" && $0.field == "Field_9999" } == !expected.isEmpty
            )
        }
    }

    private func checkValues(_ record: TelemetryRecord) {
        #expect(record.data.map(\.field) == SampleContent.values.map(\.field) + ["Field_9999"])
        #expect(record.data.last?.number == 9999)
        #expect(
            record.data.map(\.value) == [
                .text("Zugvogel"), .text("71.5"), .int(-31), .long(1 << 40), .float(18.5), .double(94134.4),
                .flag(true),
                .location(latitude: 51.5, longitude: -8.25),
                .choice(name: "ShiftStateN", number: 4, kind: "ShiftState"),
                .choice(name: nil, number: 99, kind: "ChargingState"), .doors([.driverFront, .trunkRear]),
                .tires([.rearLeft]), .time(hour: 7, minute: 5, second: 9), .invalid, .int(1),
            ]
        )
        #expect(record["Soc"]?.number == 71.5)
        #expect(record["Odometer"]?.number == 94134.4)
        #expect(record["ModuleTempMax"]?.number == 18.5)
        #expect(record["Gear"]?.text == "ShiftStateN")
        #expect(record["VehicleName"]?.text == "Zugvogel")
        #expect(record["VehicleName"]?.number == nil)
        #expect(record["Locked"]?.flag == true)
        #expect(record["VehicleSpeed"] == .invalid)
        #expect(record["VehicleSpeed"]?.number == nil)
        #expect(record["InsideTemp"] == nil)
        #expect(record["NoSuchField"] == nil)
    }

    @Test func `alerts and errors`() throws {
        let records = try received { vehicle in
            try vehicle.send(TestSite.frame("a", .alerts(SampleContent.alerts), topic: "alerts"))
            try vehicle.send(TestSite.frame("e", .errors(SampleContent.errors), topic: "errors"))
            return 2
        }
        #expect(records.map(\.type) == [.alerts, .errors])
        let alerts = records[0].alerts
        #expect(alerts.map(\.name) == ["APP_w009", "VCFRONT_a1"])
        #expect(alerts[0].audiences == ["Customer", "ServiceFix", "77"])
        #expect(alerts[0].startedAt == Moment(seconds: 10, nanoseconds: 0))
        #expect(alerts[0].endedAt == Moment(seconds: 20, nanoseconds: 1))
        #expect(alerts[1].endedAt == nil)
        #expect(records[0].createdAt?.seconds == 40)
        #expect(records[0].data.isEmpty)
        let fault = try #require(records[1].errors.first)
        #expect(fault.name == "cloud_error")
        #expect(fault.body == "it failed")
        #expect(fault.tags == ["a": "1", "b": "2"])
        #expect(fault.createdAt?.seconds == 50)
    }
}
