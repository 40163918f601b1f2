internal import EnvelopeCodec
internal import LinuxSystem
internal import OpenSSLTransport
internal import WebSocketCodec

extension FleetLoop {
    func handle(_ index: Int, _ generation: UInt32, _ readiness: Readiness) {
        let vehicle = vehicles[index]
        // An event that was reported before its connection went away.
        guard vehicle.generation == generation, let link = vehicle.link else { return }
        if readiness.contains(.writable), !link.unsent.isEmpty, !sendRest(index, link) { return }
        switch link.stage {
        case .connecting, .handshaking:
            advanceOpening(index, link, readiness)
        case .upgrading, .streaming, .closing:
            guard readiness != .writable else {
                if vehicle.link === link { fill(index) }
                return
            }
            switch link.session.receive(from: link.descriptor) {
            case .received: readAll(index, link)
            case .nothingYet: break
            case .endOfStream: lose(index, "the server closed the connection")
            case .failed(let error): lose(index, "\(error)")
            }
        }
    }

    /// Decrypts and acts on everything that was received, then says what there is to say.
    func readAll(_ index: Int, _ link: VehicleLink) {
        // Taken out of the loop for the time of reading, so that it can be looked at while the loop changes.
        var bytes: [UInt8] = []
        swap(&bytes, &inbound)
        defer { swap(&bytes, &inbound) }
        var end = link.received.count
        if end > 0 {
            if bytes.count < end + 32_768 { bytes.append(contentsOf: repeatElement(0, count: end + 32_768)) }
            bytes.replaceSubrange(0..<end, with: link.received)
            link.received = []
        }
        var isEnded = false
        reading: while true {
            if bytes.count - end < 16_384 { bytes.append(contentsOf: repeatElement(0, count: bytes.count)) }
            switch link.session.read(into: &bytes, at: end) {
            case .bytes(let count): end += count
            case .wantsMore: break reading
            case .closed:
                isEnded = true
                break reading
            case .failed(let failure): return lose(index, Self.reason(failure))
            }
        }
        let consumed = act(index, link, &bytes, end)
        guard vehicles[index].link === link else { return }
        if isEnded { return lose(index, "the server said goodbye in TLS") }
        if consumed < end { link.received = Array(bytes[consumed..<end]) }
        fill(index)
    }

    /// - Returns: how many bytes need not be looked at again.
    private func act(_ index: Int, _ link: VehicleLink, _ bytes: inout [UInt8], _ end: Int) -> Int {
        var pending = 0..<end
        if case .upgrading = link.stage {
            guard let start = acceptUpgrade(index, link, bytes[0..<end]) else { return 0 }
            pending = start..<end
        }
        let vehicle = vehicles[index]
        do {
            while let event = try link.frames.next(in: &bytes, &pending) {
                switch event {
                case .message(_, let range):
                    answered(vehicle, bytes, range)
                case .ping(let range):
                    appendPong(bytes[range], mask: nextMask(), to: &outbound)
                case .pong:
                    break
                case .close(let close):
                    let reason = String(decoding: bytes[close.reason], as: UTF8.self)
                    closed(index, link, close.code, reason)
                    return end
                case .fragment, .oversize:
                    lose(index, "the server sent an answer in pieces, or a far too long one")
                    return end
                }
            }
        } catch {
            lose(index, "the server broke the WebSocket protocol: \(error)")
        }
        return pending.lowerBound
    }

    private func answered(_ vehicle: SimulatedVehicle, _ bytes: [UInt8], _ range: Range<Int>) {
        guard let envelope = try? Envelope.read(bytes.span, in: range) else {
            note("the server's answer is no envelope")
            return
        }
        lastAnsweredAt = now
        let found: AckQueue.Waiting?
        if envelope.txid.isEmpty {
            // The answer to a message whose txid the server could not read; answers come in order.
            found = vehicle.waiting.removeOldest()
        } else {
            found = key(of: envelope.txid, bytes, vehicle).flatMap { vehicle.waiting.remove(key: $0) }
        }
        guard let found else {
            counts.surplusAcks += 1
            return
        }
        if case .steady(let scenario, var kept) = vehicle.feed {
            // Cleared first, so that the dictionary has one owner while it changes.
            vehicle.feed = .idle
            kept[found.key] = nil
            vehicle.feed = .steady(scenario, kept: kept)
        }
        if case .stream = envelope.kind {
            counts.refused += 1
            return
        }
        counts.acked += 1
        if !found.isResent { latency.add(nanoseconds: now > found.sentAt ? now - found.sentAt : 0) }
    }

    /// The number in one of our txids, or a fingerprint of a recorded one; nil when it is not this vehicle's.
    @inline(__always)
    private func key(of txid: Range<Int>, _ bytes: [UInt8], _ vehicle: SimulatedVehicle) -> UInt64? {
        if case .replay = vehicle.feed { return Self.fingerprint(bytes, txid) }
        guard txid.count == VehicleTxid.bytes else { return nil }
        let prefix = vehicle.txid.prefix
        for index in prefix.indices where bytes[txid.lowerBound &+ index] != prefix[index] { return nil }
        var number: UInt64 = 0
        for index in txid.lowerBound &+ VehicleTxid.prefixBytes &+ 1..<txid.upperBound {
            number = number &* 10 &+ UInt64(bytes[index] & 15)
        }
        return number
    }

    /// FNV-1a of 64 bits.
    static func fingerprint(_ bytes: [UInt8], _ range: Range<Int>) -> UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for index in range { hash = (hash ^ UInt64(bytes[index])) &* 0x100_0000_01B3 }
        return hash
    }

    private func closed(_ index: Int, _ link: VehicleLink, _ code: CloseCode?, _ reason: String) {
        if case .closing = phase { return discard(index) }
        // RFC 6455 section 5.5.1: a close frame is answered with one.
        var answer: [UInt8] = []
        appendClose(code, mask: nextMask(), to: &answer)
        if link.session.write(answer.span) == nil { _ = link.session.send(to: link.descriptor, rest: &link.unsent) }
        let text = code.map(\.description) ?? "without a code"
        lose(index, "the server closed the WebSocket: \(text)\(reason.isEmpty ? "" : " \(reason)")")
    }
}
