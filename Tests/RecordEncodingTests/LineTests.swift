import Foundation
import RecordEncoding
import TelemetryModel
import Testing

@Suite struct LineTests {
    static let drive = Records.record(
        Records.data([
            Records.datum(.soc, .float(71.25)),
            Records.datum(Field(name: "VehicleName")!, .text("a <b> \"c\"\né\u{202E}")),
            Records.datum(.location, .location(latitude: 1e-5, longitude: -1e21)),
        ]),
        txid: Array("t".utf8)
    )

    @Test func `a JSON line has the reference's keys in order`() throws {
        let line = try LoggerEncoding(mode: .reference)
            .line(Self.drive, .json, time: Timestamp(seconds: 1_795_210_443, nanos: 720_000_100))
        #expect(
            text(line)
                == #"{"activity":true,"context":"fleet-telemetry","data":{"CreatedAt":"2023-11-14T22:13:20Z","#
                + #""IsResend":false,"Location":{"latitude":0.00001,"longitude":-1e+21},"Soc":71.25,"#
                + #""VehicleName":"a \u003cb\u003e \"c\"\né"# + "\u{202E}" + #"","Vin":"5YJ3E1EA7KF000316"},"#
                + #""level":"info","metadata":{"device_client_version":"1.2.0","receivedat":"1795210443720","#
                + #""timestamp":"0","txid":"t","txtype":"V","version":"0","vin":"5YJ3E1EA7KF000316"},"#
                + #""msg":"record_payload","time":"2026-11-20T21:34:03.7200001Z","vin":"5YJ3E1EA7KF000316"}"#
        )
    }

    @Test func `a text line is Go's`() throws {
        let line = try LoggerEncoding(mode: .reference, isVerbose: true)
            .line(Self.drive, .text, time: Timestamp(seconds: 1_795_210_443, nanos: 0))
        #expect(
            text(line)
                == #"time="2026-11-20T21:34:03Z" level=info msg=record_payload activity=true context=fleet-telemetry "#
                + #"data="map[CreatedAt:2023-11-14T22:13:20Z IsResend:false "#
                + #"Location:map[locationValue:map[latitude:1e-05 longitude:-1e+21]] Soc:map[floatValue:71.25] "#
                + #"VehicleName:map[stringValue:a <b> \"c\"\né\u202e] Vin:5YJ3E1EA7KF000316]" "#
                + #"metadata="map[device_client_version:1.2.0 receivedat:1795210443720 timestamp:0 txid:t txtype:V "#
                + #"version:0 vin:5YJ3E1EA7KF000316]" vin=5YJ3E1EA7KF000316"#
        )
    }

    @Test func `text lines print lists, nothing and odd numbers as Go does`() throws {
        let logger = LoggerEncoding(mode: .reference)
        let alerts = VehicleAlerts(alerts: [
            .init(name: "a", audiences: [1, 2], startedAt: Records.moment), .init(name: ""),
        ])
        let line = try text(
            logger.line(Records.record(.alerts(alerts), type: .alerts, vin: "a b"), .text, time: Records.moment)
        )
        #expect(
            line.contains(
                #" data="[map[Audiences:[Customer Service] Name:a StartedAt:1700000000] map[Audiences:[] Name:]]" "#
            )
        )
        #expect(line.hasSuffix(#" vin="a b""#))

        let errors = VehicleErrors(errors: [.init(name: "e", tags: [Tag(key: "k", value: "v")]), .init(name: "f")])
        #expect(
            try text(logger.line(Records.record(.errors(errors), type: .errors), .text, time: Records.moment))
                .contains(#" data="[map[Body: Name:e Tags:map[k:v]] map[Body: Name:f Tags:map[]]]" "#)
        )
        let odd = Records.record(
            Records.data([
                Records.datum(.soc, .double(.nan)), Records.datum(.odometer, .float(.infinity)),
                Records.datum(.vehicleSpeed, .absent), Records.datum(.location, .doors([.trunkRear])),
                Records.datum(Field(name: "VehicleName")!, .text("\u{07}\u{0B}\u{7F}\u{A0}\u{E0001}\\")),
            ])
        )
        let printed = try text(LoggerEncoding(mode: .standard).line(odd, .text, time: Records.moment))
        #expect(printed.contains("Soc:NaN "))
        #expect(printed.contains("Odometer:+Inf "))
        #expect(printed.contains("VehicleSpeed:<nil> "))
        #expect(printed.contains("TrunkFront:false TrunkRear:true]"))
        #expect(printed.contains(#"VehicleName:\a\v\x7f\u00a0\U000e0001\\ "#))
    }

    @Test func `a txid of any bytes is readable`() throws {
        let record = Records.record(Records.data([]), txid: [0x00, 0xFF, 0x3C])
        let metadata = RecordMetadata(record)
        #expect(
            metadata.entries.map(\.key)
                == ["device_client_version", "receivedat", "timestamp", "txid", "txtype", "version", "vin"]
        )
        #expect(metadata.entries[3].text == "\u{0}\u{FFFD}<")
        let line = try text(LoggerEncoding(mode: .standard).line(record, .json, time: Records.moment))
        #expect(line.contains(#""txid":"\u0000"# + "\u{FFFD}" + #"\u003c""#))
        #expect(text(FileLine.encode(record, mode: .standard)).contains(#""txid":"\u0000"# + "\u{FFFD}" + #"<""#))
    }

    @Test func `a file line holds the record and how it came`() throws {
        let record = Records.record(Records.data([Records.datum(.soc, .float(71.25))]))
        #expect(
            text(FileLine.encode(record, mode: .standard))
                == #"{"vin":"5YJ3E1EA7KF000316","record_type":"V","txid":"tx-1","received_at":1795210443720,"#
                + #""device_client_version":"1.2.0","payload":{"data":[{"key":"Soc","value":{"floatValue":71.25}}],"#
                + #""createdAt":"2023-11-14T22:13:20.123456789Z","vin":"5YJ3E1EA7KF000316","isResend":false}}"#
        )
        let custom = Records.record(.opaque, type: RecordType(topic: "custom"), payload: Array("hi!".utf8))
        #expect(text(FileLine.encode(custom, mode: .reference)).hasSuffix(#""payload":{"base64":"aGkh"}}"#))
        let odd = Records.record(Records.data([], createdAt: Timestamp(seconds: 253_402_300_800, nanos: 0)))
        #expect(text(FileLine.encode(odd, mode: .reference)).contains(#""createdAt":"10000-01-01T00:00:00Z""#))
    }

    @Test func `the flat form is Teslemetry's`() throws {
        let content = RecordContent.vehicleData(
            VehicleData(
                data: [
                    Records.datum(.vehicleSpeed, .text("1")),
                    Records.datum(.location, .location(latitude: 30.2226645, longitude: -97.6213806)),
                    Records.datum(.vehicleSpeed, .text("34.797")), Records.datum(.soc, .invalid(true)),
                    Records.datum(.odometer, .long(5_000_000_000)), Records.datum(Field(number: 9998), .boolean(true)),
                    Records.datum(Field(name: "Gear")!, .choice(.shiftState, number: 2)),
                    Records.datum(Field(name: "DoorState")!, .doors([.driverFront])),
                    Records.datum(Field(name: "TpmsSoftWarnings")!, .tires([.semiRearAxleRight2])),
                    Records.datum(Field(name: "Version")!, .empty, DatumUnknown(ofValue: [0x98, 0x06, 0x02])),
                ],
                createdAt: Timestamp(seconds: 1_708_750_724, nanos: 0),
                vin: "LRW3"
            )
        )
        #expect(
            text(FlatJSON.encode(Records.record(content)))
                == #"{"data":{"Location":{"latitude":30.2226645,"longitude":-97.6213806},"VehicleSpeed":"34.797","#
                + #""Soc":null,"Odometer":5000000000,"Field_9998":true,"Gear":"ShiftStateP","#
                + #""DoorState":{"DriverFront":true,"DriverRear":false,"PassengerFront":false,"PassengerRear":false,"#
                + #""TrunkFront":false,"TrunkRear":false},"#
                + #""TpmsSoftWarnings":{"front_left":false,"front_right":false,"rear_left":false,"rear_right":false,"#
                + #""semi_middle_axle_left_2":false,"semi_middle_axle_right_2":false,"semi_rear_axle_left":false,"#
                + #""semi_rear_axle_right":false,"semi_rear_axle_left_2":false,"semi_rear_axle_right_2":true},"#
                + #""Version":{"unknown_99":"Ag=="}},"createdAt":"2024-02-24T04:58:44.000Z","vin":"LRW3"}"#
        )
        let without = RecordContent.vehicleData(VehicleData(data: [], vin: "v"))
        #expect(
            text(FlatJSON.encode(Records.record(without)))
                == #"{"data":{},"createdAt":"2026-11-20T21:34:03.720Z","vin":"v"}"#
        )
    }

    @Test func `random moments are written as Foundation writes them`() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        srand48(Int(truncatingIfNeeded: seed))
        let formatter = ISO8601DateFormatter()
        for _ in 0..<2000 {
            // Foundation switches calendars in 1582.
            let seconds = Int64(drand48() * 264e9) - 12_000_000_000
            let expected = formatter.string(from: Date(timeIntervalSince1970: TimeInterval(seconds)))
            guard seconds <= 253_402_300_799 else { continue }
            let json = try text(
                RecordJSON.encode(Records.data([], createdAt: Timestamp(seconds: seconds, nanos: 0)), mode: .reference)
            )
            #expect(json.contains("\"createdAt\":\"\(expected)\""), "seed \(seed)")
        }
    }

    @Test func `a record is encoded once`() throws {
        let first = try Self.drive.protojson(.standard)
        #expect(try Self.drive.protojson(.standard) == first)
    }
}
