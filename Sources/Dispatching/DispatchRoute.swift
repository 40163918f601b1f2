package import TelemetryModel

/// What the records of one type go through: the lanes that take them, and which of these the ack waits for.
package final class DispatchRoute: Sendable {
    package let type: RecordType
    /// Position among the routes of the router, for tables that event loops keep per route.
    package let index: Int
    /// The dispatchers that the ack waits for, in the configuration's order. Never empty.
    package let ackSources: [DispatcherName]

    /// How many dispatchers a record of this type goes to.
    package let laneCount: Int

    private let ackLanes: [DispatchLane]
    private let otherLanes: [DispatchLane]
    /// Takes the records instead of the lanes, which read them from the spool.
    private let spool: SpoolIntake?
    private let observers: ObserverList
    private let gate: RoomGate

    init(
        type: RecordType,
        index: Int,
        ackLanes: [DispatchLane],
        otherLanes: [DispatchLane],
        gate: RoomGate,
        spool: SpoolIntake?,
        observers: ObserverList
    ) {
        self.type = type
        self.index = index
        self.ackLanes = ackLanes
        self.otherLanes = otherLanes
        self.gate = gate
        self.spool = spool
        self.observers = observers
        ackSources = ackLanes.map(\.name)
        laneCount = ackLanes.count + otherLanes.count
    }

    /// Whether records of this type should be read from vehicles: false while a lane that their acks wait for is
    /// at its limit, or while the spool has no room.
    ///
    /// Costs one call and one load. After false, ``DeliveryObserver/lanesHaveRoom()`` tells when to ask again.
    package var hasRoom: Bool { spool?.hasRoom ?? gate.isOpen }

    /// Hands over records of this route's type, oldest first. Never waits.
    ///
    /// Called from any loop's thread. Records of one connection keep their order when they come from one thread.
    /// What is submitted although ``hasRoom`` is false overshoots the limit; from twice the limit on it is refused
    /// and settled as withheld. A lane that no ack waits for drops what comes while it is full, and counts it.
    /// With a spool, records are acknowledged when they are on its disk.
    package func submit(_ records: [Record]) {
        submit(records, transportedBytes: records.transportedBytes)
    }

    /// As ``submit(_:)``, for a caller that has added up ``Record/transportedBytes`` already.
    package func submit(_ records: [Record], transportedBytes bytes: Int) {
        guard !records.isEmpty else { return }
        if let spool { return spool.take(records, bytes: bytes) }
        if ackLanes.count > 1 {
            for record in records { record.expectDeliveries(ackLanes.count) }
        }
        let ackSubmission = Submission(
            records: records,
            share: ackLanes.count > 1 ? .shared : .sole,
            bytes: bytes
        )
        for lane in ackLanes where !lane.offer(ackSubmission) {
            withhold(ackSubmission)
        }
        guard !otherLanes.isEmpty else { return }
        let submission = Submission(records: records, share: .none, bytes: bytes)
        for lane in otherLanes { _ = lane.offer(submission) }
    }

    private func withhold(_ submission: Submission) {
        var collector = SettlementCollector(observers: observers.all)
        for record in submission.records {
            if let outcome = record.finishDelivery(submission.share, isSafe: false) {
                collector.add(record, outcome, expected: submission.records.count)
            }
        }
        collector.post()
    }
}
