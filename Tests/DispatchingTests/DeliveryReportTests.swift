import Testing

@testable import Dispatching

@Suite struct DeliveryReportTests {
    private let batch = RecordBatch(TestRecords.records(0..<3))
    private let failure = DispatcherFailure(.full, "disk")

    @Test func `one outcome for all reads like one for each`() {
        #expect(DeliveryReport(all: .delivered, of: batch).outcomes == [.delivered, .delivered, .delivered])
        #expect(DeliveryReport(all: .retry(failure), of: batch).outcome(at: 2) == .retry(failure))
    }

    @Test func `a delivered first part`() {
        #expect(DeliveryReport(delivered: 0, rest: .retry(failure), of: batch).outcome(at: 0) == .retry(failure))
        #expect(
            DeliveryReport(delivered: 2, rest: .retry(failure), of: batch).outcomes
                == [.delivered, .delivered, .retry(failure)]
        )
        #expect(DeliveryReport(delivered: 3, rest: .retry(failure), of: batch).isDelivered(of: 3))
    }

    @Test func `only a report on all records counts as delivered at once`() {
        #expect(DeliveryReport(all: .delivered, of: batch).isDelivered(of: 3))
        #expect(!DeliveryReport(all: .delivered, of: batch).isDelivered(of: 4))
        #expect(!DeliveryReport([.delivered, .delivered, .delivered]).isDelivered(of: 3))
    }

    @Test func `records beyond the report are kept and the dispatcher is blamed`() {
        guard case .retry(let reason) = DeliveryReport([.delivered]).outcome(at: 1) else {
            Issue.record("not kept")
            return
        }
        #expect(reason.code == .faulty)
    }
}
