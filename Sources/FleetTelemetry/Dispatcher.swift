internal import Dispatching
internal import RecordEncoding

/// A place where records go, written by the program that embeds the receiver.
///
/// Register it under a name of your own with ``Receiver/init(configuration:dispatchers:)`` and name it in `records`:
/// `"records": {"V": ["mine"]}`. A dispatcher moves records and says how that went. The receiver does the rest in
/// front of it, the same way as for its own dispatchers: a bounded buffer, batches, trying again with growing pauses,
/// metrics, and acks. Vehicles get theirs when ``deliver(_:)`` has said `delivered`.
///
/// All calls come from one thread of the dispatcher's own and never overlap, so it may block; it delays nobody else
/// until its buffer is full.
public protocol Dispatcher: Sendable {
    /// Connects, and proves that records will be taken. Called before the first delivery, and again with growing
    /// pauses for as long as it throws. Throw a ``DispatchFailure`` to say what kind of trouble it is.
    ///
    /// There is a default that does nothing.
    func open() async throws

    /// Hands over records, oldest first, at least one.
    ///
    /// Returns when the destination has taken responsibility, or has not. To keep the records of one vehicle in order,
    /// deliver none behind one that you answer with `retry`. The surrounding task is cancelled when the time for
    /// stopping is over; answer `retry` then for what you still hold.
    ///
    /// - Returns: one outcome per record, in the order of the records.
    func deliver(_ records: [TelemetryRecord]) async -> [DispatchOutcome]

    /// Flushes, and lets go of the destination. May be called twice, and without ``open()``.
    ///
    /// There is a default that does nothing.
    func close() async
}

extension Dispatcher {
    /// Does nothing.
    public func open() async throws {}
    /// Does nothing.
    public func close() async {}
}

/// What became of one record.
public enum DispatchOutcome: Sendable, Hashable {
    /// The destination has it. The ack may go out.
    case delivered
    /// Not now. It is handed over again later.
    case retry(DispatchFailure)
    /// Never. The record goes to the dead letters; it is not acked when they cannot keep it.
    case rejected(DispatchFailure)
}

/// Why a dispatcher did not take a record, or could not open.
public struct DispatchFailure: Error, Sendable, Hashable, CustomStringConvertible {
    /// Few and fixed, because they become a label of the metrics.
    public enum Code: Sendable, Hashable {
        case unreachable, timedOut, unauthorised, refused, tooLarge
        /// The destination has no room now: a disk, a queue, a quota.
        case full
        /// The destination exists, and cannot be written to.
        case unwritable
        /// The record cannot be expressed in the destination's format.
        case unencodable
    }

    /// What kind of trouble it is.
    public let code: Code
    /// For people: what failed, where, why, and what to do. Never a secret.
    public let detail: String

    /// - Parameter detail: see ``detail``.
    public init(_ code: Code, _ detail: String) {
        self.code = code
        self.detail = detail
    }

    /// The same as ``detail``.
    public var description: String { detail }
}

/// Gives a program's dispatcher the shape that lanes work with.
struct BridgedDispatcher: Dispatching.Dispatcher {
    let dispatcher: any Dispatcher
    let mode: EncodingMode

    func open() async throws(DispatcherFailure) {
        do {
            try await dispatcher.open()
        } catch let failure as DispatchFailure {
            throw DispatcherFailure(failure)
        } catch {
            throw DispatcherFailure(.unreachable, "\(error)")
        }
    }

    func deliver(_ batch: RecordBatch) async -> DeliveryReport {
        let outcomes = await dispatcher.deliver(batch.records.map { TelemetryRecord(record: $0, mode: mode) })
        return DeliveryReport(
            outcomes.map { outcome in
                switch outcome {
                case .delivered: .delivered
                case .retry(let failure): .retry(DispatcherFailure(failure))
                case .rejected(let failure): .rejected(DispatcherFailure(failure))
                }
            }
        )
    }

    func close() async {
        await dispatcher.close()
    }
}

extension DispatcherFailure {
    fileprivate init(_ failure: DispatchFailure) {
        let code: Code =
            switch failure.code {
            case .unreachable: .unreachable
            case .timedOut: .timedOut
            case .unauthorised: .unauthorised
            case .refused: .refused
            case .tooLarge: .tooLarge
            case .full: .full
            case .unwritable: .unwritable
            case .unencodable: .unencodable
            }
        self.init(code, failure.detail)
    }
}
