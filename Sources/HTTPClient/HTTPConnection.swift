internal import HTTPCodec
internal import LinuxSystem
internal import OpenSSLTransport

/// One connection to a server, plain or TLS. Belongs to one thread, which it blocks.
final class HTTPConnection {
    private let descriptor: FileDescriptor
    private let tls: TLSBox?
    private let wakeup: Wakeup?
    /// What came and has not been used.
    var received: [UInt8] = []
    private(set) var isEnded = false
    private var room = [UInt8](repeating: 0, count: 16_384)

    /// A session has no copies, and an optional of it none of the usual ways to look inside.
    private final class TLSBox {
        let session: TLSSession

        init(_ session: consuming TLSSession) { self.session = session }
    }

    /// Connects, and shakes hands when the address is secure.
    init(
        to address: HTTPAddress,
        context: () throws(HTTPClientError) -> TLSClientContext,
        buffers: TLSBuffers,
        until deadline: MonotonicTime,
        or wakeup: Wakeup?
    ) throws(HTTPClientError) {
        self.wakeup = wakeup
        descriptor = try Self.connect(to: address, until: deadline, or: wakeup)
        tls =
            address.isSecure
            ? TLSBox(TLSSession(try context(), serverName: address.host, buffers: buffers)) : nil
        if let tls { try shakeHands(tls, until: deadline) }
    }

    /// Connects to a Unix-domain socket.
    init(toSocket path: String, until deadline: MonotonicTime) throws(HTTPClientError) {
        wakeup = nil
        tls = nil
        do throws(SystemCallError) {
            descriptor = try UnixSocket.connect(path: path, until: deadline)
        } catch {
            throw error.code == SystemCallError.tryAgain ? .timedOut(.connecting) : .noSocket(error)
        }
    }

    private static func connect(
        to address: HTTPAddress,
        until deadline: MonotonicTime,
        or wakeup: Wakeup?
    ) throws(HTTPClientError) -> FileDescriptor {
        do {
            let descriptor = try TCP.connect(host: address.host, port: address.port, until: deadline, or: wakeup)
            if let descriptor { return descriptor }
        } catch let error as AddressError {
            throw .unknownHost(error.host, reason: error.reason)
        } catch let error as SystemCallError {
            throw .unreachable(reason: error.reason)
        } catch {
            throw .unreachable(reason: "\(error)")
        }
        throw MonotonicTime.now < deadline ? .cancelled : .timedOut(.connecting)
    }

    private func shakeHands(_ tls: TLSBox, until deadline: MonotonicTime) throws(HTTPClientError) {
        while true {
            let progress = tls.session.handshake()
            try sendCiphertext(tls, until: deadline, .handshake)
            switch progress {
            case .done:
                // What came behind the handshake must not stay in the buffers.
                if !tls.session.isDrained { _ = try readPlaintext(tls) }
                return
            case .failed(.peerCertificateRefused(let refusal)): throw .untrusted(refusal)
            case .failed(let failure): throw .tlsFailed(failure)
            case .wantsMore: break
            }
            try wait(until: deadline, .handshake)
            switch tls.session.receive(from: descriptor) {
            case .received, .nothingYet: break
            case .endOfStream: throw .tlsFailed(.connectionLost)
            case .failed(let error): throw .brokenOff(error.reason)
            }
        }
    }

    /// Whether nothing has come since the last answer: neither a goodbye nor anything unasked.
    var isIdle: Bool { received.isEmpty && !isEnded && TCP.isSilent(descriptor) }

    // MARK: Sending

    /// Sends a whole request.
    func send(_ bytes: [UInt8], until deadline: MonotonicTime) throws(HTTPClientError) {
        guard let tls else { return try sendPlain(bytes, until: deadline, .sending) }
        if let failure = tls.session.write(bytes.span) { throw .tlsFailed(failure) }
        try sendCiphertext(tls, until: deadline, .sending)
    }

    private func sendCiphertext(
        _ tls: TLSBox,
        until deadline: MonotonicTime,
        _ stage: HTTPClientError.Stage
    ) throws(HTTPClientError) {
        if tls.session.hasOutbound { try sendPlain(tls.session.takeOutbound(), until: deadline, stage) }
    }

    private func sendPlain(
        _ bytes: [UInt8],
        until deadline: MonotonicTime,
        _ stage: HTTPClientError.Stage
    ) throws(HTTPClientError) {
        let event: SocketEvent
        do throws(SystemCallError) {
            event = try TCP.sendAll(bytes, to: descriptor, until: deadline, or: wakeup)
        } catch {
            throw .brokenOff(error.reason)
        }
        try expectReady(event, stage)
    }

    // MARK: Receiving

    /// Appends what comes next to ``received``, or notes the end.
    func receiveMore(until deadline: MonotonicTime) throws(HTTPClientError) {
        while !isEnded {
            if try receiveNow() { return }
            try wait(until: deadline, .answering)
        }
    }

    /// - Returns: false when nothing is there yet.
    private func receiveNow() throws(HTTPClientError) -> Bool {
        guard let tls else {
            do throws(SystemCallError) {
                guard let count = try descriptor.read(into: &room) else { return false }
                received += room[..<count]
                isEnded = count == 0
                return true
            } catch {
                throw .brokenOff(error.reason)
            }
        }
        switch tls.session.receive(from: descriptor) {
        case .nothingYet: return false
        case .endOfStream:
            isEnded = true
            return true
        case .failed(let error): throw .brokenOff(error.reason)
        case .received: break
        }
        return try readPlaintext(tls)
    }

    /// - Returns: false when nothing for us was in what came.
    private func readPlaintext(_ tls: TLSBox) throws(HTTPClientError) -> Bool {
        let before = received.count
        while true {
            switch tls.session.read(into: &room, at: 0) {
            case .bytes(let count): received += room[..<count]
            case .wantsMore: return received.count > before
            case .closed:
                isEnded = true
                return true
            case .failed(let failure): throw .tlsFailed(failure)
            }
        }
    }

    private func wait(
        until deadline: MonotonicTime,
        _ stage: HTTPClientError.Stage
    ) throws(HTTPClientError) {
        try expectReady(TCP.wait(for: descriptor, until: deadline, or: wakeup), stage)
    }

    private func expectReady(_ event: SocketEvent, _ stage: HTTPClientError.Stage) throws(HTTPClientError) {
        switch event {
        case .ready: return
        case .deadline: throw .timedOut(stage)
        case .wakeup: throw .cancelled
        }
    }
}
