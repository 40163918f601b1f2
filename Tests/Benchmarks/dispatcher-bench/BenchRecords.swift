internal import PayloadCodec
internal import TelemetryModel

/// Records like those of `fleet-bench`: 10 datums of all kinds of values.
enum BenchRecords {
    static let count = 4_096

    static func make() -> [Record] {
        var writer = PayloadWriter()
        return (0..<count).map { record($0, &writer) }
    }

    private static func record(_ sequence: Int, _ writer: inout PayloadWriter) -> Record {
        let vin = "5YJ3E1EA0KF\(100_000 + sequence % 1_000)"
        let number = Double(sequence)
        let content = RecordContent.vehicleData(
            VehicleData(
                data: [
                    Datum(field: .vehicleSpeed, value: .double(number / 7)),
                    Datum(field: .soc, value: .double(40 + number / 1_000)),
                    Datum(field: .odometer, value: .double(12_345.678 + number)),
                    Datum(field: .location, value: .location(latitude: 37.4 + number / 1e5, longitude: -122.1)),
                    Datum(field: Field(number: 6), value: .double(351.2 + number / 100)),
                    Datum(field: Field(number: 7), value: .double(-12.5)),
                    Datum(field: Field(number: 10), value: .choice(.shiftState, number: 4)),
                    Datum(field: Field(number: 64), value: .text("Model 3")),
                    Datum(field: Field(number: 59), value: .boolean(sequence % 2 == 0)),
                    Datum(field: Field(number: 85), value: .double(21.5)),
                ],
                createdAt: Timestamp(seconds: 1_795_219_200, nanos: 123_000_000),
                vin: vin
            )
        )
        return Record(
            source: RecordSource(
                device: DeviceIdentity(vin: VIN(vin), deviceType: "vehicle_device"),
                connection: ConnectionID(loop: 0, slot: UInt32(sequence % 1_000), generation: 1),
                socketID: "bench"
            ),
            sequence: UInt64(sequence),
            type: .vehicleData,
            receivedAt: UnixMilliseconds(rawValue: 1_795_219_200_456),
            content: content,
            payload: writer.bytes(of: content),
            txid: Array("txid-\(sequence)".utf8)
        )
    }
}
