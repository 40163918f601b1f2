package import Dispatching
internal import HTTPClient
internal import LinuxSystem
internal import Synchronization
internal import TelemetryModel

/// Sends records to a web endpoint.
///
/// Vehicles are divided among as many threads as there are connections, by their VINs, so that the records of each
/// arrive in order however many requests are on their way.
package final class HTTPDispatcher: Dispatcher {
    private struct Crew: Sendable {
        let endpoint: HTTPEndpoint
        let workers: [HTTPWorker]
    }

    private let settings: HTTPSettings
    private let context: DispatcherContext
    private let crew = Mutex<Crew?>(nil)

    package init(_ settings: HTTPSettings, _ context: DispatcherContext) {
        self.settings = settings
        self.context = context
    }

    package func open() async throws(DispatcherFailure) {
        await close()
        let endpoint = try HTTPEndpoint(settings, context)
        let failure = await withTaskCancellationHandler {
            Self.greet(endpoint)
        } onCancel: {
            endpoint.cancel()
        }
        if let failure { throw failure }
        var workers: [HTTPWorker] = []
        do throws(SystemCallError) {
            for number in 0..<settings.connections { workers.append(try HTTPWorker(endpoint, number: number)) }
        } catch {
            for worker in workers { worker.end() }
            throw DispatcherFailure(.full, "no more threads (\(error.reason)); lower connections, or raise ulimit -u")
        }
        crew.withLock { $0 = Crew(endpoint: endpoint, workers: workers) }
    }

    /// Connects and leaves: what can be known without sending anything.
    private static func greet(_ endpoint: HTTPEndpoint) -> DispatcherFailure? {
        do throws(HTTPClientError) {
            try endpoint.makeClient().connect()
            return nil
        } catch {
            return error.failure(at: endpoint.address.origin)
        }
    }

    package func deliver(_ batch: RecordBatch) async -> DeliveryReport {
        guard let crew = crew.withLock({ $0 }) else {
            return DeliveryReport(all: .retry(DispatcherFailure(.faulty, "it is not open")), of: batch)
        }
        if let hindrance = crew.endpoint.hindrance { return DeliveryReport(all: .retry(hindrance), of: batch) }
        return await withTaskCancellationHandler {
            Self.deliver(batch, crew)
        } onCancel: {
            crew.endpoint.cancel()
        }
    }

    private static func deliver(_ batch: RecordBatch, _ crew: Crew) -> DeliveryReport {
        let count = crew.workers.count
        var places = Array(repeating: [Int](), count: count)
        for (index, record) in batch.records.enumerated() { places[share(record.vin, of: count)].append(index) }
        let busy = (0..<count).filter { !places[$0].isEmpty }
        for number in busy { crew.workers[number].begin(places[number].map { batch.records[$0] }) }
        var outcomes = Array(repeating: DeliveryReport.Outcome.delivered, count: batch.records.count)
        for number in busy {
            for (index, outcome) in zip(places[number], crew.workers[number].finish()) { outcomes[index] = outcome }
        }
        return outcomes.allSatisfy { $0 == .delivered }
            ? DeliveryReport(all: .delivered, of: batch) : DeliveryReport(outcomes)
    }

    /// Which connection a vehicle keeps to. FNV-1a: Swift's own hashes differ from start to start, and a vehicle's
    /// requests in an endpoint's log should not.
    static func share(_ vin: VIN, of count: Int) -> Int {
        let hash = vin.text.utf8.reduce(UInt64(0xcbf2_9ce4_8422_2325)) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01b3 }
        return Int(hash % UInt64(count))
    }

    package func close() async {
        let crew = crew.withLock { crew in
            defer { crew = nil }
            return crew
        }
        for worker in crew?.workers ?? [] { worker.end() }
    }
}
