internal import LinuxSystem
internal import Observability
internal import TelemetryModel

/// What the meter's own thread does with the counts of the event loops: adds them up, writes them down, watches the
/// month. Belongs to that thread.
struct SignalLedger: ~Copyable {
    /// Counts that may wait when the disk takes none. Beyond it vehicles are counted together.
    private static let waitingLimit = 500_000

    private let settings: SignalMeterSettings
    private let meters: SignalMeters
    private let log: Log
    private var archive: SignalArchive
    private var budget: BudgetWatch?
    /// Not written yet, by day.
    private var waiting: [UTCDate: [SignalCell: Int]] = [:]
    private var waitingCells = 0
    /// Signals of the month so far; nil until the files were read.
    private var month: (start: UTCDate, signals: Int)?
    private var today: UTCDate

    init(_ settings: SignalMeterSettings, _ archive: consuming SignalArchive, _ meters: SignalMeters, _ log: Log) {
        self.settings = settings
        self.archive = archive
        self.meters = meters
        self.log = log
        budget = settings.price == nil ? nil : settings.monthlyBudget.map { BudgetWatch(budget: $0) }
        today = .now
    }

    var hasWaiting: Bool { waitingCells > 0 }

    // MARK: Adding up

    mutating func add(_ tally: SignalTally) {
        var signals = 0
        var sums = waiting.removeValue(forKey: tally.day) ?? [:]
        waitingCells -= sums.count
        tally.forEach { cell, count in
            meters.count(cell.code, count)
            if cell.code.isField { signals += count }
            let isKnown = sums[cell] != nil
            let isCrowded = waitingCells + sums.count >= Self.waitingLimit
            sums[isKnown || !isCrowded ? cell : SignalCell(.others, cell.code), default: 0] += count
        }
        if tally.unattributed > 0 {
            sums[SignalCell(.others, .otherFields), default: 0] += tally.unattributed
            meters.count(.otherFields, tally.unattributed)
            meters.unattributed.add(tally.unattributed)
            signals += tally.unattributed
        }
        waitingCells += sums.count
        waiting[tally.day] = sums
        if let start = month?.start, tally.day.monthStart == start { month?.signals += signals }
    }

    // MARK: The month

    /// Reads what was counted in this month before. Takes as long as the disk does.
    mutating func readMonth() {
        let start = today.monthStart
        var signals = 0
        do throws(SystemCallError) {
            try archive.read(start...today) { _, content in signals += content.counts.total }
        } catch {
            log.observe(.costReadFailed, ["error": .text(error.description)])
        }
        for (day, sums) in waiting where day.monthStart == start {
            for (cell, count) in sums where cell.code.isField { signals += count }
        }
        month = (start, signals)
        watchMonth()
    }

    /// Shows the month's sum, and says it when the budget is used up to a threshold.
    mutating func watchMonth() {
        guard let month else { return }
        let cost = settings.price?.cost(of: month.signals)
        meters.show(monthSignals: month.signals, cost: cost, budget: settings.monthlyBudget)
        guard let cost, let price = settings.price, let limit = settings.monthlyBudget,
            let percent = budget?.threshold(reachedBy: cost, in: month.start.month)
        else { return }
        log.observe(
            .costBudgetReached,
            [
                "month": .text(month.start.month), "percent": .number(Int64(percent)),
                "signals": .number(Int64(month.signals)),
                "estimate": .text("\(MoneyText.fixed(cost)) \(price.currency)"),
                "budget": .text("\(MoneyText.fixed(limit)) \(price.currency)"),
                "price_read_on": .text(price.readOn),
                "remedy": "'fleet-telemetry cost --by field' shows what costs most; longer intervals make it less",
            ]
        )
    }

    /// What a new day brings: a new month's sum, and the end of files that are old.
    mutating func turnPage() {
        let now = UTCDate.now
        guard now != today else { return }
        let past = today
        today = now
        archive.prune(before: now.adding(days: 1 - settings.keptDays))
        archive.rewrite(past)
        if month?.start != now.monthStart { readMonth() }
    }

    /// Removes what is older than it may be.
    mutating func prune() { archive.prune(before: today.adding(days: 1 - settings.keptDays)) }

    // MARK: Writing

    /// Writes everything that waits. What can't be written stays.
    ///
    /// - Parameter name: the VIN of a vehicle's number.
    mutating func write(_ name: (MeteredVehicle) -> String) {
        for day in waiting.keys.sorted() {
            guard let sums = waiting[day] else { continue }
            var counts = SignalCounts()
            for (cell, count) in sums { counts.add(count, cell.code, of: name(cell.vehicle)) }
            do throws(SystemCallError) {
                try archive.append(counts, to: day)
                waiting[day] = nil
                waitingCells -= sums.count
            } catch {
                meters.writeFailures.add()
                log.observe(
                    .costWriteFailed,
                    [
                        "error": .text(error.description), "day": .text(day.description),
                        "remedy": "let the server's user write in costs.directory, and make room on its disk",
                    ]
                )
            }
        }
        for repair in archive.takeRepairs() {
            log.observe(
                .costFileRepaired,
                [
                    "file": .text(repair.file), "lost_bytes": .number(Int64(repair.lostBytes)),
                    "copy": .text(repair.copy ?? ""),
                ]
            )
        }
    }
}
