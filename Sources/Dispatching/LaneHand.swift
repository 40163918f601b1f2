internal import LinuxSystem
internal import TelemetryModel

/// What the lane's thread works with. Belongs to that thread.
struct LaneHand {
    var collector: SettlementCollector
    let observers: [any DeliveryObserver]
    var desk = LaneDesk()
    var backoff: Backoff
    var isFailing = false
    /// The next batch begins no earlier; nil when it may begin at once.
    var nextBatchTime: MonotonicTime?
    private var generator = SystemRandomNumberGenerator()

    init(collector: SettlementCollector, observers: [any DeliveryObserver], settings: LaneSettings) {
        self.collector = collector
        self.observers = observers
        backoff = Backoff(settings)
    }

    mutating func settle(_ record: Record, _ share: AckShare, isSafe: Bool) {
        if let outcome = record.finishDelivery(share, isSafe: isSafe) {
            collector.add(record, outcome, expected: 1)
        }
    }

    /// Settles a batch that was delivered whole.
    mutating func acknowledge(_ batch: LaneBatch) {
        for index in batch.records.indices {
            let record = batch.records[index]
            if let outcome = record.finishDelivery(batch.share(at: index), isSafe: true) {
                collector.add(record, outcome, expected: batch.records.count)
            }
        }
    }

    mutating func nextPauseMilliseconds() -> Int {
        backoff.next(using: &generator)
    }
}
