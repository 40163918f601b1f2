package import TelemetryModel

/// What a dispatcher is called in `records` of the configuration, e.g. `file` or `http:home`.
package struct DispatcherName: Sendable, Hashable, CustomStringConvertible {
    package let text: String

    package init(_ text: String) {
        self.text = text
    }

    package var description: String { text }
}

/// A place records go: a file, a web endpoint, a broker.
///
/// A dispatcher moves bytes and says how it went. It does not queue, retry, count, ack or log:
/// its lane does that, the same way for all of them.
///
/// All calls come from the lane's own thread, so a dispatcher may block there; it delays nobody else.
/// Calls never overlap.
package protocol Dispatcher: Sendable {
    /// Connects and proves that the destination will take records. Called before any delivery, and again with
    /// growing pauses for as long as it throws.
    func open() async throws(DispatcherFailure)

    /// Hands over a batch. Returns when the destination has taken responsibility, or has not.
    ///
    /// Records of one VIN stay in order only if a dispatcher that answers `retry` for one of them delivers none
    /// of the later ones in the same batch. The lane cancels the surrounding task when the time for draining is
    /// over; a dispatcher that waits then answers `retry` for what it still holds.
    func deliver(_ batch: RecordBatch) async -> DeliveryReport

    /// Lets go of the destination: flushes and closes. Safe to call twice, and without `open`.
    func close() async

    /// Opens anew what may have been moved away, e.g. by a program that rotates log files, before the next delivery at
    /// the latest. Called from any thread, at any time; never waits. Most have nothing to do.
    func reopen()
}

extension Dispatcher {
    package func reopen() {}
}

/// Records for one delivery, oldest first. Never empty.
package struct RecordBatch: Sendable {
    package let records: [Record]

    package init(_ records: [Record]) {
        precondition(!records.isEmpty, "a batch holds at least one record")
        self.records = records
    }
}

/// Why a dispatcher did not take a record, or could not open.
package struct DispatcherFailure: Error, Sendable, Hashable {
    /// Few and fixed, because they become a metric label.
    package enum Code: String, Sendable, CaseIterable {
        case unreachable
        case timedOut = "timed_out"
        case unauthorised
        case refused
        case tooLarge = "too_large"
        /// The destination has no room now: a disk, a queue, a quota.
        case full
        /// The destination exists but can't be written: permissions, wrong kind of file, closed stream.
        case unwritable
        /// The record can't be expressed in the destination's format.
        case unencodable
        /// The dispatcher broke its contract, e.g. reported on fewer records than it was given.
        case faulty
    }

    package let code: Code
    /// For people: what failed, where, why, and what to do. Never a payload, never a secret.
    package let detail: String
    /// How long the destination wants to be left alone; nil leaves the pause to the lane.
    package let retryMilliseconds: Int?

    package init(_ code: Code, _ detail: String, retryMilliseconds: Int? = nil) {
        self.code = code
        self.detail = detail
        self.retryMilliseconds = retryMilliseconds
    }
}
