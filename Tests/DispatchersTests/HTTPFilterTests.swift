import Dispatchers
import Dispatching
import Synchronization
import TelemetryModel
import Testing
import VehicleFixtures

@Suite struct HTTPFilterTests {
    private func record(
        _ number: Int,
        _ data: [(Field, Int32)],
        vin: String = "5YJ3E1EA7LF000001",
        type: RecordType = .vehicleData
    ) -> Record {
        let values = data.map { Datum(field: $0, value: .int($1)) }
        return TestRecords.record(
            number,
            vin: vin,
            type: type,
            content: .vehicleData(VehicleData(data: values, createdAt: Timestamp(seconds: 1, nanos: 0), vin: vin))
        )
    }

    /// The data of each request, in order.
    private func maps(_ requests: [TestWebServer.Request]) -> [String] {
        requests.map { request in
            let start = request.text.drop { $0 != ":" }.dropFirst()
            return String(start.prefix { $0 != "}" }) + "}"
        }
    }

    private func sent(
        _ records: [Record],
        _ change: (inout HTTPSettings.Filter) -> Void
    ) async throws -> [String] {
        let bench = HTTPBench(try TestWebServer { _ in .answer(200) }) {
            $0.format = .teslemetry
            change(&$0.filter)
        }
        return maps(try await bench.requests(for: records))
    }

    @Test func `only some vehicles and record types`() async throws {
        let records = [
            record(0, [(.soc, 1)]), record(1, [(.soc, 2)], vin: "5YJ3E1EA7LF000002"),
            record(2, [(.soc, 3)], type: .alerts),
        ]
        #expect(try await sent(records) { $0.vins = ["5YJ3E1EA7LF000002"] } == [#"{"Soc":2}"#])
        #expect(try await sent(records) { $0.recordTypes = ["alerts"] } == [#"{"Soc":3}"#])
    }

    @Test func `only some fields, and no record without any of them`() async throws {
        let records = [record(0, [(.soc, 1), (.odometer, 5)]), record(1, [(.odometer, 6)])]
        #expect(try await sent(records) { $0.fields = ["Soc"] } == [#"{"Soc":1}"#])
    }

    @Test func `only what has changed for the vehicle`() async throws {
        let other = "5YJ3E1EA7LF000002"
        let records = [
            record(0, [(.soc, 1), (.odometer, 5)]), record(1, [(.soc, 1)]), record(2, [(.soc, 2), (.odometer, 5)]),
            record(3, [(.soc, 2)], vin: other), record(4, [(.soc, 1)]),
        ]
        let expected = [#"{"Soc":1,"Odometer":5}"#, #"{"Soc":2}"#, #"{"Soc":2}"#, #"{"Soc":1}"#]
        #expect(try await sent(records) { $0.changedOnly = true } == expected)
    }

    @Test func `a change that did not arrive is still one`() async throws {
        let fails = Mutex(true)
        let server = try TestWebServer { _ in
            fails.withLock { fails in
                defer { fails = false }
                return .answer(fails ? 503 : 200)
            }
        }
        let bench = HTTPBench(server) {
            $0.format = .teslemetry
            $0.filter.changedOnly = true
        }
        try await bench.dispatcher.open()
        for _ in 0..<3 {
            _ = await bench.dispatcher.deliver(RecordBatch([record(0, [(.soc, 1)]), record(1, [(.soc, 1)])]))
        }
        await bench.dispatcher.close()
        #expect(maps(server.requests) == [#"{"Soc":1}"#, #"{"Soc":1}"#])
    }
}
