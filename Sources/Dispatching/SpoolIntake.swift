internal import LinuxSystem
internal import Observability
internal import Spooling
internal import Symptoms
internal import TelemetryModel

/// The way of records into the spool, and of their acks back: what routes use instead of lanes.
final class SpoolIntake: Sendable {
    private let spool: Spool
    private let observers: ObserverList
    private let refused: Counter
    private let log: Log

    init(_ spool: Spool, observers: ObserverList, log: Log, metrics: MetricRegistry) {
        self.spool = spool
        self.observers = observers
        self.log = log
        refused = metrics.counter(
            "spool_refused_total",
            help: "Records that the spool did not take; their vehicles got no ack and keep them."
        )
    }

    var hasRoom: Bool { spool.hasRoom }

    /// Hands records over. They are acknowledged when they are on the disk, from the thread that wrote them.
    ///
    /// - Parameter bytes: what they transport.
    func take(_ records: [Record], bytes: Int) {
        let limit = spool.submissionBytes
        guard bytes + records.count * SpoolLimit.frameBytes > limit else { return submit(records) }
        // What is handed over together is written together, so it must be able to fit. One record that can't be
        // written must not take others with it either.
        var piece: [Record] = []
        var pieceBytes = 0
        for record in records {
            let size = record.transportedBytes + SpoolLimit.frameBytes
            if pieceBytes + size > limit, !piece.isEmpty {
                submit(piece)
                piece = []
                pieceBytes = 0
            }
            piece.append(record)
            pieceBytes += size
        }
        submit(piece)
    }

    private func submit(_ records: [Record]) {
        spool.submit(records) { [self] result in
            switch result {
            case .success: settle(records, .acknowledge)
            case .failure(let failure): refuse(records, failure)
            }
        }
    }

    private func refuse(_ records: [Record], _ failure: SpoolFailure) {
        refused.add(records.count)
        log.observe(
            .spoolRefused,
            [
                "records": .count(records.count), "code": .text(failure.symptom.rawValue),
                "error": .text("\(failure)"), "acks": "withheld",
            ]
        )
        settle(records, .withhold)
    }

    private func settle(_ records: [Record], _ outcome: Settlement.Outcome) {
        var collector = SettlementCollector(observers: observers.all)
        for record in records { collector.add(record, outcome, expected: records.count) }
        collector.post()
    }
}
