internal import CommandLineInterface
internal import SignalMetering

extension CostReport {
    /// Lines for people, with the last line feed.
    var text: String {
        let count = Int(days.upperBound.number - days.lowerBound.number) + 1
        let span = count == 1 ? "\(days.upperBound)" : "\(days.lowerBound) to \(days.upperBound)"
        let whose = vehicle.map { "of \($0), " } ?? "of "
        var lines = monthLines
        if resent > 0 { lines.insert("\(grouped(resent)) of them came in records with the resend mark", at: 0) }
        for file in brokenFiles {
            lines.append("warning: \(file) has an end that can't be read; its signals are missing")
        }
        return "signals \(whose)\(span) (\(count) day\(count == 1 ? "" : "s"), UTC)\n\n" + table + "\n"
            + lines.map { $0 + "\n" }.joined()
    }

    private var table: String {
        guard !rows.isEmpty else { return "nothing was counted\n" }
        var table = TextTable(
            [(grouping.rawValue, .left), ("signals", .right), ("share", .right)]
                + (price.map { [("cost (\($0.currency))", .right)] } ?? [])
        )
        for (name, count) in rows.map({ ($0.name, $0.signals) }) + [("all", signals)] {
            let share = signals > 0 ? Double(count) / Double(signals) * 100 : 0
            let cost = price.map { [MoneyText.fixed($0.cost(of: count), decimals: 4)] } ?? []
            table.append([name, grouped(count), MoneyText.fixed(share, decimals: 1) + " %"] + cost)
        }
        return table.text
    }

    private var monthLines: [String] {
        var lines = ["this month (\(month))\(vehicle == nil ? "" : ", all vehicles"): \(grouped(monthSignals)) signals"]
        guard let price, let monthCost else {
            return lines + ["no money is shown: that takes costs.price in the configuration, and --config FILE"]
        }
        let charge = MoneyText.fixed(price.charge(monthCost))
        lines[0] +=
            ", \(MoneyText.fixed(monthCost)) \(price.currency); less \(MoneyText.fixed(price.freePerMonth)) free: "
            + "\(charge) \(price.currency)"
        if let monthlyBudget, let budgetPercent {
            let word = budgetPercent >= 100 ? ": used up" : budgetPercent >= 80 ? ": nearly used up" : ""
            lines.append(
                "budget: \(budgetPercent) % of \(MoneyText.fixed(monthlyBudget)) \(price.currency) per month\(word)"
            )
        }
        return lines + [
            "price: \(plain(price.amount)) \(price.currency) for \(grouped(price.signals)) signals, as the "
                + "configuration says it was read on \(price.readOn); an estimate, Tesla bills what Tesla counts"
        ]
    }

    /// `1,234,567`
    private func grouped(_ number: Int) -> String {
        let digits = String(number)
        var text = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 { text += "," }
            text.append(digit)
        }
        return text
    }

    private func plain(_ amount: Double) -> String {
        amount == amount.rounded() && abs(amount) < 1e15 ? "\(Int64(amount))" : "\(amount)"
    }
}
