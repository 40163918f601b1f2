internal import Dispatching
internal import EnvelopeCodec
internal import LinuxSystem
internal import Observability
internal import PayloadCodec
internal import RecordRules
internal import SignalMetering
internal import TelemetryModel

/// From a whole message to a record on its way, or to the answer that the vehicle gets instead.
///
/// One per event loop: it owns the loop's decoder and collects the turn's records, so that each route is handed
/// all of them at once.
final class RecordIntake {
    /// Sequence of records that the server makes itself; nobody waits for their acks.
    static let serverMade = UInt64.max

    /// What a message came to.
    enum Verdict {
        /// A record was taken; its ack follows when its dispatchers have it.
        case taken
        /// Answer with an ack at once: nothing will be dispatched.
        case acknowledge(txid: Range<Int>, topic: Range<Int>)
        /// Answer with an error.
        case refuse(txid: Range<Int>)
        /// Over the rate limit: no answer, so that the vehicle sends it again later.
        case ignore
        /// Not now: a lane that the record needs is full. Nothing has been counted; offer the message again.
        case wait
        /// The same, but in the next turn: another loop has to end its own first.
        case waitBriefly

        /// Whether the message must be offered again: nil if not, else whether in the next turn already.
        var wait: Bool? {
            switch self {
            case .wait: false
            case .waitBriefly: true
            case .taken, .acknowledge, .refuse, .ignore: nil
            }
        }
    }

    /// The turn's records of one route.
    private struct Stage {
        var records: [Record] = []
        /// What they transport; added up here, so that nobody has to go through them again.
        var bytes = 0
        /// Those of them that came from vehicles.
        var received = 0
        var payloadBytes = 0
        var signals = 0

        /// Takes a vehicle's record.
        mutating func add(_ record: Record, signals: Int) {
            records.append(record)
            bytes += record.transportedBytes
            received += 1
            payloadBytes += record.payloadCount
            self.signals += signals
        }
    }

    let context: ReceiverContext
    let topics: TopicTable
    private var rewriter: PayloadRewriter
    /// What records are checked for; nil for nothing.
    var rules: RuleSet?
    private var findings: FindingMeters
    private var tally = FindingTally()
    /// Records of this turn that rules refuse.
    private var refused: [DeadLetter] = []
    private var writer = PayloadWriter()
    private var stages: [Stage]
    private var hasStaged = false
    private var turn = UnixMilliseconds(rawValue: 0)
    private var turnTick: UInt64 = 0
    /// Milliseconds of the monotonic clock at the start of the turn.
    private(set) var now: UInt64 = 0
    // Asked before the vehicle is, whose memory would have to be fetched for the answer.
    private let tracksVINs: Bool
    private let recognisesRepeats: Bool
    /// Nil when nobody counts signals for what they cost.
    let signalCounter: SignalCounter?
    /// Which of this loop's rounds the staged records belong to; ended by ``submit()``.
    private var handover: Handover
    /// Connectivity last: what a vehicle sent in the turn of its leaving comes before the record that it has left.
    private let submissionOrder: [Int]

    init(context: ReceiverContext, loop: UInt16) {
        self.context = context
        topics = TopicTable(context.router, context.meters.reference)
        rewriter = PayloadRewriter(mode: context.settings.isReferenceCompatible ? .reference : .standard)
        rules = context.settings.rules
        findings = FindingMeters(context)
        stages = Array(repeating: Stage(), count: context.router.routes.count)
        let routes = context.router.routes
        submissionOrder =
            routes.indices.filter { routes[$0].type != .connectivity }
            + routes.indices.filter { routes[$0].type == .connectivity }
        tracksVINs = !context.settings.trackedVINs.isEmpty
        recognisesRepeats = context.settings.deduplication != nil
        signalCounter = context.meter.map { SignalCounter($0) }
        handover = Handover(loop: loop, round: 1)
    }

    /// Called once per wake-up: records of one wake-up share their time of receipt.
    func beginTurn(_ clock: MonotonicTime) {
        now = clock.nanoseconds / 1_000_000
        turn = UnixMilliseconds(rawValue: WallClock.milliseconds)
        turnTick = clock.nanoseconds
    }

    var receivedAt: UnixMilliseconds { turn }

    /// The topics that ``ReceivedPayloads`` has places for.
    var payloadTopics: [String] { topics.all.prefix(4).map(\.type.topic) }

    /// Looks at one message in `bytes`.
    ///
    /// The checks and their order are the reference's (`protocol.md` section 3), with the differences that the
    /// README lists: one ack for what is no record, no record for it either.
    func take(
        _ bytes: Span<UInt8>,
        _ message: Range<Int>,
        from connection: Connection,
        _ socket: VehicleSocket
    ) -> Verdict {
        let source = socket.source
        let envelope: Envelope
        do throws(EnvelopeError) {
            envelope = try Envelope.read(bytes, in: message)
        } catch {
            noteUnexpected(source, type: "", txid: "", error.description)
            return .refuse(txid: 0..<0)
        }
        guard let stream = envelope.stream else {
            context.meters.reference.unknownMessageType(tag: envelope.kind.tag).add()
            context.log.observe(
                .unknownMessageType,
                [
                    "vin": .text(source.device.vin.text), "kind": .text("\(envelope.kind)"),
                ]
            )
            return .acknowledge(txid: envelope.txid, topic: envelope.topic)
        }
        let topic = topics.find(bytes.extracting(envelope.topic))
        // First, because a message that waits is offered again and must not count twice.
        if let route = topic?.route, !route.hasRoom { return .wait }
        if let rules, rules.mayReject, !context.router.rejections.hasRoom { return .wait }
        if isOverLimit(socket, topic) { return .ignore }
        if topic?.route == nil, !isSender(bytes.extracting(stream.senderID), source.device) {
            noteWrongSender(bytes, envelope, stream, source)
            return .refuse(txid: envelope.txid)
        }
        // Acknowledged and dropped, as the reference does: nobody has asked for this type.
        guard let topic else {
            connection.receivedPayloads.add(stream.payload.count, row: nil)
            countUnrouted(stream.payload.count, context.meters.reference.recordType(ReferenceMetrics.other))
            return .acknowledge(txid: envelope.txid, topic: envelope.topic)
        }
        if recognisesRepeats, let answer = repeated(bytes, envelope, stream.payload, topic, socket) {
            if answer.wait == nil { connection.receivedPayloads.add(stream.payload.count, row: topic.row) }
            return answer
        }
        do throws(PayloadError) {
            let (record, signals) = try rewriter.record(
                topic.kind,
                bytes.extracting(stream.payload),
                txid: bytes.extracting(envelope.txid),
                RecordStamp(
                    source: source,
                    sequence: socket.records,
                    type: topic.type,
                    receivedAt: turn,
                    receivedTick: turnTick
                )
            )
            if let complaint = context.settings.complaint?(record.content) {
                socket.vehicle.deliveries?.release(record.id)
                noteUnexpected(source, type: topic.type.topic, txid: Self.shown(bytes, envelope.txid), complaint)
                return .refuse(txid: envelope.txid)
            }
            connection.receivedPayloads.add(stream.payload.count, row: topic.row)
            if let signalCounter { meter(record, socket.vehicle, signalCounter) }
            guard let route = topic.route else {
                countUnrouted(record.payloadCount, topic.meters)
                return .acknowledge(txid: envelope.txid, topic: envelope.topic)
            }
            if let judgement = judge(record, connection, socket) {
                guard carryOut(judgement, on: record, signals, topic, route) else {
                    socket.vehicle.deliveries?.release(record.id)
                    return .acknowledge(txid: envelope.txid, topic: envelope.topic)
                }
            } else {
                stages[route.index].add(record, signals: signals)
            }
            hasStaged = true
            socket.noteRecord(at: turn, row: topic.row)
            if tracksVINs, socket.vehicle.isTracked { count(signals, of: source, topic) }
            return .taken
        } catch {
            socket.vehicle.deliveries?.release(Record.ID(connection: source.connection, sequence: socket.records))
            noteUnexpected(source, type: topic.type.topic, txid: Self.shown(bytes, envelope.txid), "\(error)")
            return .refuse(txid: envelope.txid)
        }
    }

    /// What a record gets that the vehicle has sent before; nil for all others.
    @inline(__always)
    private func repeated(
        _ bytes: Span<UInt8>,
        _ envelope: Envelope,
        _ payload: Range<Int>,
        _ topic: Topic,
        _ socket: VehicleSocket
    ) -> Verdict? {
        // Without a txid two records can't be told from one that came twice; what goes nowhere can't come twice.
        guard let deliveries = socket.vehicle.deliveries, !envelope.txid.isEmpty, topic.route != nil else { return nil }
        let fingerprint = RecordFingerprint(
            row: topic.row,
            txid: bytes.extracting(envelope.txid),
            payload: bytes.extracting(payload)
        )
        let id = Record.ID(connection: socket.source.connection, sequence: socket.records)
        switch deliveries.claim(fingerprint, id: id, handover, context.handovers, now: now) {
        case .first:
            return nil
        case .delivered:
            context.meters.duplicates.add()
            return .acknowledge(txid: envelope.txid, topic: envelope.topic)
        case .answeredLater:
            context.meters.duplicates.add()
            socket.noteWaiting()
            return .taken
        case .unanswered:
            context.meters.duplicates.add()
            return .ignore
        case .tooEarly:
            if context.settings.rateLimit != nil { socket.vehicle.rateWindow.giveBack() }
            return .waitBriefly
        }
    }

    // MARK: Rules

    /// What the rules say of a record; nil when it breaks none, or none are asked.
    @inline(__always)
    private func judge(_ record: Record, _ connection: Connection, _ socket: VehicleSocket) -> Judgement? {
        guard let rules else { return nil }
        if let known = connection.rules, known.set === rules {
            return known.isIdle ? nil : known.judge(record, &tally)
        }
        let own = rules.rules(for: socket.source.device.vin, history: socket.vehicle.history)
        connection.rules = own
        return own.isIdle ? nil : own.judge(record, &tally)
    }

    /// Sends a record on as the rules say: with its findings, without some of its data, or to the dead letters.
    ///
    /// - Returns: false when nothing is left of it, so that nobody has to keep anything.
    private func carryOut(
        _ judgement: Judgement,
        on record: Record,
        _ signals: Int,
        _ topic: Topic,
        _ route: DispatchRoute
    ) -> Bool {
        findings.log(judgement, of: record)
        if let rule = judgement.rejectedBy {
            countUnrouted(record.payloadCount, topic.meters)
            refused.append(DeadLetter(record: record.with(judgement.findings), rule: rule))
            return true
        }
        guard judgement.strippedCount > 0 else {
            stages[route.index].add(record.with(judgement.findings), signals: signals)
            return true
        }
        guard judgement.strippedCount < signals else {
            findings.emptied.add()
            countUnrouted(record.payloadCount, topic.meters)
            return false
        }
        let rest = rewriter.strip(record, judgement.isStripped, judgement.findings)
        stages[route.index].add(rest, signals: signals - judgement.strippedCount)
        return true
    }

    /// Received and acknowledged like others, but dispatched nowhere.
    private func countUnrouted(_ payloadCount: Int, _ meters: RecordTypeMetrics) {
        meters.records.add()
        meters.payloadBytes.add(payloadCount)
    }

    /// Whatever becomes of the record: the vehicle has sent it.
    private func meter(_ record: Record, _ vehicle: Vehicle, _ counter: SignalCounter) {
        guard case .vehicleData(let data) = record.content, let metered = vehicle.metered else { return }
        counter.count(data, of: metered, receivedAt: turn, now: now)
    }

    private func count(_ signals: Int, of source: RecordSource, _ topic: Topic) {
        guard signals > 0 else { return }
        context.meters.reference.signals(ofVIN: source.device.vin.text, recordType: topic.type.topic)?
            .add(Double(signals))
    }

    /// Makes the record that says that a vehicle has come or gone, if anybody wants it.
    func takeConnectivity(_ status: VehicleConnectivity.Status, of source: RecordSource) {
        guard let route = context.router.route(for: .connectivity) else { return }
        let (seconds, nanos) = WallClock.secondsAndNanos
        let content = RecordContent.connectivity(
            VehicleConnectivity(
                vin: source.device.vin.text,
                connectionID: source.socketID,
                status: status,
                createdAt: Timestamp(seconds: seconds, nanos: nanos),
                networkInterface: source.networkInterface
            )
        )
        let payload = writer.bytes(of: content)
        stages[route.index].bytes += payload.count + source.socketID.utf8.count
        stages[route.index].records.append(
            Record(
                source: source,
                sequence: Self.serverMade,
                type: .connectivity,
                receivedAt: UnixMilliseconds(rawValue: WallClock.milliseconds),
                content: content,
                payload: payload,
                txid: Array(source.socketID.utf8)
            )
        )
        hasStaged = true
    }

    /// Counts the turn's records and hands them to their routes.
    func submit() {
        if !tally.isEmpty {
            findings.count(tally)
            tally.removeAll()
        }
        guard hasStaged else { return }
        hasStaged = false
        defer {
            context.handovers.finish(handover)
            handover = Handover(loop: handover.loop, round: handover.round + 1)
        }
        for index in submissionOrder where !stages[index].records.isEmpty {
            var stage = Stage()
            swap(&stage, &stages[index])
            stages[index].records.reserveCapacity(stage.records.count)
            let route = context.router.routes[index]
            count(stage, route)
            context.logDispatching(stage.records)
            route.submit(stage.records, transportedBytes: stage.bytes)
        }
        guard !refused.isEmpty else { return }
        context.router.rejections.submit(refused)
        refused.removeAll(keepingCapacity: true)
    }

    /// Once per turn: an addition that other threads may see costs as much as ten that they don't.
    private func count(_ stage: Stage, _ route: DispatchRoute) {
        guard stage.received > 0, let meters = topics.find(route.type)?.meters else { return }
        meters.records.add(stage.received)
        meters.payloadBytes.add(stage.payloadBytes)
        meters.dispatches.add(stage.received * route.laneCount)
        if stage.signals > 0 { meters.signals.add(Double(stage.signals)) }
    }
}

@available(*, unavailable)
extension RecordIntake: Sendable {}
