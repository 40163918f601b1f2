import TelemetryModel

/// Records with defaults for everything a test does not care about.
enum TestRecords {
    static func source(_ vin: String = "5YJ3E1EA7LF000001", loop: UInt16 = 0, slot: UInt32 = 0) -> RecordSource {
        RecordSource(
            device: DeviceIdentity(vin: VIN(vin), deviceType: "vehicle_device"),
            connection: ConnectionID(loop: loop, slot: slot, generation: 1),
            socketID: "socket-\(loop)-\(slot)"
        )
    }

    static func record(
        _ sequence: Int,
        from source: RecordSource = source(),
        type: RecordType = .vehicleData,
        payloadBytes: Int = 100,
        content: RecordContent = .opaque
    ) -> Record {
        Record(
            source: source,
            sequence: UInt64(sequence),
            type: type,
            receivedAt: UnixMilliseconds(rawValue: 1_700_000_000_000),
            content: content,
            payload: [UInt8](repeating: 7, count: payloadBytes),
            txid: Array("txid-\(sequence)".utf8)
        )
    }

    static func records(_ range: Range<Int>, from source: RecordSource = source()) -> [Record] {
        range.map { record($0, from: source) }
    }
}

extension Sequence where Element == Record {
    var sequences: [Int] { map { Int($0.sequence) } }
}
