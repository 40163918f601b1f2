internal import LinuxSystem
internal import Spooling
internal import Synchronization
internal import TelemetryModel

/// A dispatcher's way through the spool, as a lane's source: reads behind its cursor and moves it when the lane has
/// let go of records.
///
/// The spool holds the records of all dispatchers; those of types that this one does not get are passed over.
final class SpoolFeed: LaneSource {
    private let spool: Spool
    private let cursor: SpoolCursor
    private let types: [RecordType]
    private let signal: ThreadSignal
    private let deadline = Mutex<MonotonicTime?>(nil)

    /// - Parameter types: what `records` gives to the dispatcher.
    /// - Returns: nil when the spool was opened without naming the dispatcher.
    init?(_ spool: Spool, dispatcher: DispatcherName, types: [RecordType]) {
        let signal = ThreadSignal()
        guard let cursor = spool.cursor(for: dispatcher.text, wake: { signal.raise() }) else { return nil }
        self.spool = spool
        self.cursor = cursor
        self.types = types
        self.signal = signal
    }

    func next(_ desk: inout LaneDesk, _ settings: LaneSettings) -> LaneWork {
        do throws(SpoolFailure) {
            while let batch = try cursor.read(
                recordLimit: settings.batchRecordLimit,
                byteLimit: settings.batchByteLimit
            ) {
                if let mine = own(batch) { return .batch(mine) }
                cursor.advance(past: batch)
                if let deadline = drainDeadline, deadline <= .now { return .drained }
            }
            return drainDeadline == nil ? .nothing : .drained
        } catch {
            return .unreadable(DispatcherFailure(.unreachable, "spool: \(error)"))
        }
    }

    /// The batch without records of other dispatchers; nil when none is left.
    private func own(_ batch: SpoolBatch) -> LaneBatch? {
        let end = batch.end
        if batch.records.allSatisfy({ types.contains($0.type) }) {
            return LaneBatch(batch.records, bytes: batch.bytes, positions: batch.positions, end: end)
        }
        let kept = batch.records.indices.filter { types.contains(batch.records[$0].type) }
        guard !kept.isEmpty else { return nil }
        let records = kept.map { batch.records[$0] }
        return LaneBatch(
            records,
            bytes: records.transportedBytes,
            positions: kept.map { batch.positions[$0] },
            end: end
        )
    }

    func pause(until moment: MonotonicTime?) {
        signal.wait(until: moment)
    }

    func finish(_ batch: LaneBatch, rest: LaneBatch?) -> Bool {
        if let rest, let position = rest.positions.first {
            cursor.advance(to: position, lastReceivedAt: rest.records[0].receivedAt)
        } else {
            cursor.advance(to: batch.endPosition, lastReceivedAt: batch.records.last?.receivedAt)
        }
        // Room comes with whole segments that go, and the spool tells.
        return false
    }

    func drain(until deadline: MonotonicTime) {
        self.deadline.withLock { $0 = deadline }
        signal.raise()
    }

    var drainDeadline: MonotonicTime? { deadline.withLock { $0 } }

    func close() {}

    var depth: LaneDepth {
        let lag = cursor.lag
        return LaneDepth(records: lag.records, lagSeconds: lag.seconds)
    }

    var keepsRecords: Bool { true }
}
