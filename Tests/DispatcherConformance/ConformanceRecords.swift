package import TelemetryModel

/// Records of a few vehicles in turn, each with a txid of its own.
package enum ConformanceRecords {
    /// Begins the txids of records that a rejecting sink refuses.
    package static let poison = "poison-"

    package static let vins = (0..<5).map { "5YJ3E1EA7LF00000\($0)" }

    /// - Parameter isPoisoned: whether a rejecting sink refuses it.
    package static func record(_ sequence: Int, isPoisoned: Bool = false) -> Record {
        let vin = vins[sequence % vins.count]
        let data = VehicleData(
            data: [
                Datum(field: .vehicleSpeed, value: .double(Double(sequence) / 2)),
                Datum(field: .soc, value: .int(Int32(truncatingIfNeeded: sequence))),
            ],
            createdAt: Timestamp(seconds: 1_700_000_000, nanos: 0),
            vin: vin
        )
        return Record(
            source: RecordSource(
                device: DeviceIdentity(vin: VIN(vin), deviceType: "vehicle_device"),
                connection: ConnectionID(loop: 0, slot: UInt32(sequence % vins.count), generation: 1),
                socketID: "socket-\(vin)"
            ),
            sequence: UInt64(sequence),
            type: .vehicleData,
            receivedAt: UnixMilliseconds(rawValue: 1_700_000_000_000 + Int64(sequence)),
            content: .vehicleData(data),
            payload: [1, 2, 3, UInt8(truncatingIfNeeded: sequence)],
            txid: Array("\(isPoisoned ? poison : "txid-")\(sequence)".utf8)
        )
    }
}

extension Record {
    var asInSink: SinkRecord { SinkRecord(vin: vin.text, txid: txidText) }
}
