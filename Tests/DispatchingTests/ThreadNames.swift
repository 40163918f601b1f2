import Dispatching
import Glibc
import LinuxSystem
import Synchronization

/// Notes on which threads its code runs, before and after it has really waited for something elsewhere.
final class ThreadNames: Dispatcher {
    private let seen = Mutex<Set<UInt>>([])

    var threads: Set<UInt> { seen.withLock { $0 } }

    private func note() {
        let thread = UInt(pthread_self())
        seen.withLock { _ = $0.insert(thread) }
    }

    func open() async throws(DispatcherFailure) { note() }

    func deliver(_ batch: RecordBatch) async -> DeliveryReport {
        note()
        // Not in Swift's pool: tests that block may hold all of its threads.
        await withCheckedContinuation { continuation in
            do {
                _ = try LoopThread(name: "elsewhere") { continuation.resume() }
            } catch {
                continuation.resume()
            }
        }
        note()
        return DeliveryReport(all: .delivered, of: batch)
    }

    func close() async { note() }
}
