import Dispatching
import TelemetryModel
import Testing

@Suite struct RecordFilterTests {
    private let speed = TestRecords.record(
        0,
        from: TestRecords.source("A"),
        content: .vehicleData(VehicleData(data: [Datum(field: .vehicleSpeed, value: .double(1))]))
    )
    private let alert = TestRecords.record(1, from: TestRecords.source("B"), type: .alerts)

    @Test func `an empty filter wants everything`() {
        #expect(RecordFilter().matches(speed) && RecordFilter().matches(alert))
    }

    @Test func `VIN, type and field each narrow`() {
        #expect(RecordFilter(vins: [VIN("A")]).matches(speed))
        #expect(!RecordFilter(vins: [VIN("A")]).matches(alert))
        #expect(RecordFilter(types: [.alerts]).matches(alert))
        #expect(!RecordFilter(types: [.alerts]).matches(speed))
        #expect(RecordFilter(fields: [.soc, .vehicleSpeed]).matches(speed))
        #expect(!RecordFilter(fields: [.soc]).matches(speed))
        #expect(!RecordFilter(fields: [.soc]).matches(alert))
        #expect(!RecordFilter(vins: [VIN("B")], types: [.vehicleData]).matches(speed))
    }

    @Test func `an empty set wants nothing`() {
        #expect(!RecordFilter(vins: []).matches(speed))
        #expect(!RecordFilter(fields: []).matches(speed))
    }
}
