package import ConfigurationSchema
package import SignalMetering

extension ServerConfiguration {
    /// What the signals of vehicles cost.
    package struct Costs: Configurable, Hashable {
        package var directory = ""
        package var price: Price?
        package var budgetPerMonth = 0.0
        package var keptDays = 400
        package var writeInterval = Duration.seconds(10)
        package var maxVehicles = 100_000

        package init() {}

        package static let settings: [Setting<Self>] = [
            .path(
                "directory",
                \.directory,
                mayBeEmpty: false,
                "Where the signals of each day are written down, one file per day. For one server alone."
            )
            .required().example("\"/var/lib/fleet-telemetry/costs\""),
            .optionalSection(
                "price",
                \.price,
                "What signals cost, as you have read it. Without it signals are counted and no money is shown: this "
                    + "program knows no prices."
            ),
            .decimal(
                "budget_per_month",
                \.budgetPerMonth,
                in: 0...1_000_000_000,
                "What a month's signals may cost before price.free_per_month is taken off, in the price's currency. A "
                    + "warning is logged at 80 and at 100 percent. 0: any amount."
            ),
            .wholeNumber(
                "keep_days",
                \.keptDays,
                in: 35...3660,
                "For how many days counts are kept, today included. A month must fit, for the budget."
            ),
            .duration(
                "write_interval_seconds",
                \.writeInterval,
                unit: .seconds,
                in: .seconds(1) ... .seconds(3600),
                "How long counts wait before they are written: what is lost when the process is killed."
            ),
            .wholeNumber(
                "max_vehicles",
                \.maxVehicles,
                in: 1...1_000_000,
                "Vehicles that are counted one by one from a start on; more are counted together. One takes about 100 "
                    + "bytes."
            ),
        ]

        package func examine(at path: String, _ reader: inout SettingReader) {
            if budgetPerMonth > 0, price == nil, !reader.hasFinding(at: "\(path).budget_per_month") {
                reader.report(
                    .contradiction,
                    at: "\(path).budget_per_month",
                    problem: "a budget in money, and no price",
                    reason: "Without a price nobody can say when the budget is used up.",
                    remedy: "add \"price\", or remove the budget"
                )
            }
            if let price, price.amount == 0, budgetPerMonth > 0, !reader.hasFinding(at: "\(path).price.amount") {
                reader.report(
                    .ineffective,
                    at: "\(path).budget_per_month",
                    severity: .warning,
                    problem: "signals cost nothing, so the budget is never used",
                    reason: "A warning comes when a part of the budget is used.",
                    remedy: "write the price, or remove the budget"
                )
            }
        }
    }

    /// What signals cost. There are no defaults: a price that nobody has read is no price.
    package struct Price: Configurable, Hashable {
        package var amount = 0.0
        package var signals = 0
        package var currency = ""
        package var freePerMonth = 0.0
        package var readOn = ""

        package init() {}

        package static let settings: [Setting<Self>] = [
            .decimal("amount", \.amount, in: 0...1_000_000_000, "What per_signals signals cost.")
                .required().example("1"),
            .wholeNumber("per_signals", \.signals, in: 1...1_000_000_000_000, "How many signals amount is for.")
                .required().example("150000"),
            .text(
                "currency",
                \.currency,
                mayBeEmpty: false,
                check: complaint(aboutCurrency:),
                "E.g. USD; shown as it is."
            )
            .required().example("\"USD\""),
            .decimal(
                "free_per_month",
                \.freePerMonth,
                in: 0...1_000_000_000,
                "What is taken off each month's sum, in the currency. Other uses of Fleet API may share it."
            ),
            .text(
                "read_on",
                \.readOn,
                mayBeEmpty: false,
                check: complaint(aboutDate:),
                "The day on which you read these prices, e.g. 2026-11-21. Prices change; it is shown beside each sum."
            )
            .required().example("\"2026-11-21\""),
        ]

        private static func complaint(aboutCurrency text: String) -> TextComplaint? {
            // It becomes the label of a metric and stands in log lines.
            let isPlain =
                text.utf8.count <= 16 && text.unicodeScalars.allSatisfy { $0.value > 0x20 && $0.value != 0x7F }
            return isPlain ? nil : TextComplaint("no name of a currency", remedy: "write e.g. \"USD\"")
        }

        private static func complaint(aboutDate text: String) -> TextComplaint? {
            let isDate = text.utf8.count == 10 && UTCTime.read(text) != nil
            return isDate ? nil : TextComplaint("no day", remedy: "write it as 2026-11-21")
        }
    }

    /// Nil when signals are not counted.
    package var signalMeterSettings: SignalMeterSettings? {
        guard let costs else { return nil }
        var settings = SignalMeterSettings(directory: costs.directory)
        settings.writeIntervalMilliseconds = costs.writeInterval.wholeMilliseconds
        settings.keptDays = costs.keptDays
        settings.vehicleLimit = costs.maxVehicles
        settings.price = signalPrice
        settings.monthlyBudget = monthlyBudget
        return settings
    }

    /// Nil without one in the file.
    package var signalPrice: SignalPrice? {
        costs?.price.map { price in
            SignalPrice(
                amount: price.amount,
                signals: price.signals,
                currency: price.currency,
                freePerMonth: price.freePerMonth,
                readOn: price.readOn
            )
        }
    }

    /// Nil for any amount.
    package var monthlyBudget: Double? {
        guard let costs, costs.price != nil, costs.budgetPerMonth > 0 else { return nil }
        return costs.budgetPerMonth
    }
}
