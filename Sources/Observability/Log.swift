package import LinuxSystem
package import Symptoms
internal import Synchronization

/// The operational log of the server: one line per event, never a payload, never a secret.
///
/// The event is a constant name (``EventName``), values are fields. Safe on every thread; the fields are only
/// made when the line is written.
package final class Log: Sendable {
    private let threshold: Atomic<Int>
    private let format: LogFormat
    private let output: LogOutput
    private let maskVINs: Bool
    private let limiter: LogLimiter
    private let monotonicNow: @Sendable () -> MonotonicTime
    /// Lines that the output did not take since the last one that it took.
    private let lost = Atomic<Int>(0)

    /// - Parameters:
    ///   - level: lines below it are left out; ``setLevel(_:)`` changes it later.
    ///   - maskVINs: whether VINs lose their middle, in every field that mentions one (`log.mask_vins`).
    ///   - limit: for ``limited(_:_:_:)``.
    ///   - now: the clock that the limit runs on.
    package init(
        level: LogLevel,
        format: LogFormat,
        output: LogOutput,
        maskVINs: Bool = false,
        limit: LogLimit = .standard,
        now: @escaping @Sendable () -> MonotonicTime = { .now }
    ) {
        threshold = Atomic(level.rawValue)
        self.format = format
        self.output = output
        self.maskVINs = maskVINs
        limiter = LogLimiter(limit: limit)
        monotonicNow = now
    }

    /// Writes nothing.
    private init() {
        threshold = Atomic(Int.max)
        format = .json
        output = LogOutput { _ in true }
        maskVINs = false
        limiter = LogLimiter(limit: .standard)
        monotonicNow = { .now }
    }

    /// A log that writes nothing, whatever its level.
    package static let silent = Log()

    /// Changes the least level that is written, from the next line on. ``silent`` stays silent.
    package func setLevel(_ level: LogLevel) {
        guard threshold.load(ordering: .relaxed) != Int.max else { return }
        threshold.store(level.rawValue, ordering: .relaxed)
    }

    /// Whether a line of this level would be written.
    package func writes(_ level: LogLevel) -> Bool {
        level.rawValue >= threshold.load(ordering: .relaxed)
    }

    /// For somebody who looks for a fault. The fields are only made when the line is written.
    package func debug(_ event: String, _ fields: @autoclosure () -> KeyValuePairs<String, LogValue> = [:]) {
        if writes(.debug) { write(.debug, event, fields()) }
    }

    /// What happens in normal operation.
    package func info(_ event: String, _ fields: @autoclosure () -> KeyValuePairs<String, LogValue> = [:]) {
        if writes(.info) { write(.info, event, fields()) }
    }

    /// What may need somebody's attention soon; the server goes on as it should.
    package func warning(_ event: String, _ fields: @autoclosure () -> KeyValuePairs<String, LogValue> = [:]) {
        if writes(.warning) { write(.warning, event, fields()) }
    }

    /// What somebody must act on.
    package func error(_ event: String, _ fields: @autoclosure () -> KeyValuePairs<String, LogValue> = [:]) {
        if writes(.error) { write(.error, event, fields()) }
    }

    /// For what a peer can cause as often as it likes: at most ``LogLimit/burst`` lines of this event at once, then
    /// ``LogLimit/linesPerSecond``. The first line after a gap says in `left_out` how many are missing before it.
    package func limited(
        _ level: LogLevel,
        _ event: String,
        symptom: SymptomCode? = nil,
        _ fields: @autoclosure () -> KeyValuePairs<String, LogValue> = [:]
    ) {
        guard writes(level) else { return }
        switch limiter.decide(event, at: monotonicNow()) {
        case .leaveOut: return
        case .pass(let leftOut): write(level, event, fields(), symptom: symptom, leftOut: leftOut)
        }
    }

    /// Logs an event at the level that it has, with its symptom in the field `code` unless the fields have one.
    package func observe(
        _ event: EventName,
        _ fields: @autoclosure () -> KeyValuePairs<String, LogValue> = [:]
    ) {
        guard writes(event.level) else { return }
        if event.isLimited {
            limited(event.level, event.text, symptom: event.symptom, fields())
        } else {
            write(event.level, event.text, fields(), symptom: event.symptom)
        }
    }

    /// The same for fields that are only known when the event happens. Not for limited events.
    package func observe(_ event: EventName, listing fields: @autoclosure () -> [(key: String, value: LogValue)]) {
        guard writes(event.level) else { return }
        write(event.level, event.text, fields(), symptom: event.symptom)
    }

    /// The field that names what `fleet-telemetry explain` knows.
    private static let codeKey = "code"

    /// How long an event must not have happened for ``reportEndedFloods()``.
    private static let quietMilliseconds = 5_000

    /// Says for each limited event that has stopped how many lines are missing at its end. To be called every few
    /// seconds: with nothing more to come, nobody else would say it.
    package func reportEndedFloods() {
        let now = monotonicNow()
        let quiet = UInt64(Self.quietMilliseconds) * 1_000_000
        guard now.nanoseconds > quiet else { return }
        report(limiter.collectLeftOut(quietSince: MonotonicTime(nanoseconds: now.nanoseconds - quiet)))
    }

    /// Says for each limited event how many lines are missing at its end. Called once before the process ends.
    package func reportLeftOut() {
        report(limiter.collectLeftOut(quietSince: nil))
    }

    private func report(_ missing: [(event: String, count: Int)]) {
        for (event, count) in missing {
            observe(.logLinesLeftOut, ["event": .text(event), "left_out": .count(count)])
        }
    }

    private func write(
        _ level: LogLevel,
        _ event: String,
        _ fields: some Sequence<(key: String, value: LogValue)>,
        symptom: SymptomCode? = nil,
        leftOut: Int = 0
    ) {
        var all = fields.map { (key: $0.key, value: $0.value) }
        if let symptom, !all.contains(where: { $0.key == Self.codeKey }) {
            all.append((Self.codeKey, .text(symptom.rawValue)))
        }
        if leftOut > 0 { all.append(("left_out", .count(leftOut))) }
        let missed = lost.exchange(0, ordering: .relaxed)
        if missed > 0 { all.append(("lines_lost", .count(missed))) }
        let line = LogLine(
            time: WallClock.secondsAndNanos,
            level: level,
            event: event,
            fields: all,
            maskVINs: maskVINs
        )
        if !output.write(line.bytes(format)) { lost.add(missed + 1, ordering: .relaxed) }
    }
}
