package import Dispatching
package import Observability

/// What a dispatcher's view took away.
package final class ViewMeters: Sendable {
    private let dropped: Counter
    private let hidden: Counter
    let withheld: Counter

    package init(_ registry: MetricRegistry, _ dispatcher: DispatcherName) {
        let labels = [("dispatcher", dispatcher.text)]
        dropped = registry.counter(
            "view_dropped_data_total",
            help: "Data that a dispatcher is not shown, because they tell of a place in one of its zones.",
            labels: labels
        )
        hidden = registry.counter(
            "view_hidden_values_total",
            help: "Values that a dispatcher sees as invalid, because they tell of a place and cannot be rounded.",
            labels: labels
        )
        withheld = registry.counter(
            "view_withheld_records_total",
            help: "Records of which nothing was left for a dispatcher; they count as delivered.",
            labels: labels
        )
    }

    func note(_ changes: LocationView.Changes) {
        if changes.dropped > 0 { dropped.add(changes.dropped) }
        if changes.hidden > 0 { hidden.add(changes.hidden) }
    }
}
