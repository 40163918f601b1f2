import RecordEncoding
import TelemetryModel
import Testing

/// What standard mode shows and the reference doesn't: an explicit table.
@Suite struct StandardModeTests {
    struct Row: Sendable {
        var what: String
        var data: [Datum]
        /// The list of data in protojson.
        var protojson: String
        /// The members of the logger's data between `CreatedAt` or the like and `Vin`: fields only.
        var plain: String
        var verbose: String
    }

    static let rows: [Row] = [
        Row(
            what: "a field without a name",
            data: [Records.datum(Field(number: 9998), .text("x")), Records.datum(Field(number: -1), .int(2))],
            protojson: #"{"key":"Field_9998","value":{"stringValue":"x"}},{"key":"Field_-1","value":{"intValue":2}}"#,
            plain: #""Field_-1":2,"Field_9998":"x""#,
            verbose: #""Field_-1":{"intValue":2},"Field_9998":{"stringValue":"x"}"#
        ),
        Row(
            what: "several data of one field",
            data: [
                Records.datum(.soc, .float(1)), Records.datum(.odometer, .int(7)), Records.datum(.soc, .int(2)),
                Records.datum(.soc, .invalid(true)),
            ],
            protojson: #"{"key":"Soc","value":{"floatValue":1}},{"key":"Odometer","value":{"intValue":7}},"#
                + #"{"key":"Soc","value":{"intValue":2}},{"key":"Soc","value":{"invalid":true}}"#,
            plain: #""Odometer":7,"Soc":[1,2,"\u003cinvalid\u003e"]"#,
            verbose: #""Odometer":{"intValue":7},"Soc":[{"floatValue":1},{"intValue":2},{"invalid":true}]"#
        ),
        Row(
            what: "several data of one field without a name",
            data: [
                Records.datum(Field(number: 9999), .int(1)), Records.datum(Field(number: 9998), .int(2)),
                Records.datum(Field(number: 9999), .int(3)), Records.datum(Field(number: 10000), .int(4)),
            ],
            protojson: #"{"key":"Field_9999","value":{"intValue":1}},{"key":"Field_9998","value":{"intValue":2}},"#
                + #"{"key":"Field_9999","value":{"intValue":3}},{"key":"Field_10000","value":{"intValue":4}}"#,
            plain: #""Field_10000":4,"Field_9998":2,"Field_9999":[1,3]"#,
            verbose: #""Field_10000":{"intValue":4},"Field_9998":{"intValue":2},"#
                + #""Field_9999":[{"intValue":1},{"intValue":3}]"#
        ),
        Row(
            what: "the deprecated charging value",
            data: [Records.datum(.soc, .choice(.charging, number: 6))],
            protojson: #"{"key":"Soc","value":{"chargingValue":"ChargeStateStopped"}}"#,
            plain: #""Soc":"ChargeStateStopped""#,
            verbose: #""Soc":{"chargingValue":"ChargeStateStopped"}"#
        ),
        Row(
            what: "invalid: false",
            data: [Records.datum(.soc, .invalid(false))],
            protojson: #"{"key":"Soc","value":{"invalid":false}}"#,
            plain: #""Soc":{"invalid":false}"#,
            verbose: #""Soc":{"invalid":false}"#
        ),
        Row(
            what: "no value, and a value without a member",
            data: [Records.datum(.soc, .absent), Records.datum(.odometer, .empty)],
            protojson: #"{"key":"Soc","value":null},{"key":"Odometer","value":{}}"#,
            plain: #""Odometer":{},"Soc":null"#,
            verbose: #""Odometer":{},"Soc":null"#
        ),
        Row(
            what: "a value kind newer than this build: text \"hello\" in member 99, twice a number in member 98",
            data: [
                Records.datum(
                    .soc,
                    .empty,
                    DatumUnknown(
                        ofValue: [0x9A, 0x06, 5] + Array("hello".utf8) + [0x90, 0x06, 0x2A, 0x90, 0x06, 0xAC, 0x02]
                    )
                )
            ],
            protojson: #"{"key":"Soc","value":{"unknown_98":["Kg==","rAI="],"unknown_99":"aGVsbG8="}}"#,
            plain: #""Soc":{"unknown_98":["Kg==","rAI="],"unknown_99":"aGVsbG8="}"#,
            verbose: #""Soc":{"unknown_98":["Kg==","rAI="],"unknown_99":"aGVsbG8="}"#
        ),
        Row(
            what: "unknown members beside and inside a known value",
            data: [
                Records.datum(
                    .location,
                    .location(latitude: 1, longitude: 2),
                    DatumUnknown(ofDatum: [0x48, 0x01], ofValue: [0x98, 0x06, 0x02], ofMember: [0x1D, 0, 0, 128, 63])
                )
            ],
            protojson: #"{"key":"Location","value":{"locationValue":{"latitude":1,"longitude":2,"#
                + #""unknown_3":"AACAPw=="},"unknown_99":"Ag=="},"unknown_9":"AQ=="}"#,
            plain: #""Location":{"value":{"latitude":1,"longitude":2,"unknown_3":"AACAPw=="},"#
                + #""unknown_99":"Ag==","unknown_9":"AQ=="}"#,
            verbose: #""Location":{"locationValue":{"latitude":1,"longitude":2,"unknown_3":"AACAPw=="},"#
                + #""unknown_99":"Ag==","unknown_9":"AQ=="}"#
        ),
        Row(
            what: "an enum number newer than this build",
            data: [Records.datum(.soc, .choice(.shiftState, number: 777))],
            protojson: #"{"key":"Soc","value":{"shiftStateValue":777}}"#,
            plain: #""Soc":"777""#,
            verbose: #""Soc":{"shiftStateValue":"777"}"#
        ),
        Row(
            what: "numbers that are not finite",
            data: [
                Records.datum(.soc, .float(.nan)), Records.datum(.odometer, .double(-.infinity)),
                Records.datum(.location, .location(latitude: .infinity, longitude: 0)),
            ],
            protojson:
                #"{"key":"Soc","value":{"floatValue":"NaN"}},{"key":"Odometer","value":{"doubleValue":"-Infinity"}},"#
                + #"{"key":"Location","value":{"locationValue":{"latitude":"Infinity","longitude":0}}}"#,
            plain: #""Location":{"latitude":"Infinity","longitude":0},"Odometer":"-Infinity","Soc":"NaN""#,
            verbose: #""Location":{"locationValue":{"latitude":"Infinity","longitude":0}},"#
                + #""Odometer":{"doubleValue":"-Infinity"},"Soc":{"floatValue":"NaN"}"#
        ),
    ]

    @Test func `protojson shows everything`() throws {
        for row in Self.rows {
            let json = try text(RecordJSON.encode(Records.data(row.data), mode: .standard))
            let expected =
                #"{"data":["# + row.protojson + #"],"createdAt":"2023-11-14T22:13:20.123456789Z","vin":""#
                + Records.vin + #"","isResend":false}"#
            #expect(json == expected, "\(row.what)")
            #expect(try compact(json) == json)
        }
    }

    @Test func `the logger shows everything`() throws {
        for row in Self.rows {
            let record = Records.record(Records.data(row.data))
            for (isVerbose, fields) in [(false, row.plain), (true, row.verbose)] {
                let json = try text(LoggerEncoding(mode: .standard, isVerbose: isVerbose).data(record))
                var members = try Members.split(json)
                #expect(members.removeValue(forKey: "CreatedAt") == #""2023-11-14T22:13:20.123456789Z""#)
                #expect(members.removeValue(forKey: "IsResend") == "false")
                #expect(members.removeValue(forKey: "Vin") == #""\#(Records.vin)""#)
                #expect(try members == Members.split("{\(fields)}"), "\(row.what), verbose: \(isVerbose)")
            }
        }
    }

    @Test func `the logger sorts its names by their bytes`() throws {
        let record = Records.record(
            Records.data(
                [
                    Records.datum(Field(number: 5000), .int(1)), Records.datum(.vehicleSpeed, .int(2)),
                    Records.datum(Field(name: "DCDCEnable")!, .int(3)),
                    Records.datum(Field(name: "DCChargingPower")!, .int(4)),
                    Records.datum(Field(name: "Gear")!, .int(5)), Records.datum(Field(name: "FdWindow")!, .int(6)),
                ],
                unknown: [0x78, 0x01]
            )
        )
        #expect(
            try text(LoggerEncoding(mode: .standard).data(record))
                == #"{"CreatedAt":"2023-11-14T22:13:20.123456789Z","DCChargingPower":4,"DCDCEnable":3,"FdWindow":6,"#
                + #""Field_5000":1,"Gear":5,"IsResend":false,"VehicleSpeed":2,"#
                + #""Vin":"5YJ3E1EA7KF000316","unknown_15":"AQ=="}"#
        )
    }

    @Test func `moments that protojson can't express are written all the same`() throws {
        let table: [(Timestamp, String)] = [
            (Timestamp(seconds: 253_402_300_800, nanos: 0), "10000-01-01T00:00:00Z"),
            (Timestamp(seconds: .max, nanos: 0), "292277026596-12-04T15:30:07Z"),
            (Timestamp(seconds: .max, nanos: 1_000_000_000), "292277026596-12-04T15:30:07Z"),
            (Timestamp(seconds: 1_700_000_000, nanos: 1_000_000_000), "2023-11-14T22:13:21Z"),
            (Timestamp(seconds: 1_700_000_000, nanos: -1), "2023-11-14T22:13:19.999999999Z"),
            (Timestamp(seconds: -62_135_596_801, nanos: 0), "0000-12-31T23:59:59Z"),
            (Timestamp(seconds: -62_167_219_201, nanos: 0), "-0001-12-31T23:59:59Z"),
            (Timestamp(seconds: 951_782_400, nanos: 0), "2000-02-29T00:00:00Z"),
            (Timestamp(seconds: 4_107_542_400, nanos: 0), "2100-03-01T00:00:00Z"),
        ]
        for (moment, expected) in table {
            let content = Records.data([], createdAt: moment)
            let json = try text(RecordJSON.encode(content, mode: .standard))
            #expect(json == #"{"data":[],"createdAt":"\#(expected)","vin":"\#(Records.vin)","isResend":false}"#)
            if !moment.isValid {
                #expect(throws: RecordEncodingError.moment(moment, path: "createdAt")) {
                    try RecordJSON.encode(content, mode: .reference)
                }
            }
        }
        _ = try RecordJSON.encode(Records.data([], createdAt: Timestamp(seconds: .min, nanos: .min)), mode: .standard)
    }

    @Test func `an odd moment is named by its place`() throws {
        let odd = Timestamp(seconds: 0, nanos: -5)
        let alerts = VehicleAlerts(alerts: [.init(name: "a"), .init(name: "b", endedAt: odd)])
        #expect(throws: RecordEncodingError.moment(odd, path: "alerts[1].endedAt")) {
            try RecordJSON.check(.alerts(alerts))
        }
        let errors = VehicleErrors(errors: [.init(createdAt: odd, name: "e")])
        let record = Records.record(.errors(errors), type: .errors)
        #expect(throws: RecordEncodingError.moment(odd, path: "errors[0].createdAt")) {
            try record.protojson(.reference)
        }
        #expect("\(RecordEncodingError.moment(odd, path: "errors[0].createdAt"))".contains("errors[0].createdAt"))
    }

    @Test func `alerts and errors keep fractions and unknown fields`() throws {
        let alerts = VehicleAlerts(
            alerts: [
                .init(
                    name: "a<b",
                    audiences: [1, 9],
                    startedAt: Records.moment,
                    endedAt: Timestamp(seconds: -5, nanos: 7),
                    unknown: [0x28, 0x01]
                )
            ],
            createdAt: nil,
            vin: "v",
            unknown: [0x20, 0x03]
        )
        let record = Records.record(.alerts(alerts), type: .alerts)
        #expect(
            try text(record.protojson(.standard))
                == #"{"alerts":[{"name":"a<b","audiences":["Customer",9],"startedAt":"2023-11-14T22:13:20.123456789Z","#
                + #""endedAt":"1969-12-31T23:59:55.000000007Z","unknown_5":"AQ=="}],"#
                + #""createdAt":null,"vin":"v","unknown_4":"Aw=="}"#
        )
        #expect(
            try text(LoggerEncoding(mode: .standard).data(record))
                == #"[{"Audiences":["Customer","9"],"EndedAt":-4.999999993,"Name":"a\u003cb","#
                + #""StartedAt":1700000000.123456789,"unknown_5":"AQ=="}]"#
        )
        #expect(
            try text(LoggerEncoding(mode: .reference).data(record))
                == #"[{"Audiences":["Customer","9"],"EndedAt":-5,"Name":"a\u003cb","StartedAt":1700000000}]"#
        )
        let errors = VehicleErrors(errors: [
            .init(
                createdAt: Timestamp(seconds: 0, nanos: 500_000_000),
                name: "e",
                tags: [Tag(key: "é", value: "2"), Tag(key: "z", value: "1")],
                body: "b"
            )
        ])
        #expect(
            try text(LoggerEncoding(mode: .standard).data(Records.record(.errors(errors), type: .errors)))
                == #"[{"Body":"b","CreatedAt":0.500,"Name":"e","Tags":{"z":"1","é":"2"}}]"#
        )
        let before = VehicleErrors(errors: [.init(createdAt: Timestamp(seconds: -1, nanos: 500_000_000), name: "e")])
        #expect(
            try text(LoggerEncoding(mode: .standard).data(Records.record(.errors(before), type: .errors)))
                == #"[{"Body":"","CreatedAt":-0.500,"Name":"e","Tags":null}]"#
        )
    }

    @Test func `metrics and undecoded types are shown`() throws {
        let metrics = VehicleMetrics(
            metrics: [.init(name: "m", tags: [Tag(key: "k", value: "v")], value: 1.5)],
            createdAt: nil,
            vin: "v"
        )
        let type = RecordType(topic: "metrics")
        let record = Records.record(.metrics(metrics), type: type)
        #expect(
            try text(record.protojson(.standard))
                == #"{"metrics":[{"name":"m","tags":{"k":"v"},"value":1.5}],"createdAt":null,"vin":"v"}"#
        )
        #expect(
            try text(LoggerEncoding(mode: .standard).data(record)) == #"[{"Name":"m","Tags":{"k":"v"},"Value":1.5}]"#
        )
        #expect(throws: RecordEncodingError.undecodedType(type)) { try LoggerEncoding(mode: .reference).data(record) }

        let custom = Records.record(.opaque, type: RecordType(topic: "custom"), payload: [0, 1, 0xFF, 0xFE])
        #expect(try text(custom.protojson(.standard)) == #"{"base64":"AAH//g=="}"#)
        #expect(try custom.transmittedJSON(.standard) == [0, 1, 0xFF, 0xFE])
        #expect(try text(LoggerEncoding(mode: .standard).data(custom)) == #"{"base64":"AAH//g=="}"#)
    }

    @Test func `damaged unknown fields are kept whole and never stop the program`() throws {
        let damaged: [[UInt8]] = [
            [0xFF], [0x00, 0x01], [0x0A, 0x05, 1], [0x0B], [0x0B, 0x0B, 0x0C], [0x0F], [0x09, 1, 2],
            [UInt8](repeating: 0xFF, count: 20), [0x0A, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F],
        ]
        for bytes in damaged {
            let content = Records.data([Records.datum(.soc, .empty, DatumUnknown(ofValue: bytes))])
            let json = try text(RecordJSON.encode(content, mode: .standard))
            #expect(try compact(json).contains(#""unknown_0":""#), "\(bytes)")
        }
        // A group, with a field and another group inside, is the bytes between its tags.
        let group: [UInt8] = [0x0B, 0x10, 0x01, 0x1B, 0x1C, 0x0C]
        let content = Records.data([Records.datum(.soc, .empty, DatumUnknown(ofValue: group))])
        #expect(try text(RecordJSON.encode(content, mode: .standard)).contains(#"{"unknown_1":"EAEbHA=="}"#))
        for length in 0...group.count {
            let cut = Records.data([Records.datum(.soc, .empty, DatumUnknown(ofValue: Array(group.prefix(length))))])
            _ = try compact(text(RecordJSON.encode(cut, mode: .standard)))
        }
    }
}
