internal import HTTPCodec
internal import LinuxSystem
package import OpenSSLTransport

/// Where a file lies on an HTTPS server.
package struct HTTPSAddress: Sendable, Hashable, CustomStringConvertible {
    package let host: String
    package let port: UInt16
    /// With the slash at its beginning.
    package let path: String

    /// - Parameter text: `https://host[:port]/path`; nil when it is anything else.
    package init?(_ text: String) {
        let scheme = "https://"
        guard text.lowercased().hasPrefix(scheme), text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { return nil }
        let rest = text.dropFirst(scheme.count)
        let slash = rest.firstIndex(of: "/") ?? rest.endIndex
        let authority = String(rest[..<slash])
        guard !authority.isEmpty, !authority.contains("@") else { return nil }
        if let place = HostAndPort(authority) {
            (host, port) = (place.host, UInt16(place.port))
        } else if !authority.contains(":") {
            (host, port) = (authority, 443)
        } else {
            return nil
        }
        guard !host.isEmpty else { return nil }
        path = slash == rest.endIndex ? "/" : String(rest[slash...])
    }

    package var description: String { "https://\(host)\(port == 443 ? "" : ":\(port)")\(path)" }
}

/// Why a file could not be fetched.
package enum HTTPSDownloadError: Error, Sendable, Hashable {
    case unreachable(String)
    /// The server could not prove that it is the one that was asked for.
    case untrusted(String)
    /// It answered with another status than 200; `location` is where it wants us to go.
    case answered(status: Int, location: String?)
    case notHTTP(String)
    case tooLarge(limitBytes: Int)
    /// The stream ended, or stood still, before the whole answer was there.
    case brokenOff(String)
}

/// One GET over HTTPS, for the few files that this program fetches. Blocks its thread; follows no redirects.
package enum HTTPSDownload {
    /// How long each step of the server may take.
    private static let stepMilliseconds = 15_000
    /// How long everything after the connection stands may take.
    private static let totalMilliseconds = 60_000

    /// - Parameters:
    ///   - authorities: whom the server's certificate must come from; its host name is checked as well.
    ///   - limitBytes: a longer body is refused.
    package static func get(
        _ address: HTTPSAddress,
        trusting authorities: [Certificate],
        limitBytes: Int
    ) throws(HTTPSDownloadError) -> [UInt8] {
        let context: TLSClientContext
        do throws(TLSContextError) {
            context = try TLSClientContext(authorities: authorities, identity: nil)
        } catch {
            throw .untrusted("\(error)")
        }
        let descriptor: FileDescriptor
        do {
            descriptor = try TCP.connect(host: address.host, port: address.port, isBlocking: true)
        } catch {
            throw .unreachable("\(error)")
        }
        TCP.setTimeout(descriptor, milliseconds: stepMilliseconds)
        var conversation = Conversation(
            descriptor: descriptor,
            session: TLSSession(context, serverName: address.host, buffers: TLSBuffers()),
            deadline: .now.adding(milliseconds: totalMilliseconds)
        )
        try conversation.shakeHands()
        // Connection: close and no Accept-Encoding: the answer is plain bytes, and then the end.
        try conversation.send(
            "GET \(address.path) HTTP/1.1\r\nHost: \(address.host)\r\nUser-Agent: fleet-telemetry\r\n"
                + "Accept: */*\r\nConnection: close\r\n\r\n"
        )
        return try conversation.readAnswer(limitBytes: limitBytes)
    }
}

/// One connection to a server, with what was read from it.
private struct Conversation: ~Copyable {
    let descriptor: FileDescriptor
    let session: TLSSession
    let deadline: MonotonicTime
    private var received: [UInt8] = []
    private var isEnded = false

    init(descriptor: consuming FileDescriptor, session: consuming TLSSession, deadline: MonotonicTime) {
        self.descriptor = descriptor
        self.session = session
        self.deadline = deadline
    }

    func shakeHands() throws(HTTPSDownloadError) {
        while true {
            let progress = session.handshake()
            try sendOutbound()
            switch progress {
            case .done: return
            case .wantsMore: guard try receiveCiphertext() else { throw .brokenOff("it ended the TLS handshake") }
            case .failed(.peerCertificateRefused(let refusal)):
                throw .untrusted(
                    "its certificate was refused: \(refusal.reason) "
                        + "(subject \(refusal.subject); issuer \(refusal.issuer))"
                )
            case .failed(.notTLS), .failed(.plainHTTP): throw .notHTTP("it does not speak TLS")
            case .failed(let failure): throw .brokenOff("the TLS handshake failed (\(failure))")
            }
        }
    }

    func send(_ text: String) throws(HTTPSDownloadError) {
        if let failure = session.write(Array(text.utf8).span) { throw .brokenOff("TLS failed (\(failure))") }
        try sendOutbound()
    }

    mutating func readAnswer(limitBytes: Int) throws(HTTPSDownloadError) -> [UInt8] {
        let head = try readHead()
        guard head.status == 200 else {
            throw .answered(status: head.status, location: head.headers.first("Location"))
        }
        received.removeFirst(head.length)
        switch head.body {
        case .none: return []
        case .length(let count): return try readBody(count: count, limitBytes)
        case .chunked: return try readChunks(limitBytes)
        case .untilClose:
            while !isEnded {
                guard received.count <= limitBytes else { throw .tooLarge(limitBytes: limitBytes) }
                try receiveMore()
            }
            return received
        }
    }

    private mutating func readHead() throws(HTTPSDownloadError) -> ResponseHead {
        var reader = ResponseHeadReader()
        while true {
            do throws(HTTPError) {
                if let head = try reader.read(received.span) { return head }
            } catch {
                throw .notHTTP(error.reason)
            }
            try requireMore()
        }
    }

    private mutating func readBody(count: Int, _ limitBytes: Int) throws(HTTPSDownloadError) -> [UInt8] {
        guard count <= limitBytes else { throw .tooLarge(limitBytes: limitBytes) }
        while received.count < count { try requireMore() }
        return Array(received[..<count])
    }

    private mutating func readChunks(_ limitBytes: Int) throws(HTTPSDownloadError) -> [UInt8] {
        var decoder = ChunkedBodyDecoder(limit: limitBytes)
        var body: [UInt8] = []
        while true {
            var pending = 0..<received.count
            do throws(HTTPError) {
                if try decoder.take(received.span, &pending, into: &body) { return body }
            } catch {
                throw error.status == 413 ? .tooLarge(limitBytes: limitBytes) : .notHTTP(error.reason)
            }
            received.removeFirst(pending.lowerBound)
            try requireMore()
        }
    }

    // MARK: Bytes

    private mutating func requireMore() throws(HTTPSDownloadError) {
        guard !isEnded else { throw .brokenOff("the answer is not complete") }
        try receiveMore()
    }

    private mutating func receiveMore() throws(HTTPSDownloadError) {
        guard try receiveCiphertext() else {
            isEnded = true
            return
        }
        var buffer = [UInt8](repeating: 0, count: 32_768)
        while true {
            switch session.read(into: &buffer, at: 0) {
            case .bytes(let count): received += buffer[..<count]
            case .wantsMore: return
            case .closed:
                isEnded = true
                return
            case .failed(let failure): throw .brokenOff("TLS failed (\(failure))")
            }
        }
    }

    /// - Returns: false at the end of the stream.
    private func receiveCiphertext() throws(HTTPSDownloadError) -> Bool {
        guard MonotonicTime.now < deadline else { throw .brokenOff("it takes too long") }
        switch session.receive(from: descriptor) {
        case .received: return true
        case .endOfStream: return false
        case .nothingYet: throw .brokenOff("nothing came for a while")
        case .failed(let error): throw .brokenOff(error.reason)
        }
    }

    private func sendOutbound() throws(HTTPSDownloadError) {
        let bytes = session.takeOutbound()
        var sent = 0
        while sent < bytes.count {
            let count: Int?
            do throws(SystemCallError) {
                count = try TCP.send(bytes.span.extracting(sent..<bytes.count), to: descriptor)
            } catch {
                throw .brokenOff(error.reason)
            }
            guard let count else { throw .brokenOff("it does not read") }
            sent += count
        }
    }
}
