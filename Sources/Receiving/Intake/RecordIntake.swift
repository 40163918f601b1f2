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

    private let context: ReceiverContext
    private let topics: TopicTable
    private let transform: RecordTransform
    private var decoder = PayloadDecoder()
    private var writer = PayloadWriter()
    /// The turn's records, by route.
    private var staged: [[Record]]
    private var hasStaged = false
    private var turn = UnixMilliseconds(rawValue: 0)
    private let meters: [RecordTypeMetrics]

    init(context: ReceiverContext) {
        self.context = context
        topics = TopicTable(context.router)
        transform = RecordTransform(mode: context.settings.isReferenceCompatible ? .reference : .standard)
        staged = Array(repeating: [], count: context.router.routes.count)
        meters = topics.rows.map { context.meters.reference.recordType($0.type.topic) }
    }

    /// Called once per wake-up: records of one wake-up share their time of receipt.
    func beginTurn() {
        turn = UnixMilliseconds(rawValue: WallClock.milliseconds)
    }

    var receivedAt: UnixMilliseconds { turn }

    /// A record type as it stands in acks.
    func topicBytes(of type: RecordType) -> ArraySlice<UInt8> {
        topics.rows.first { $0.type == type }?.topic[...] ?? []
    }

    /// Looks at one message in `bytes`.
    ///
    /// The checks and their order are the reference's (`protocol.md` section 3), with the differences that the
    /// README lists: one ack for what is no record, no record for it either.
    func take(
        _ bytes: [UInt8],
        _ message: Range<Int>,
        from connection: Connection,
        _ source: RecordSource
    ) -> Verdict {
        let envelope: Envelope
        do throws(EnvelopeError) {
            envelope = try Envelope.read(bytes.span, in: message)
        } catch {
            noteUnexpected(source, error.description)
            return .refuse(txid: 0..<0)
        }
        guard let stream = envelope.stream else {
            context.meters.reference.unknownMessageType(tag: envelope.kind.tag).add()
            context.log.limited(.error, "unknown_message_type_error", [
                "vin": .text(source.device.vin.text), "kind": .text("\(envelope.kind)"),
            ])
            return .acknowledge(txid: envelope.txid, topic: envelope.topic)
        }
        let row = topics.find(bytes.span, envelope.topic)
        if isOverLimit(connection, row, source) { return .ignore }
        if let row, let route = topics.rows[row].route {
            guard route.hasRoom else {
                connection.messagesInWindow -= 1
                return .wait
            }
        } else if !isSender(bytes, stream.senderID, source.device) {
            noteWrongSender(bytes, stream.senderID, source)
            return .refuse(txid: envelope.txid)
        }
        // Acknowledged and dropped, as the reference does: nobody has asked for this type.
        guard let row else { return .acknowledge(txid: envelope.txid, topic: envelope.topic) }
        return takeRecord(bytes, envelope.txid, envelope.topic, stream.payload, row, connection, source)
    }

    private func takeRecord(
        _ bytes: [UInt8],
        _ txid: Range<Int>,
        _ topic: Range<Int>,
        _ payload: Range<Int>,
        _ row: Int,
        _ connection: Connection,
        _ source: RecordSource
    ) -> Verdict {
        let type = topics.rows[row].type
        var content = RecordContent.opaque
        if topics.rows[row].isDecoded {
            do throws(PayloadError) {
                content = try decoder.decode(type, bytes.span.extracting(payload))
            } catch {
                noteUnexpected(source, "\(type.topic): \(error)")
                return .refuse(txid: txid)
            }
            transform.apply(to: &content, vin: source.device.vin)
        }
        connection.receivedPayloadBytes += payload.count
        guard let route = topics.rows[row].route else { return .acknowledge(txid: txid, topic: topic) }

        var stored: [UInt8] = []
        stored.reserveCapacity(payload.count + txid.count + 48)
        if topics.rows[row].isDecoded {
            writer.write(content, appendingTo: &stored)
        } else {
            stored.append(contentsOf: bytes[payload])
        }
        let payloadCount = stored.count
        stored.append(contentsOf: bytes[txid])
        stage(
            Record(
                source: source,
                sequence: connection.nextSequence,
                type: type,
                receivedAt: turn,
                content: content,
                bytes: stored,
                payloadCount: payloadCount
            ),
            route
        )
        count(content, payloadCount, row, route, source)
        connection.nextSequence += 1
        connection.unacknowledged += 1
        return .taken
    }

    private func count(
        _ content: RecordContent,
        _ payloadCount: Int,
        _ row: Int,
        _ route: DispatchRoute,
        _ source: RecordSource
    ) {
        let meters = meters[row]
        meters.records.add()
        meters.payloadBytes.add(payloadCount)
        meters.dispatches.add(route.laneCount)
        guard case .vehicleData(let data) = content else { return }
        meters.signals.add(Double(data.data.count))
        context.meters.reference.signals(ofVIN: source.device.vin.text, recordType: topics.rows[row].type.topic)?
            .add(Double(data.data.count))
    }

    private func stage(_ record: Record, _ route: DispatchRoute) {
        staged[route.index].append(record)
        hasStaged = true
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
        stage(
            Record(
                source: source,
                sequence: Self.serverMade,
                type: .connectivity,
                receivedAt: UnixMilliseconds(rawValue: WallClock.milliseconds),
                content: content,
                payload: writer.bytes(of: content),
                txid: Array(source.socketID.utf8)
            ),
            route
        )
    }

    /// Hands the turn's records to their routes.
    func submit() {
        guard hasStaged else { return }
        hasStaged = false
        for index in staged.indices where !staged[index].isEmpty {
            var records: [Record] = []
            swap(&records, &staged[index])
            staged[index].reserveCapacity(records.count)
            context.router.routes[index].submit(records)
        }
    }

    // MARK: Checks

    /// Counts the message in the connection's window of the rate limit.
    private func isOverLimit(_ connection: Connection, _ row: Int?, _ source: RecordSource) -> Bool {
        guard let limit = context.settings.rateLimit else { return false }
        if turn.rawValue - connection.windowStart >= Int64(limit.intervalMilliseconds) || turn.rawValue < connection.windowStart {
            connection.windowStart = turn.rawValue
            connection.messagesInWindow = 0
        }
        connection.messagesInWindow += 1
        guard connection.messagesInWindow > limit.messages else { return false }
        let topic = row.map { topics.rows[$0].type.topic } ?? ReferenceMetrics.other
        context.meters.reference.rateLimitExceeded(vin: source.device.vin.text, recordType: topic).add()
        context.log.limited(.error, "rate_limit_exceeded", [
            "vin": .text(source.device.vin.text),
            "message_limit": .number(Int64(limit.messages)),
            "interval_milliseconds": .number(Int64(limit.intervalMilliseconds)),
        ])
        return true
    }

    /// Whether the envelope names the certificate's device: as `type.id`, or the bare id.
    private func isSender(_ bytes: [UInt8], _ sender: Range<Int>, _ device: DeviceIdentity) -> Bool {
        equals(bytes, sender, device.senderID) || equals(bytes, sender, device.vin.text)
    }

    private func equals(_ bytes: [UInt8], _ range: Range<Int>, _ text: String) -> Bool {
        bytes[range].elementsEqual(text.utf8)
    }

    private func noteWrongSender(_ bytes: [UInt8], _ sender: Range<Int>, _ source: RecordSource) {
        context.meters.reference.unauthorizedSenders.add()
        context.meters.reference.unexpectedRecords.add()
        let shown = range(sender, limitedTo: 64)
        context.log.limited(.error, "unexpected_sender_id", [
            "vin": .text(source.device.vin.text),
            "sender_id": .text(String(decoding: bytes[shown], as: UTF8.self)),
            "expected": .text(source.device.senderID),
        ])
    }

    private func range(_ range: Range<Int>, limitedTo count: Int) -> Range<Int> {
        range.lowerBound..<min(range.upperBound, range.lowerBound + count)
    }

    private func noteUnexpected(_ source: RecordSource, _ reason: String) {
        context.meters.reference.unexpectedRecords.add()
        context.log.limited(.error, "unexpected_record", [
            "vin": .text(source.device.vin.text), "txid": .text(source.socketID), "error": .text(reason),
        ])
    }
}

@available(*, unavailable)
extension RecordIntake: Sendable {}
