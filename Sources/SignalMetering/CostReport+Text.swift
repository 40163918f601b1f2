internal import JSONText

extension CostReport {
    /// Lines for people, with the last line feed.
    package var text: String {
        let count = Int(days.upperBound.number - days.lowerBound.number) + 1
        let span = count == 1 ? "\(days.upperBound)" : "\(days.lowerBound) to \(days.upperBound)"
        let whose = vehicle.map { "of \($0), " } ?? "of "
        var lines = ["signals \(whose)\(span) (\(count) day\(count == 1 ? "" : "s"), UTC)", ""]
        lines += table
        lines += [""]
        if resent > 0 { lines.append("\(grouped(resent)) of them came in records with the resend mark") }
        lines += monthLines
        for file in brokenFiles {
            lines.append("warning: \(file) has an end that can't be read; its signals are missing")
        }
        return lines.map { $0 + "\n" }.joined()
    }

    private var table: [String] {
        guard !rows.isEmpty else { return ["  nothing was counted"] }
        var cells = [[grouping.rawValue, "signals", "share"] + (price.map { ["cost (\($0.currency))"] } ?? [])]
        for row in rows + [Row(name: "all", signals: signals)] {
            let share = signals > 0 ? Double(row.signals) / Double(signals) * 100 : 0
            let cost = price.map { [MoneyText.fixed($0.cost(of: row.signals), decimals: 4)] } ?? []
            cells.append([row.name, grouped(row.signals), MoneyText.fixed(share, decimals: 1) + " %"] + cost)
        }
        let widths = cells[0].indices.map { column in cells.map { $0[column].count }.max() ?? 0 }
        return cells.map { line in
            let columns = line.indices.map { column in
                let pad = String(repeating: " ", count: widths[column] - line[column].count)
                return column == 0 ? line[column] + pad : pad + line[column]
            }
            return "  " + columns.joined(separator: "  ")
        }
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

    /// One JSON object with its line feed.
    package var json: [UInt8] {
        var json = JSONWriter(reservingCapacity: 1024)
        json.beginObject()
        json.member("from", days.lowerBound.description)
        json.member("to", days.upperBound.description)
        json.member("by", grouping.rawValue)
        json.member("signals", signals)
        json.member("resent", resent)
        if let price { json.member("cost", price.cost(of: signals)) }
        json.key("rows")
        json.beginArray()
        for row in rows {
            json.beginObject()
            json.member(grouping.rawValue, row.name)
            json.member("signals", row.signals)
            if let price { json.member("cost", price.cost(of: row.signals)) }
            json.endObject()
        }
        json.endArray()
        json.key("month")
        json.beginObject()
        json.member("month", month)
        json.member("signals", monthSignals)
        if let price, let monthCost {
            json.member("cost", monthCost)
            json.member("free", price.freePerMonth)
            json.member("charge", price.charge(monthCost))
        }
        if let monthlyBudget, let budgetPercent {
            json.member("budget", monthlyBudget)
            json.member("budget_percent", budgetPercent)
        }
        json.endObject()
        if let price {
            json.key("price")
            json.beginObject()
            json.member("amount", price.amount)
            json.member("per_signals", price.signals)
            json.member("currency", price.currency)
            json.member("read_on", price.readOn)
            json.endObject()
        }
        json.key("broken_files")
        json.beginArray()
        for file in brokenFiles { json.string(file) }
        json.endArray()
        json.endObject()
        json.endLine()
        return json.take()
    }
}
