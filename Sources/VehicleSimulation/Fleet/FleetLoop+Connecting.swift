internal import LinuxSystem
internal import OpenSSLTransport
internal import WebSocketCodec

extension FleetLoop {
    /// Begins as many connections as there are places for.
    func openFromQueue() {
        if case .closing = phase { return }
        while opening < settings.handshakesAtOnce, connectQueueHead < connectQueue.count {
            let index = connectQueue[connectQueueHead]
            connectQueueHead += 1
            if vehicles[index].link == nil { open(index) }
        }
        if connectQueueHead == connectQueue.count {
            connectQueue.removeAll(keepingCapacity: true)
            connectQueueHead = 0
        }
    }

    private func open(_ index: Int) {
        let vehicle = vehicles[index]
        let locals = settings.localAddresses
        let local = locals.isEmpty ? nil : locals[index % locals.count]
        do {
            let descriptor = try TCP.connect(
                host: settings.host,
                port: settings.port,
                isBlocking: false,
                localHost: local
            )
            let context = try context(for: vehicle.credentials)
            let session = TLSSession(context, serverName: serverName, buffers: buffers)
            vehicle.generation &+= 1
            let registration = Registration(slot: UInt32(index), generation: vehicle.generation)
            try poll.add(descriptor.number, as: registration, for: .writable)
            vehicle.link = VehicleLink(descriptor: descriptor, session: session, startedAt: now)
            opening += 1
        } catch {
            counts.connectFailures += 1
            note("\(error)")
            tryLater(index)
        }
    }

    private var serverName: String? {
        settings.authorities == nil ? settings.serverName : settings.serverName ?? settings.host
    }

    private func context(for credentials: Int) throws(TLSContextError) -> TLSClientContext {
        if let context = contexts[credentials] { return context }
        let context = try TLSClientContext(
            authorities: settings.authorities,
            identity: settings.credentials[credentials].identity
        )
        contexts[credentials] = context
        return context
    }

    /// Drives a connection on that does not stream yet.
    func advanceOpening(_ index: Int, _ link: VehicleLink, _ readiness: Readiness) {
        if case .connecting = link.stage {
            if let error = TCP.connectionError(of: link.descriptor) {
                return lose(index, "\(settings.host):\(settings.port): \(error.reason)")
            }
            guard readiness.contains(.writable) else { return }
            link.stage = .handshaking
        }
        switch link.session.receive(from: link.descriptor) {
        case .received, .nothingYet: break
        case .endOfStream: return lose(index, "the server closed the connection during \(link.stage)")
        case .failed(let error): return lose(index, "\(error)")
        }
        if case .handshaking = link.stage {
            switch link.session.handshake() {
            case .wantsMore:
                return flush(index, link)
            case .failed(let failure):
                // The alert says to the server why, as a vehicle's does.
                flush(index, link)
                return lose(index, Self.reason(failure))
            case .done:
                if case .handshake = settings.churn { return endChurned(index, link) }
                link.stage = .upgrading
                let request = upgradeRequest(index, link)
                if let failure = link.session.write(request.span) { return lose(index, Self.reason(failure)) }
            }
        }
        readAll(index, link)
    }

    /// The request of a real vehicle, as far as its headers are known.
    private func upgradeRequest(_ index: Int, _ link: VehicleLink) -> [UInt8] {
        let bits = (random.next(), random.next())
        let bytes = stride(from: UInt64(0), to: 64, by: 8).flatMap { shift in
            [UInt8(truncatingIfNeeded: bits.0 >> shift), UInt8(truncatingIfNeeded: bits.1 >> shift)]
        }
        link.key = WebSocketHandshake.key(from: bytes)
        let host = settings.host.contains(":") ? "[\(settings.host)]" : settings.host
        var request: [UInt8] = []
        WebSocketHandshake.appendRequest(
            host: "\(host):\(settings.port)",
            key: link.key,
            headers: [
                (name: "X-Network-Interface", value: index.isMultiple(of: 3) ? "cellular" : "wifi"),
                (name: "Version", value: "1.1.0"),
                (name: "X-TXID", value: randomUUID()),
                (name: "User-Agent", value: "fleet-telemetry-simulation"),
            ],
            to: &request
        )
        return request
    }

    /// RFC 9562 version 4.
    private func randomUUID() -> String {
        let high = random.next() & 0xFFFF_FFFF_FFFF_0FFF | 0x4000
        let low = random.next() & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000
        let digits = hex(high) + hex(low)
        return [digits[0..<8], digits[8..<12], digits[12..<16], digits[16..<20], digits[20..<32]]
            .map { String(decoding: $0, as: UTF8.self) }.joined(separator: "-")
    }

    private func hex(_ bits: UInt64) -> [UInt8] {
        stride(from: 60, through: 0, by: -4).map { Array("0123456789abcdef".utf8)[Int(bits >> UInt64($0) & 15)] }
    }

    /// Looks at the answer to the upgrade.
    ///
    /// - Returns: where frames begin in `bytes`; nil when the answer is not all there, or was no upgrade.
    func acceptUpgrade(_ index: Int, _ link: VehicleLink, _ bytes: ArraySlice<UInt8>) -> Int? {
        guard let end = Self.endOfHead(bytes) else {
            if bytes.count > 65_536 { lose(index, "the server's HTTP head does not end") }
            return nil
        }
        if let reason = Self.upgradeFault(bytes[..<end], body: bytes[end...], key: link.key) {
            lose(index, reason)
            return nil
        }
        if case .upgrade = settings.churn {
            endChurned(index, link)
            return nil
        }
        link.key = ""
        link.stage = .streaming
        opening -= 1
        let vehicle = vehicles[index]
        vehicle.failures = 0
        counts.connects += 1
        counts.connected += 1
        counts.mostConnected = max(counts.mostConnected, counts.connected)
        if vehicle.hasConnected {
            counts.reconnects += 1
        } else {
            vehicle.hasConnected = true
            if sendingSince != nil { beginSchedule(index) }
        }
        if vehicle.waiting.count > 0 { resend(index) }
        return end
    }

    /// Goes away as soon as it has come far enough, and queues up again.
    private func endChurned(_ index: Int, _ link: VehicleLink) {
        // What is still to be said of the handshake; the server's part is not over before it has it.
        _ = link.session.send(to: link.descriptor, rest: &link.unsent)
        counts.connects += 1
        counts.churned += 1
        vehicles[index].failures = 0
        discard(index)
        if case .running = phase { connectQueue.append(index) }
    }

    /// Why an HTTP answer is no upgrade; nil when it is one.
    private static func upgradeFault(_ head: ArraySlice<UInt8>, body: ArraySlice<UInt8>, key: String) -> String? {
        let lines = String(decoding: head, as: UTF8.self).split(whereSeparator: \.isNewline)
        let statusLine = lines.first.map(String.init) ?? ""
        let status = statusLine.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
        var headers: [(name: String, value: String)] = []
        for line in lines.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            guard parts.count == 2 else { continue }
            headers.append((name: parts[0].lowercased(), value: String(parts[1].drop { $0 == " " })))
        }
        do {
            try WebSocketHandshake.checkAnswer(status: status, key: key) { name in
                headers.filter { $0.name == name.lowercased() }.map(\.value)
            }
            return nil
        } catch .notSwitchingProtocols {
            let said = String(decoding: body.prefix(200), as: UTF8.self).split(whereSeparator: \.isNewline).first
            return "no upgrade: \(statusLine)\(said.map { ", \($0)" } ?? "")"
        } catch {
            return "no upgrade: \(error)"
        }
    }

    private static func endOfHead(_ bytes: ArraySlice<UInt8>) -> Int? {
        var matched = 0
        for index in bytes.indices {
            let wanted: UInt8 = matched.isMultiple(of: 2) ? 0x0D : 0x0A
            matched = bytes[index] == wanted ? matched + 1 : bytes[index] == 0x0D ? 1 : 0
            if matched == 4 { return index + 1 }
        }
        return nil
    }

    /// Ends a connection that we did not want to end, and has the vehicle try again.
    func lose(_ index: Int, _ reason: String) {
        let vehicle = vehicles[index]
        guard let link = vehicle.link else { return }
        if case .closing = phase {
            discard(index)
            return
        }
        switch link.stage {
        case .connecting, .handshaking, .upgrading: counts.connectFailures += 1
        case .streaming, .closing: counts.breaks += 1
        }
        note(reason)
        discard(index)
        tryLater(index)
    }

    /// Lets go of a connection.
    func discard(_ index: Int) {
        let vehicle = vehicles[index]
        guard let link = vehicle.link else { return }
        switch link.stage {
        case .connecting, .handshaking, .upgrading: opening -= 1
        case .streaming, .closing: counts.connected -= 1
        }
        poll.remove(link.descriptor.number)
        vehicle.link = nil
    }

    /// Vehicles wait twice as long after each failure, up to half a minute, and never all equally long.
    private func tryLater(_ index: Int) {
        let vehicle = vehicles[index]
        let doubled = settings.shortestPauseMilliseconds << min(vehicle.failures, 16)
        let pause = Double(min(doubled, settings.longestPauseMilliseconds)) * random.decimal(in: 0.5...1)
        vehicle.failures += 1
        reconnects.insert(index, at: now + UInt64(pause * 1e6))
    }

    static func reason(_ failure: TLSFailure) -> String {
        switch failure {
        case .plainHTTP: "TLS: the server answered in plain HTTP; is the port right?"
        case .notTLS: "TLS: the server does not speak TLS; is the port right?"
        case .noPeerCertificate: "TLS: the server has no certificate"
        case .peerCertificateRefused(let refusal):
            "TLS: the server's certificate (\(refusal.subject)) is not trusted: \(refusal.reason); "
                + "does the CA file belong to this server?"
        case .ourCertificateRefused(let alert):
            "TLS: the server refuses the vehicle's certificate: \(alert); does the server trust its CA?"
        case .alert(let alert): "TLS: the server ended the handshake: \(alert)"
        case .protocolVersion: "TLS: no common protocol version"
        case .nothingInCommon(let reason): "TLS: nothing in common: \(reason)"
        case .connectionLost: "TLS: the connection ended in the middle"
        case .other(let reason): "TLS: \(reason)"
        }
    }
}
