internal import Observability
internal import Synchronization
internal import TelemetryModel

/// What the meter shows as metrics. Labels are categories and the currency, never a vehicle.
final class SignalMeters: Sendable {
    private let signals: [Counter]
    let resent: Counter
    let unattributed: Counter
    let vehiclesOverLimit: Counter
    let writeFailures: Counter
    private let month: Gauge
    private let monthCost: Gauge?
    private let budgetUse: Gauge?

    init(_ registry: MetricRegistry, _ settings: SignalMeterSettings) {
        signals = FieldCategory.allCases.map { category in
            registry.counter(
                "cost_signals_total",
                help: "Signals that vehicles sent, resent ones included, by the category of their field.",
                labels: [("category", category.name)]
            )
        }
        resent = registry.counter(
            "cost_resent_signals_total",
            help: "Signals that came in records with the resend mark; cost_signals_total has them, too."
        )
        unattributed = registry.counter(
            "cost_unattributed_signals_total",
            help: "Signals that were counted without their vehicle and field, because a table was full."
        )
        vehiclesOverLimit = registry.counter(
            "cost_vehicles_over_limit_total",
            help: "Times that a vehicle came which costs.max_vehicles leaves no place for; it counts with others."
        )
        writeFailures = registry.counter(
            "cost_write_failures_total",
            help: "Times that counts of signals could not be written; they are kept and written later."
        )
        month = registry.gauge(
            "cost_month_signals",
            help: "Signals of this month, in UTC, those before the start included.",
            hiddenUntilUsed: true
        )
        monthCost = settings.price.map { price in
            registry.gauge(
                "cost_month_estimate",
                help: "What the signals of this month cost at the configured price, before what is free.",
                labels: [("currency", price.currency)],
                hiddenUntilUsed: true
            )
        }
        budgetUse = settings.monthlyBudget.map { _ in
            registry.gauge(
                "cost_month_budget_ratio",
                help: "This month's estimate as a part of costs.budget_per_month.",
                hiddenUntilUsed: true
            )
        }
        guard let price = settings.price, let budget = settings.monthlyBudget else { return }
        registry.gauge(
            "cost_month_budget",
            help: "costs.budget_per_month of the configuration.",
            labels: [("currency", price.currency)]
        ).set(budget)
    }

    func count(_ code: SignalCode, _ count: Int) {
        guard code.isField else { return resent.add(count) }
        signals[Int(code.category.rawValue)].add(count)
    }

    func show(monthSignals: Int, cost: Double?, budget: Double?) {
        month.set(Double(monthSignals))
        guard let cost else { return }
        monthCost?.set(cost)
        if let budget, budget > 0 { budgetUse?.set(cost / budget) }
    }
}
