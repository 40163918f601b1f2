package import ConfigurationSchema
package import Dispatching
internal import JSONText
package import LinuxSystem
package import RecordEncoding
internal import Synchronization
internal import TelemetryModel

/// `"logger": {"verbose": …}`: one line per record on standard output. For a first look, not for production.
package struct LoggerSettings: DispatcherSettings, Hashable {
    package static let kind = "logger"

    /// Whether each value of vehicle data stands in an object that names its type.
    package var isVerbose = false
    package var includesFindings = false
    package var values: ValueSettings?
    package var location: LocationSettings?

    package init() {}

    package static let summary = "The dispatcher `logger`: one line per record on standard output."
    package static let needsSection = false

    package static let settings: [Setting<Self>] = [
        .flag("verbose", \.isVerbose, "Show the type of each value."),
        .flag("include_findings", \.includesFindings, "Tell what the rules of `validation` found in the record."),
    ] + viewRows

    /// What lines look like.
    package func encoding(_ mode: EncodingMode) -> LoggerEncoding {
        LoggerEncoding(mode: mode, isVerbose: isVerbose, includesFindings: includesFindings)
    }

    package func makeDispatcher(_ context: DispatcherContext) -> any Dispatcher {
        LoggerDispatcher(
            encoding(context.encodingMode),
            format: context.lineFormat,
            output: { () throws(SystemCallError) in try AppendFile.standardOutput() }
        )
    }
}

/// Writes ``RecordEncoding/LoggerEncoding``'s lines to a stream, one write per batch.
///
/// A record is delivered when the stream has taken its line. When the reader is gone, records wait: nothing is lost
/// silently, and vehicles get no acks that wait for the logger.
package final class LoggerDispatcher: Dispatcher {
    package typealias Output = @Sendable () throws(SystemCallError) -> AppendFile

    private struct State: ~Copyable {
        var stream: AppendFile?
        var torn: TornLine?
    }

    private let encoding: LoggerEncoding
    private let format: LoggerEncoding.LineFormat
    private let output: Output
    private let state = Mutex(State())

    /// - Parameter output: gives the stream to write to.
    package init(_ encoding: LoggerEncoding, format: LoggerEncoding.LineFormat, output: @escaping Output) {
        self.encoding = encoding
        self.format = format
        self.output = output
    }

    package func open() async throws(DispatcherFailure) {
        let error = state.withLock { (state) -> SystemCallError? in
            do throws(SystemCallError) {
                state.stream = try output()
                return nil
            } catch {
                return error
            }
        }
        if let error { throw failure(error) }
    }

    package func deliver(_ batch: RecordBatch) async -> DeliveryReport {
        let (seconds, nanos) = WallClock.secondsAndNanos
        let time = Timestamp(seconds: seconds, nanos: nanos)
        return state.withLock { state in
            let torn = state.torn
            let json = JSONWriter(escaping: .html, reservingCapacity: batch.records.count * 1024)
            let lines = LineBatch(batch.records, completing: torn, to: json) { (record, json) in
                json.raw(line(record, time: time))
                json.endLine()
            }
            guard let progress = state.stream?.append(lines.bytes) else {
                return DeliveryReport(all: .retry(DispatcherFailure(.faulty, "the logger is not open")), of: batch)
            }
            let outcome = lines.outcome(written: progress.written, of: batch.records, isContinuing: torn)
            state.torn = outcome.torn
            guard let error = progress.error else { return DeliveryReport(all: .delivered, of: batch) }
            return DeliveryReport(delivered: outcome.whole, rest: .retry(failure(error)), of: batch)
        }
    }

    package func close() async {
        state.withLock { state in
            state.stream = nil
            state.torn = nil
        }
    }

    private func line(_ record: Record, time: Timestamp) -> [UInt8] {
        if let line = try? encoding.line(record, format, time: time) { return line }
        // The reference has no line for types that it does not decode; ours loses none.
        let standard = LoggerEncoding(
            mode: .standard,
            isVerbose: encoding.isVerbose,
            includesFindings: encoding.includesFindings
        )
        return (try? standard.line(record, format, time: time)) ?? []
    }

    private func failure(_ error: SystemCallError) -> DispatcherFailure {
        DispatcherFailure(
            error.isLackOfRoom ? .full : .unwritable,
            "write lines of records: \(error); start the server with an open standard output, "
                + "or take \"logger\" out of \"records\""
        )
    }
}
