internal import HTTPCodec
internal import LinuxSystem
internal import OpenSSLTransport

/// One connection of an examination, plain or TLS. Belongs to one thread, which it blocks.
final class ProbeConnection {
    /// Why there is nothing more to read, or nothing to go on with.
    enum End: Hashable {
        /// The peer closed or reset the connection.
        case closed
        /// Nothing came in time.
        case silence
        case failed(TLSFailure)
    }

    private let descriptor: FileDescriptor
    private let tls: SessionBox?
    private let deadline: MonotonicTime
    /// What came and has not been used.
    var received: [UInt8] = []
    private var room = [UInt8](repeating: 0, count: 32_768)

    /// A session has no copies, and an optional of it none of the usual ways to look inside.
    private final class SessionBox {
        let session: TLSSession

        init(_ session: consuming TLSSession) { self.session = session }
    }

    /// - Parameter tls: nil speaks plain.
    init(
        _ descriptor: consuming FileDescriptor,
        tls: (context: TLSClientContext, serverName: String?)?,
        until deadline: MonotonicTime
    ) {
        self.descriptor = descriptor
        self.deadline = deadline
        self.tls = tls.map { SessionBox(TLSSession($0.context, serverName: $0.serverName, buffers: TLSBuffers())) }
    }

    // MARK: TLS

    /// Shakes hands.
    ///
    /// - Returns: nil when it is done.
    func handshake() -> End? {
        guard let tls else { return nil }
        while true {
            let progress = tls.session.handshake()
            guard sendRaw(tls.session.takeOutbound()) else { return .closed }
            switch progress {
            case .done:
                // What came behind the handshake must not stay in the buffers.
                return tls.session.isDrained ? nil : readPlaintext(tls)
            case .failed(let failure): return .failed(failure)
            case .wantsMore: break
            }
            if let end = receiveCiphertext(tls) { return end }
        }
    }

    private func receiveCiphertext(_ tls: SessionBox) -> End? {
        guard TCP.wait(for: descriptor, until: deadline) == .ready else { return .silence }
        switch tls.session.receive(from: descriptor) {
        case .received, .nothingYet: return nil
        case .endOfStream, .failed: return .closed
        }
    }

    private func readPlaintext(_ tls: SessionBox) -> End? {
        while true {
            switch tls.session.read(into: &room, at: 0) {
            case .bytes(let count): received += room[..<count]
            case .wantsMore: return nil
            case .closed: return .closed
            case .failed(let failure): return .failed(failure)
            }
        }
    }

    // MARK: Bytes

    /// - Returns: false when the peer takes nothing any more.
    func send(_ bytes: [UInt8]) -> Bool {
        guard let tls else { return sendRaw(bytes) }
        guard tls.session.write(bytes.span) == nil else { return false }
        return sendRaw(tls.session.takeOutbound())
    }

    private func sendRaw(_ bytes: [UInt8]) -> Bool {
        (try? TCP.sendAll(bytes, to: descriptor, until: deadline)) == .ready
    }

    /// Appends what comes next to ``received``.
    ///
    /// - Returns: nil when something came.
    func receive() -> End? {
        let before = received.count
        while received.count == before {
            if let tls {
                if let end = receiveCiphertext(tls) ?? readPlaintext(tls) { return received.count > before ? nil : end }
                // Tickets and key updates are no bytes of ours; answers to them must go out.
                guard sendRaw(tls.session.takeOutbound()) else { return .closed }
                continue
            }
            guard TCP.wait(for: descriptor, until: deadline) == .ready else { return .silence }
            guard let count = try? descriptor.read(into: &room) else { return .closed }
            guard count > 0 else { return .closed }
            received += room[..<count]
        }
        return nil
    }

    // MARK: HTTP

    /// An answer's head and as much of its body as came with it.
    struct Answer {
        let head: ResponseHead
        let body: String
    }

    /// Reads an answer. Nothing of it is understood when it is no HTTP.
    func readAnswer() -> Result<Answer, HTTPAnswerEnd> {
        while true {
            var reader = ResponseHeadReader()
            let bytes = received
            let head: ResponseHead?
            do throws(HTTPError) {
                head = try reader.read(bytes.span)
            } catch {
                return .failure(.notHTTP)
            }
            if let head {
                received.removeFirst(head.length)
                return .success(Answer(head: head, body: readBody(of: head)))
            }
            if let end = receive() { return .failure(.ended(end)) }
        }
    }

    enum HTTPAnswerEnd: Error {
        case notHTTP
        case ended(End)
    }

    /// Refusals have short bodies, which say why.
    private func readBody(of head: ResponseHead) -> String {
        switch head.body {
        case .none: return ""
        case .length(let count):
            while received.count < min(count, Self.bodyLimitBytes), receive() == nil {}
            return String(decoding: received.prefix(count), as: UTF8.self)
        case .chunked, .untilClose:
            return String(decoding: received.prefix(Self.bodyLimitBytes), as: UTF8.self)
        }
    }

    private static let bodyLimitBytes = 4096
}
