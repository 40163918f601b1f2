internal import Dispatching
internal import EnvelopeCodec
internal import LinuxSystem
internal import Observability
internal import PayloadCodec
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

    private let context: ReceiverContext
    let topics: TopicTable
    private var rewriter: PayloadRewriter
    private var writer = PayloadWriter()
    private var stages: [Stage]
    private var hasStaged = false
    private var turn = UnixMilliseconds(rawValue: 0)
    private var turnTick: UInt64 = 0
    private let tracksVINs: Bool
    /// Connectivity last: what a vehicle sent in the turn of its leaving comes before the record that it has left.
    private let submissionOrder: [Int]

    init(context: ReceiverContext) {
        self.context = context
        topics = TopicTable(context.router, context.meters.reference)
        rewriter = PayloadRewriter(mode: context.settings.isReferenceCompatible ? .reference : .standard)
        stages = Array(repeating: Stage(), count: context.router.routes.count)
        let routes = context.router.routes
        submissionOrder =
            routes.indices.filter { routes[$0].type != .connectivity }
            + routes.indices.filter { routes[$0].type == .connectivity }
        tracksVINs = !context.settings.trackedVINs.isEmpty
    }

    /// Called once per wake-up: records of one wake-up share their time of receipt.
    func beginTurn(_ now: MonotonicTime) {
        turn = UnixMilliseconds(rawValue: WallClock.milliseconds)
        turnTick = now.nanoseconds
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
        _ source: RecordSource
    ) -> Verdict {
        let envelope: Envelope
        do throws(EnvelopeError) {
            envelope = try Envelope.read(bytes, in: message)
        } catch {
            noteUnexpected(source, type: "", txid: "", error.description)
            return .refuse(txid: 0..<0)
        }
        guard let stream = envelope.stream else {
            context.meters.reference.unknownMessageType(tag: envelope.kind.tag).add()
            context.log.limited(
                .error,
                "unknown_message_type_error",
                [
                    "vin": .text(source.device.vin.text), "kind": .text("\(envelope.kind)"),
                ]
            )
            return .acknowledge(txid: envelope.txid, topic: envelope.topic)
        }
        let topic = topics.find(bytes.extracting(envelope.topic))
        if isOverLimit(connection, topic, source) { return .ignore }
        if let route = topic?.route {
            guard route.hasRoom else {
                connection.messagesInWindow -= 1
                return .wait
            }
        } else if !isSender(bytes.extracting(stream.senderID), source.device) {
            noteWrongSender(bytes, envelope, stream, source)
            return .refuse(txid: envelope.txid)
        }
        // Acknowledged and dropped, as the reference does: nobody has asked for this type.
        guard let topic else {
            connection.receivedPayloads.add(stream.payload.count, row: nil)
            countUnrouted(stream.payload.count, context.meters.reference.recordType(ReferenceMetrics.other))
            return .acknowledge(txid: envelope.txid, topic: envelope.topic)
        }
        do throws(PayloadError) {
            let (record, signals) = try rewriter.record(
                topic.kind,
                bytes.extracting(stream.payload),
                txid: bytes.extracting(envelope.txid),
                RecordStamp(
                    source: source,
                    sequence: connection.nextSequence,
                    type: topic.type,
                    receivedAt: turn,
                    receivedTick: turnTick
                )
            )
            if let complaint = context.settings.complaint?(record.content) {
                noteUnexpected(source, type: topic.type.topic, txid: Self.shown(bytes, envelope.txid), complaint)
                return .refuse(txid: envelope.txid)
            }
            connection.receivedPayloads.add(stream.payload.count, row: topic.row)
            guard let route = topic.route else {
                countUnrouted(record.payloadCount, topic.meters)
                return .acknowledge(txid: envelope.txid, topic: envelope.topic)
            }
            stages[route.index].add(record, signals: signals)
            hasStaged = true
            connection.nextSequence += 1
            connection.unacknowledged += 1
            if tracksVINs { count(signals, of: source, topic) }
            return .taken
        } catch {
            noteUnexpected(source, type: topic.type.topic, txid: Self.shown(bytes, envelope.txid), "\(error)")
            return .refuse(txid: envelope.txid)
        }
    }

    /// Received and acknowledged like others, but dispatched nowhere.
    private func countUnrouted(_ payloadCount: Int, _ meters: RecordTypeMetrics) {
        meters.records.add()
        meters.payloadBytes.add(payloadCount)
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
        guard hasStaged else { return }
        hasStaged = false
        for index in submissionOrder where !stages[index].records.isEmpty {
            var stage = Stage()
            swap(&stage, &stages[index])
            stages[index].records.reserveCapacity(stage.records.count)
            let route = context.router.routes[index]
            count(stage, route)
            context.logDispatching(stage.records)
            route.submit(stage.records, transportedBytes: stage.bytes)
        }
    }

    /// Once per turn: an addition that other threads may see costs as much as ten that they don't.
    private func count(_ stage: Stage, _ route: DispatchRoute) {
        guard stage.received > 0, let meters = topics.find(route.type)?.meters else { return }
        meters.records.add(stage.received)
        meters.payloadBytes.add(stage.payloadBytes)
        meters.dispatches.add(stage.received * route.laneCount)
        if stage.signals > 0 { meters.signals.add(Double(stage.signals)) }
    }

    // MARK: Checks

    /// Counts the message in the connection's window of the rate limit.
    private func isOverLimit(_ connection: Connection, _ topic: Topic?, _ source: RecordSource) -> Bool {
        guard let limit = context.settings.rateLimit else { return false }
        if turn.rawValue - connection.windowStart >= Int64(limit.intervalMilliseconds)
            || turn.rawValue < connection.windowStart
        {
            connection.windowStart = turn.rawValue
            connection.messagesInWindow = 0
        }
        connection.messagesInWindow += 1
        guard connection.messagesInWindow > limit.messages else { return false }
        let label = topic?.type.topic ?? ReferenceMetrics.other
        context.meters.reference.rateLimitExceeded(vin: source.device.vin.text, recordType: label).add()
        context.log.limited(
            .error,
            "rate_limit_exceeded",
            [
                "vin": .text(source.device.vin.text),
                "message_limit": .number(Int64(limit.messages)),
                "interval_milliseconds": .number(Int64(limit.intervalMilliseconds)),
            ]
        )
        return true
    }

    /// Whether the envelope names the certificate's device: as `type.id`, or the bare id.
    private func isSender(_ sender: Span<UInt8>, _ device: DeviceIdentity) -> Bool {
        equals(sender, device.senderID) || equals(sender, device.vin.text)
    }

    private func equals(_ bytes: Span<UInt8>, _ text: String) -> Bool {
        let wanted = text.utf8.span
        guard bytes.count == wanted.count else { return false }
        for index in bytes.indices where bytes[index] != wanted[index] { return false }
        return true
    }

    /// Two lines, as the reference writes them (`protocol.md` section 3).
    private func noteWrongSender(
        _ bytes: Span<UInt8>,
        _ envelope: Envelope,
        _ stream: Envelope.Stream,
        _ source: RecordSource
    ) {
        context.meters.reference.unauthorizedSenders.add()
        let type = Self.shown(bytes, envelope.topic)
        let txid = Self.shown(bytes, envelope.txid)
        let sender = Self.shown(bytes, stream.senderID)
        context.log.limited(
            .error,
            "unexpected_sender_id",
            [
                "vin": .text(source.device.vin.text), "sender_id": .text(sender),
                "expected_sender_id": .text(source.device.senderID), "record_type": .text(type), "txid": .text(txid),
            ]
        )
        noteUnexpected(
            source,
            type: type,
            txid: txid,
            "the message names \(sender) as its sender, the certificate \(source.device.senderID)"
        )
    }

    private func noteUnexpected(_ source: RecordSource, type: String, txid: String, _ reason: String) {
        context.meters.reference.unexpectedRecords.add()
        context.log.limited(
            .error,
            "unexpected_record",
            [
                "vin": .text(source.device.vin.text), "device_id": .text(source.device.vin.text),
                "record_type": .text(type), "txid": .text(txid), "socket_id": .text(source.socketID),
                "error": .text(reason),
            ]
        )
    }

    /// The beginning of what a peer wrote, for a line of the log.
    private static func shown(_ bytes: Span<UInt8>, _ range: Range<Int>) -> String {
        String(decoding: range.prefix(64).map { bytes[$0] }, as: UTF8.self)
    }
}

@available(*, unavailable)
extension RecordIntake: Sendable {}
