internal import Dispatchers
internal import JSONText
internal import LinuxSystem
internal import RecordEncoding
internal import Synchronization
internal import TelemetryModel

/// Takes the demo's records from their queue, counts them, and shows as many as eyes can follow.
final class DemoDisplay: Sendable {
    /// How records are shown.
    enum Form: Sendable {
        /// One short line.
        case short
        /// The JSON line of the dispatcher `file`.
        case json
    }

    private let count: Counted
    private let thread: LoopThread

    private final class Counted: Sendable {
        let dispatched = Atomic<Int>(0)
        let shown = Atomic<Int>(0)
        let signals = Mutex<[FieldCategory: Int]>([:])
    }

    /// - Parameter linesPerSecond: at most; no vehicle gets more than its share of them.
    init(_ records: RecordQueue, form: Form, vehicles: Int, linesPerSecond: Int) throws(SystemCallError) {
        let count = Counted()
        self.count = count
        let start = MonotonicTime.now
        thread = try LoopThread(name: "demo-display") {
            var choice = DemoChoice(vehicles: vehicles, linesPerSecond: linesPerSecond)
            while !records.isEnded {
                guard let record = records.next(timeoutMilliseconds: 200) else { continue }
                // Connections come and go by our own account; only what vehicles sent is counted.
                let isSent = record.type != .connectivity
                if isSent { count.dispatched.add(1, ordering: .relaxed) }
                if case .vehicleData(let data) = record.content {
                    count.signals.withLock { sums in
                        for datum in data.data { sums[datum.field.category, default: 0] += 1 }
                    }
                }
                let seconds = Double(MonotonicTime.now.nanoseconds(since: start)) / 1e9
                guard choice.shows(record, second: Int(seconds)) else { continue }
                if isSent { count.shown.add(1, ordering: .relaxed) }
                switch form {
                case .short: Console.print(DemoLine.text(record, seconds: seconds) + "\n")
                case .json: Console.print(FileLine.encode(record, mode: .standard) + [10])
                }
            }
        }
    }

    /// Records of vehicles that have come so far.
    var dispatched: Int { count.dispatched.load(ordering: .relaxed) }

    /// Those of them that were shown.
    var shown: Int { count.shown.load(ordering: .relaxed) }

    /// The signals of those that have come so far, by the category of their field.
    var signals: [FieldCategory: Int] { count.signals.withLock { $0 } }

    /// Waits until the queue has ended and is empty.
    ///
    /// - Returns: how many records of vehicles came.
    func finish() -> Int {
        thread.join()
        return dispatched
    }
}

/// Which records are shown: a few per second and vehicle, so that none drowns the others.
private struct DemoChoice {
    let linesPerSecond: Int
    let share: Int
    private var second = -1
    private var shown = 0
    private var shownByVehicle: [VIN: Int] = [:]

    init(vehicles: Int, linesPerSecond: Int) {
        self.linesPerSecond = linesPerSecond
        share = max(1, linesPerSecond / max(1, vehicles))
    }

    mutating func shows(_ record: Record, second: Int) -> Bool {
        if second != self.second {
            self.second = second
            shown = 0
            shownByVehicle = [:]
        }
        guard shown < linesPerSecond, shownByVehicle[record.vin, default: 0] < share else { return false }
        shown += 1
        shownByVehicle[record.vin, default: 0] += 1
        return true
    }
}
