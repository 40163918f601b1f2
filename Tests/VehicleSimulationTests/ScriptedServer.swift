import EnvelopeCodec
import Foundation
import LinuxSystem
import OpenSSLTransport
import Synchronization
import VehicleSimulation
import WebSocketCodec

/// A small mTLS WebSocket server that does to vehicles what a test wants: one blocking thread per connection.
final class ScriptedServer: Sendable {
    /// What happens to a record.
    enum Reaction: Sendable {
        case ack
        case refuse
        /// No answer: the vehicle has to send it again.
        case silence
        /// The connection ends without a word.
        case hangUp
        /// A close frame with this code.
        case close(UInt16)
    }

    struct Received: Sendable {
        var connection: Int
        var vin: String
        var txid: String
        var topic: String
        var payload: [UInt8]
    }

    let port: UInt16
    private let state = Mutex<(connections: Int, received: [Received], heads: [String])>((0, [], []))
    private let isStopping = Atomic<Bool>(false)
    private let react: @Sendable (_ connection: Int, _ record: Int) -> Reaction
    private let response: @Sendable (_ connection: Int) -> String?

    var received: [Received] { state.withLock { $0.received } }
    var heads: [String] { state.withLock { $0.heads } }

    /// - Parameters:
    ///   - react: connections and their records are counted from 0.
    ///   - response: an answer to the upgrade instead of the right one.
    init(
        _ files: DemoFiles,
        react: @escaping @Sendable (_ connection: Int, _ record: Int) -> Reaction = { _, _ in .ack },
        response: @escaping @Sendable (Int) -> String? = { _ in nil }
    ) throws {
        self.react = react
        self.response = response
        let listener = try TCP.listen(host: "127.0.0.1", port: 0, sharesPort: false)
        port = TCP.localAddress(of: listener)!.port
        TCP.setBlocking(listener, true)
        TCP.setTimeout(listener, milliseconds: 20)
        let number = listener.surrender()
        _ = try LoopThread(name: "test-server") { [self] in
            let listener = FileDescriptor(owning: number)
            while !isStopping.load(ordering: .relaxed) {
                guard let accepted = try? TCP.accept(listener) else { continue }
                let socket = accepted.take().surrender()
                let connection = state.withLock { state in
                    state.connections += 1
                    return state.connections - 1
                }
                _ = try? LoopThread(name: "test-connection") { [self] in
                    serve(FileDescriptor(owning: socket), connection, files)
                }
            }
        }
    }

    func stop() { isStopping.store(true, ordering: .relaxed) }

    private func serve(_ descriptor: consuming FileDescriptor, _ connection: Int, _ files: DemoFiles) {
        TCP.setBlocking(descriptor, true)
        TCP.setTimeout(descriptor, milliseconds: 10_000)
        let settings = TLSServerSettings(identity: files.server, clientAuthorities: files.authorities)
        guard let context = try? TLSServerContext(settings) else { return }
        let buffers = TLSBuffers()
        let session = TLSSession(context, buffers: buffers)
        handshake: while true {
            guard case .received = session.receive(from: descriptor) else { return }
            let progress = session.handshake()
            send(session, descriptor)
            switch progress {
            case .done: break handshake
            case .wantsMore: continue
            case .failed: return
            }
        }
        let vin = session.peerCertificate?.subjectCommonName ?? ""
        var bytes = [UInt8](repeating: 0, count: 1 << 20)
        var end = 0
        var start = 0
        var isUpgraded = false
        var frames = FrameDecoder(role: .server)
        var records = 0
        while true {
            reading: while true {
                switch session.read(into: &bytes, at: end) {
                case .bytes(let count): end += count
                case .wantsMore: break reading
                case .closed, .failed: return
                }
            }
            if !isUpgraded {
                let text = String(decoding: bytes[..<end], as: UTF8.self)
                if let head = text.range(of: "\r\n\r\n") {
                    state.withLock { $0.heads.append(String(text[..<head.lowerBound])) }
                    start = text.utf8.distance(from: text.startIndex, to: head.upperBound)
                    var answer: [UInt8] = []
                    if let other = response(connection) {
                        answer = Array(other.utf8)
                    } else {
                        let key = text.split(separator: "\r\n").first { $0.hasPrefix("Sec-WebSocket-Key: ") }!
                        WebSocketHandshake.appendResponse(key: String(key.dropFirst(19)), to: &answer)
                    }
                    _ = session.write(answer.span)
                    isUpgraded = true
                }
            }
            if isUpgraded {
                var pending = start..<end
                var answers: [UInt8] = []
                while let event = try? frames.next(in: &bytes, &pending) {
                    guard case .message(_, let range) = event else {
                        if case .close(let close) = event { appendClose(close.code, to: &answers) }
                        continue
                    }
                    guard let envelope = try? Envelope.read(bytes.span, in: range) else { continue }
                    let record = Received(
                        connection: connection,
                        vin: vin,
                        txid: String(decoding: bytes[envelope.txid], as: UTF8.self),
                        topic: String(decoding: bytes[envelope.topic], as: UTF8.self),
                        payload: envelope.stream.map { Array(bytes[$0.payload]) } ?? []
                    )
                    state.withLock { $0.received.append(record) }
                    let reaction = react(connection, records)
                    records += 1
                    var answer: [UInt8] = []
                    switch reaction {
                    case .ack:
                        Envelope.appendAcknowledgement(
                            txid: envelope.txid,
                            topic: envelope.topic,
                            of: bytes.span,
                            to: &answer
                        )
                    case .refuse: Envelope.appendError(txid: bytes.span.extracting(envelope.txid), to: &answer)
                    case .silence: continue
                    case .hangUp: return
                    case .close(let code):
                        appendClose(CloseCode(rawValue: code), reason: "go away", to: &answers)
                        continue
                    }
                    appendFrame(.binary, answer, to: &answers)
                }
                _ = session.write(answers.span)
                let rest = Array(bytes[pending.lowerBound..<end])
                bytes.replaceSubrange(0..<rest.count, with: rest)
                start = 0
                end = rest.count
            }
            send(session, descriptor)
            guard case .received = session.receive(from: descriptor) else { return }
        }
    }

    private func send(_ session: borrowing TLSSession, _ descriptor: borrowing FileDescriptor) {
        var rest: [UInt8] = []
        _ = session.send(to: descriptor, rest: &rest)
    }
}

/// Certificates of a server and three vehicles, made once for all tests.
struct DemoFiles: Sendable {
    let server: TLSIdentity
    let authorities: [Certificate]
    let vehicles: [VehicleCredentials]
    let directory: String

    static let shared = try! DemoFiles()

    private init() throws {
        directory = "/tmp/simulation-tests-\(UInt64.random(in: 0 ... .max))"
        let vins = ["5YJ3E1EA7KF000316", "5YJ3E1EA7KF000317", "7SAYGDEE0PA000001"]
        let options = DemoPKIOptions(directory: directory, vins: vins, hosts: ["127.0.0.1", "localhost"])
        _ = try DemoPKI.write(options)
        server = try TLSIdentity(chainPath: options.serverPath, keyPath: options.serverKeyPath)
        authorities = try Certificate.readAll(path: options.authorityPath)
        vehicles = try VehicleCredentials.load(from: directory)
    }
}
