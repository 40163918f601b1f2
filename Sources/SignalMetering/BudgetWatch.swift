/// When a month's costs reach a part of the budget for the first time.
struct BudgetWatch: Sendable {
    /// In percent. Tesla writes its first mail at 80, too.
    static let thresholds = [80, 100]

    let budget: Double
    private var month = ""
    private var warned = 0

    init(budget: Double) {
        self.budget = budget
    }

    /// - Returns: the threshold in percent that has been reached now; nil when there is none, or it was said already.
    mutating func threshold(reachedBy cost: Double, in month: String) -> Int? {
        if month != self.month {
            self.month = month
            warned = 0
        }
        guard let reached = Self.thresholds.last(where: { cost >= budget * Double($0) / 100 }), reached > warned
        else { return nil }
        warned = reached
        return reached
    }
}
