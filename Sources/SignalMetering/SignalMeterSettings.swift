/// How signals are counted and kept.
package struct SignalMeterSettings: Sendable, Hashable {
    /// Where the files of days stand. One server alone writes there.
    package var directory: String
    /// How long counts may wait before they are written: what a process that is killed loses at most, together with the
    /// second that they may wait on an event loop.
    package var writeIntervalMilliseconds = 10_000
    /// For how many days counts are kept, today included.
    package var keptDays = 400
    /// Vehicles that are counted one by one from the start on; the others are counted together. One takes about 100
    /// bytes.
    package var vehicleLimit = 100_000
    /// Nil when only signals are counted.
    package var price: SignalPrice?
    /// What a month's signals may cost before what is free is taken off, in the price's currency; nil for any amount.
    package var monthlyBudget: Double?

    package init(directory: String) {
        self.directory = directory
    }
}
