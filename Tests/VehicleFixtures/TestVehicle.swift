internal import Glibc
package import HTTPCodec
internal import LinuxSystem
package import OpenSSLTransport
internal import WebSocketCodec

/// A vehicle for tests: a blocking client over a real socket that can also do everything wrong.
package final class TestVehicle {
    package struct Frame: Hashable, CustomStringConvertible {
        package var opcode: UInt8
        package var payload: [UInt8]

        package init(opcode: UInt8, payload: [UInt8]) {
            self.opcode = opcode
            self.payload = payload
        }

        package var closeCode: Int? {
            opcode == 8 && payload.count >= 2 ? Int(payload[0]) << 8 | Int(payload[1]) : nil
        }

        package var description: String { "opcode \(opcode), \(payload.count) bytes" }
    }

    package struct Failure: Error, CustomStringConvertible {
        package let description: String
    }

    private let descriptor: FileDescriptor
    private let session: TLSSession
    private var received: [UInt8] = []
    private var isClosed = false
    /// Most bytes handed to the kernel at once; 1 makes a TCP segment of each byte.
    package var segmentBytes = Int.max

    /// Connects and shakes hands.
    ///
    /// - Parameters:
    ///   - localHost: address to connect from; nil leaves it to the kernel.
    ///   - prefix: sent before TLS begins, as proxies do.
    ///   - heldBack: last bytes of the prefix that are sent in one piece with the first ones of TLS.
    ///   - timeoutMilliseconds: of every later read, too.
    ///   - receiveBufferBytes: small, so that it is soon noticed when the vehicle does not read.
    package init(
        host: String = "127.0.0.1",
        port: UInt16,
        context: TLSClientContext,
        serverName: String? = "localhost",
        localHost: String? = nil,
        prefix: [UInt8] = [],
        heldBack: Int = 0,
        timeoutMilliseconds: Int = 10_000,
        receiveBufferBytes: Int32? = nil
    ) throws {
        descriptor = try TCP.connect(host: host, port: port, isBlocking: true, localHost: localHost)
        if var bytes = receiveBufferBytes {
            setsockopt(descriptor.number, SOL_SOCKET, SO_RCVBUF, &bytes, socklen_t(MemoryLayout<Int32>.size))
        }
        TCP.setTimeout(descriptor, milliseconds: timeoutMilliseconds)
        if prefix.count > heldBack { _ = try TCP.send(Array(prefix.dropLast(heldBack)).span, to: descriptor) }
        session = TLSSession(context, serverName: serverName, buffers: TLSBuffers())
        var rest = Array(prefix.suffix(heldBack))
        while true {
            let progress = session.handshake()
            try sendOutbound(after: rest)
            rest = []
            switch progress {
            case .done: return
            case .failed(let failure): throw failure
            case .wantsMore:
                switch session.receive(from: descriptor) {
                case .received: continue
                case .nothingYet: throw Failure(description: "the server did not go on with the handshake in time")
                case .endOfStream: throw Failure(description: "the server ended the handshake")
                case .failed(let error): throw error
                }
            }
        }
    }

    /// Sends the upgrade request and returns the answer's head; later bytes stay for ``nextFrame()``.
    @discardableResult
    package func upgrade(
        path: String = "/",
        headers: [(name: String, value: String)] = []
    ) throws -> ResponseHead {
        var request: [UInt8] = []
        WebSocketHandshake.appendRequest(
            host: "localhost",
            path: path,
            key: WebSocketHandshake.key(from: Array(repeating: 7, count: 16)),
            headers: headers,
            to: &request
        )
        try send(raw: request)
        return try readResponse()
    }

    package func readResponse() throws -> ResponseHead {
        while true {
            var reader = ResponseHeadReader()
            let bytes = received
            if let head = try reader.read(bytes.span) {
                received.removeFirst(head.length)
                return head
            }
            guard try receiveMore() else { throw Failure(description: "the server ended the stream before an answer") }
        }
    }

    /// Everything until the server ends the stream.
    package func readToEnd() throws -> [UInt8] {
        while try receiveMore() {}
        defer { received = [] }
        return received
    }

    // MARK: Sending

    package func send(raw bytes: [UInt8]) throws {
        if let failure = session.write(bytes.span) { throw failure }
        try sendOutbound()
    }

    /// Sends bytes past TLS.
    package func send(ciphertext bytes: [UInt8]) throws {
        _ = try TCP.send(bytes.span, to: descriptor)
    }

    /// Sends one frame, well-formed unless told otherwise.
    package func send(
        _ payload: [UInt8],
        opcode: UInt8 = 2,
        isFinal: Bool = true,
        isMasked: Bool = true,
        reserved: UInt8 = 0,
        announcedLength: UInt64? = nil
    ) throws {
        try send(
            raw: Self.frame(
                payload,
                opcode: opcode,
                isFinal: isFinal,
                isMasked: isMasked,
                reserved: reserved,
                announcedLength: announcedLength
            )
        )
    }

    package static func frame(
        _ payload: [UInt8],
        opcode: UInt8 = 2,
        isFinal: Bool = true,
        isMasked: Bool = true,
        reserved: UInt8 = 0,
        announcedLength: UInt64? = nil
    ) -> [UInt8] {
        let length = announcedLength ?? UInt64(payload.count)
        var bytes: [UInt8] = [(isFinal ? 0x80 : 0) | reserved << 4 | opcode]
        let maskBit: UInt8 = isMasked ? 0x80 : 0
        if length < 126 {
            bytes.append(maskBit | UInt8(length))
        } else if length < 65536 {
            bytes += [maskBit | 126, UInt8(length >> 8), UInt8(length & 0xff)]
        } else {
            bytes.append(maskBit | 127)
            for shift in stride(from: 56, through: 0, by: -8) { bytes.append(UInt8(length >> UInt64(shift) & 0xff)) }
        }
        guard isMasked else { return bytes + payload }
        let mask: [UInt8] = [0x12, 0x34, 0x56, 0x78]
        bytes += mask
        let start = bytes.count
        bytes += payload
        maskTail(of: &bytes, from: start, with: 0x7856_3412)
        return bytes
    }

    /// Bounds every later read and write.
    package func setTimeout(milliseconds: Int) {
        TCP.setTimeout(descriptor, milliseconds: milliseconds)
    }

    /// Ends the TCP connection without a word in WebSocket or TLS.
    package func stopSending() {
        TCP.shutdownSending(descriptor)
    }

    private func sendOutbound(after prefix: [UInt8] = []) throws {
        let bytes = prefix + session.takeOutbound()
        var sent = 0
        while sent < bytes.count {
            let end = sent + min(segmentBytes, bytes.count - sent)
            guard let count = try TCP.send(bytes.span.extracting(sent..<end), to: descriptor) else {
                throw Failure(description: "the server does not read")
            }
            sent += count
        }
    }

    // MARK: Receiving

    /// Takes at most so many bytes from the socket without understanding them; nothing can be understood afterwards.
    ///
    /// - Returns: how many it were; 0 at the end of the stream or when the connection was reset.
    package func discard(bytes: Int) throws -> Int {
        var buffer = [UInt8](repeating: 0, count: bytes)
        do throws(SystemCallError) {
            return try descriptor.read(into: &buffer) ?? 0
        } catch {
            guard error.code == SystemCallError.connectionReset else { throw error }
            return 0
        }
    }

    /// The server's next frame; nil when it ended the stream.
    package func nextFrame() throws -> Frame? {
        while true {
            if let frame = takeFrame() { return frame }
            guard try receiveMore() else { return nil }
        }
    }

    private func takeFrame() -> Frame? {
        guard received.count >= 2 else { return nil }
        var length = Int(received[1] & 0x7f)
        var header = 2
        if length == 126 {
            guard received.count >= 4 else { return nil }
            length = Int(received[2]) << 8 | Int(received[3])
            header = 4
        } else if length == 127 {
            guard received.count >= 10 else { return nil }
            length = received[2..<10].reduce(0) { $0 << 8 | Int($1) }
            header = 10
        }
        guard received.count >= header + length else { return nil }
        let frame = Frame(opcode: received[0] & 0x0f, payload: Array(received[header..<(header + length)]))
        received.removeFirst(header + length)
        return frame
    }

    /// - Returns: false at the end of the stream.
    private func receiveMore() throws -> Bool {
        guard !isClosed else { return false }
        switch session.receive(from: descriptor) {
        case .received: break
        case .nothingYet: throw Failure(description: "nothing came from the server in time")
        case .endOfStream:
            isClosed = true
            return false
        case .failed(let error) where error.code == SystemCallError.connectionReset:
            isClosed = true
            return false
        case .failed(let error): throw error
        }
        var buffer = [UInt8](repeating: 0, count: 80_000)
        while true {
            switch session.read(into: &buffer, at: 0) {
            case .bytes(let count): received += buffer[..<count]
            case .wantsMore: return true
            case .closed:
                isClosed = true
                return true
            case .failed(let failure): throw failure
            }
        }
    }
}
