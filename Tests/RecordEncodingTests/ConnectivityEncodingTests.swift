import Foundation
import RecordEncoding
import TelemetryFixtures
import TelemetryModel
import Testing

@Suite struct ConnectivityEncodingTests {
    /// The log lines of connectivity records in the corpus, with the record behind them put together again.
    private static func lines() throws -> [(data: [String: Any], metadata: [String: String])] {
        let cases = try JSONSerialization.jsonObject(with: Data(contentsOf: Fixtures.url("corpus/connectivity.json")))
        return try #require(cases as? [[String: Any]]).flatMap { test in
            (test["log"] as? [[String: Any]] ?? []).compactMap { line in
                guard let data = line["data"] as? [String: Any], data["ConnectionID"] != nil,
                    let metadata = line["metadata"] as? [String: String]
                else { return nil }
                return (data, metadata)
            }
        }
    }

    @Test func `the logger's data is the reference's`() throws {
        let lines = try Self.lines()
        #expect(lines.count > 30)
        let numbers = ["UNKNOWN": 0, "CONNECTED": 1, "DISCONNECTED": 2, "9": 9] as [String: Int32]
        for (data, metadata) in lines {
            let status = try #require(data["Status"] as? String)
            let event = VehicleConnectivity(
                vin: try #require(data["Vin"] as? String),
                connectionID: try #require(data["ConnectionID"] as? String),
                status: .init(number: try #require(numbers[status])),
                createdAt: Timestamp(seconds: try #require(data["CreatedAt"] as? Int64), nanos: 5),
                networkInterface: try #require(data["NetworkInterface"] as? String)
            )
            let record = Records.record(
                .connectivity(event),
                type: .connectivity,
                vin: event.vin,
                txid: Array(try #require(metadata["txid"]).utf8),
                clientVersion: try #require(metadata["device_client_version"])
            )
            let expected = try JSONSerialization.data(
                withJSONObject: data,
                options: [.sortedKeys, .withoutEscapingSlashes]
            )
            let ours = try LoggerEncoding(mode: .reference).data(record)
            let readBack = try JSONSerialization.jsonObject(with: Data(ours))
            #expect(
                try JSONSerialization.data(withJSONObject: readBack, options: [.sortedKeys, .withoutEscapingSlashes])
                    == expected
            )
            var entries = Dictionary(
                uniqueKeysWithValues: RecordMetadata(record).entries.map { ($0.key, $0.text) }
            )
            #expect(entries.removeValue(forKey: "receivedat") == "1795210443720")
            #expect(entries == metadata)
        }
    }

    @Test func `protojson has every member`() throws {
        let event = VehicleConnectivity(vin: "v", connectionID: "c", status: .connected, createdAt: nil)
        #expect(
            try text(RecordJSON.encode(.connectivity(event), mode: .reference))
                == #"{"vin":"v","connectionId":"c","status":"CONNECTED","createdAt":null,"networkInterface":""}"#
        )
        let odd = VehicleConnectivity(
            vin: "v",
            connectionID: "c",
            status: .init(number: 9),
            createdAt: Timestamp(seconds: 0, nanos: 1000),
            networkInterface: "wifi",
            unknown: [0x30, 0x05]
        )
        #expect(
            try text(RecordJSON.encode(.connectivity(odd), mode: .standard))
                == #"{"vin":"v","connectionId":"c","status":9,"createdAt":"1970-01-01T00:00:00.000001Z","#
                + #""networkInterface":"wifi","unknown_6":"BQ=="}"#
        )
    }
}
