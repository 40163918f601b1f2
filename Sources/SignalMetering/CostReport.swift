package import LinuxSystem
internal import TelemetryModel

/// What vehicles sent in some days and in this month, and what it costs: `fleet-telemetry cost`.
package struct CostReport: Sendable {
    /// What one row is about.
    package enum Grouping: String, Sendable, CaseIterable {
        case category, field, vehicle, day
    }

    /// A part of the signals.
    package struct Row: Sendable, Hashable {
        package let name: String
        package let signals: Int
    }

    package let grouping: Grouping
    package let days: ClosedRange<UTCDate>
    /// The only vehicle that was asked for; nil for all.
    package let vehicle: String?
    /// By falling number of signals; days in their order.
    package let rows: [Row]
    /// Of ``days``, resent ones included.
    package let signals: Int
    package let resent: Int
    /// `2026-11`, the month of the last day.
    package let month: String
    package let monthSignals: Int
    /// Nil when none is configured.
    package let price: SignalPrice?
    package let monthlyBudget: Double?
    /// Names of files that could be read in part only.
    package let brokenFiles: [String]

    /// Reads the files, also beside a running server, which may have the last seconds in memory still.
    ///
    /// - Parameters:
    ///   - directory: with the files of days.
    ///   - days: how many, the last one included.
    ///   - last: today, mostly.
    ///   - vehicle: only this VIN; nil for all.
    package init(
        directory: String,
        days count: Int,
        upTo last: UTCDate,
        by grouping: Grouping,
        vehicle: String? = nil,
        price: SignalPrice?,
        monthlyBudget: Double?
    ) throws(SystemCallError) {
        let first = last.adding(days: 1 - max(1, count))
        var sums: [String: Int] = [:]
        var signals = 0
        var resent = 0
        var monthSignals = 0
        var broken: [String] = []
        try SignalArchive.read(directory, min(first, last.monthStart)...last) { day, content in
            if content.brokenBytes > 0 { broken.append(DayFile.name(of: day)) }
            if day >= last.monthStart { monthSignals = monthSignals.addingSaturated(content.counts.total) }
            guard day >= first else { return }
            for (name, codes) in content.counts.vehicles where vehicle == nil || vehicle == name {
                for (code, count) in codes {
                    guard code.isField else {
                        resent = resent.addingSaturated(count)
                        continue
                    }
                    signals = signals.addingSaturated(count)
                    let key = Self.name(grouping, day, name, code)
                    sums[key] = sums[key, default: 0].addingSaturated(count)
                }
            }
        }
        self.grouping = grouping
        self.days = first...last
        self.vehicle = vehicle
        self.signals = signals
        self.resent = resent
        self.monthSignals = monthSignals
        self.price = price
        self.monthlyBudget = monthlyBudget
        month = last.month
        brokenFiles = broken
        let all = sums.map { Row(name: $0.key, signals: $0.value) }
        rows =
            grouping == .day
            ? all.sorted { $0.name < $1.name }
            : all.sorted { ($1.signals, $0.name) < ($0.signals, $1.name) }
    }

    private static func name(_ grouping: Grouping, _ day: UTCDate, _ vehicle: String, _ code: SignalCode) -> String {
        switch grouping {
        case .category: code.category.name
        case .field: code.name
        case .vehicle: vehicle == SignalCounts.otherVehicles ? "other vehicles" : vehicle
        case .day: day.description
        }
    }

    /// What the month's signals cost before anything is taken off; nil without a price.
    package var monthCost: Double? { price.map { $0.cost(of: monthSignals) } }

    /// The part of the budget that is used, in percent rounded down; nil without price and budget.
    package var budgetPercent: Int? {
        guard let monthCost, let monthlyBudget, monthlyBudget > 0 else { return nil }
        return Int(clamping: Int64((monthCost / monthlyBudget * 100).rounded(.down).clamped(to: 0...1e15)))
    }
}

extension Double {
    fileprivate func clamped(to range: ClosedRange<Double>) -> Double {
        isNaN ? range.lowerBound : Swift.min(Swift.max(self, range.lowerBound), range.upperBound)
    }
}
