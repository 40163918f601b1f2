/// What signals cost, as the operator has read it somewhere: this program knows no prices.
package struct SignalPrice: Sendable, Hashable {
    /// For ``signals`` signals.
    package var amount: Double
    package var signals: Int
    /// E.g. `USD`; for people.
    package var currency: String
    /// What each month is free of charge, in the currency.
    package var freePerMonth: Double
    /// When the operator read it: `2026-11-21`.
    package var readOn: String

    package init(
        amount: Double,
        signals: Int,
        currency: String,
        freePerMonth: Double = 0,
        readOn: String
    ) {
        self.amount = amount
        self.signals = signals
        self.currency = currency
        self.freePerMonth = freePerMonth
        self.readOn = readOn
    }

    /// What so many signals cost, before what is free.
    package func cost(of count: Int) -> Double { Double(count) / Double(max(1, signals)) * amount }

    /// What of a month's costs is to be paid.
    package func charge(_ cost: Double) -> Double { max(0, cost - freePerMonth) }
}

/// Sums of money as texts.
package enum MoneyText {
    /// Rounded to so many decimals, a half away from zero: `12.30`.
    package static func fixed(_ amount: Double, decimals: Int = 2) -> String {
        let scale = (0..<decimals).reduce(1.0) { scale, _ in scale * 10 }
        let scaled = (abs(amount) * scale).rounded()
        guard scaled < 9e15 else { return "\(amount)" }
        let whole = Int64(scaled)
        let sign = amount < 0 && whole > 0 ? "-" : ""
        let unit = Int64(scale)
        guard decimals > 0 else { return "\(sign)\(whole)" }
        let fraction = String(whole % unit)
        return "\(sign)\(whole / unit)." + String(repeating: "0", count: decimals - fraction.utf8.count) + fraction
    }
}
