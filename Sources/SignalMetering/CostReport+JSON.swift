internal import JSONText

extension CostReport {
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
