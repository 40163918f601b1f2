internal import Glibc
internal import HTTPCodec
internal import LinuxSystem
internal import OpenSSLTransport

/// The server's end of one connection. Belongs to its thread.
final class TestWebStream {
    private let descriptor: FileDescriptor
    private let wakeup: Wakeup
    private let tls: TLSBox?
    private var received: [UInt8] = []

    private final class TLSBox {
        let session: TLSSession

        init(_ session: consuming TLSSession) { self.session = session }
    }

    init(_ descriptor: consuming FileDescriptor, _ pki: TestPKI?, _ wakeup: Wakeup) {
        self.descriptor = descriptor
        self.wakeup = wakeup
        tls = (try? pki?.serverContext()).map { TLSBox(TLSSession($0, buffers: TLSBuffers())) }
    }

    /// The next request; nil when there is none any more.
    func readRequest(connection: Int) -> TestWebServer.Request? {
        if let tls, !shakeHands(tls) { return nil }
        var reader = RequestHeadReader()
        while true {
            let bytes = received
            let found: RequestHead?
            do {
                found = try reader.read(bytes.span)
            } catch {
                return nil
            }
            guard let head = found else {
                guard receiveMore() else { return nil }
                continue
            }
            received.removeFirst(head.length)
            var count = 0
            if case .length(let length) = head.body { count = length }
            while received.count < count { guard receiveMore() else { return nil } }
            defer { received.removeFirst(count) }
            return TestWebServer.Request(
                method: head.method,
                target: head.target,
                headers: head.headers,
                body: Array(received[..<count]),
                connection: connection
            )
        }
    }

    /// - Returns: whether the connection goes on.
    func send(_ reply: TestWebServer.Reply) -> Bool {
        switch reply {
        case .answer(let status, let headers, let body, let closes):
            var output: [UInt8] = []
            appendResponse(status: status, headers: headers, body: Array(body.utf8), closes: closes, to: &output)
            return send(output) && !closes
        case .bytes(let text):
            _ = send(Array(text.utf8))
            return false
        case .reset(let text):
            _ = send(Array(text.utf8))
            var linger = linger(l_onoff: 1, l_linger: 0)
            // SAFETY: the kernel copies the value; closing with no time to linger resets the connection.
            setsockopt(descriptor.number, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout.size(ofValue: linger)))
            return false
        case .endless(let text):
            guard send(Array(text.utf8)) else { return false }
            while send(Array(repeating: UInt8(ascii: "x"), count: 4096)) {}
            return false
        case .silence:
            return receiveMore()
        }
    }

    // MARK: Bytes

    private var isShaken = false

    private func shakeHands(_ tls: TLSBox) -> Bool {
        while !isShaken {
            let progress = tls.session.handshake()
            guard sendPlain(tls.session.takeOutbound()) else { return false }
            switch progress {
            case .done:
                isShaken = true
                // The request may have come together with the end of the handshake.
                drain(tls)
            case .failed: return false
            case .wantsMore:
                guard wait(writable: false) else { return false }
                switch tls.session.receive(from: descriptor) {
                case .received, .nothingYet: continue
                case .endOfStream, .failed: return false
                }
            }
        }
        return true
    }

    private func send(_ bytes: [UInt8]) -> Bool {
        guard let tls else { return sendPlain(bytes) }
        return tls.session.write(bytes.span) == nil && sendPlain(tls.session.takeOutbound())
    }

    private func sendPlain(_ bytes: [UInt8]) -> Bool {
        var sent = 0
        while sent < bytes.count {
            let count: Int?
            do {
                count = try TCP.send(bytes.span.extracting(sent..<bytes.count), to: descriptor)
            } catch {
                return false
            }
            if count == nil, !wait(writable: true) { return false }
            sent += count ?? 0
        }
        return true
    }

    private func receiveMore() -> Bool {
        var room = [UInt8](repeating: 0, count: 65_536)
        while true {
            guard wait(writable: false) else { return false }
            if let tls {
                guard case .received = tls.session.receive(from: descriptor) else { return false }
                let before = received.count
                drain(tls)
                if received.count > before { return true }
                continue
            }
            guard let count = try? descriptor.read(into: &room), count > 0 else { return false }
            received += room[..<count]
            return true
        }
    }

    private func drain(_ tls: TLSBox) {
        var room = [UInt8](repeating: 0, count: 65_536)
        while case .bytes(let count) = tls.session.read(into: &room, at: 0) { received += room[..<count] }
    }

    private func wait(writable: Bool) -> Bool {
        let far = MonotonicTime.now.adding(milliseconds: 3_600_000)
        return TCP.wait(for: descriptor, writable: writable, until: far, or: wakeup) == .ready
    }
}
