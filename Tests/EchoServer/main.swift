import Glibc
import HTTPCodec
import LinuxSystem
import WebSocketCodec

/// `echo-server PORT` sends text and binary messages back over plain TCP, for conformance suites; 0 picks a port.
func receive(_ socket: borrowing FileDescriptor, _ bytes: inout [UInt8]) throws -> Bool {
    let start = bytes.count
    bytes.append(contentsOf: repeatElement(0, count: 1 << 16))
    let count = try socket.read(into: &bytes, at: start) ?? 0
    bytes.removeSubrange((start + count)...)
    return count > 0
}

func send(_ bytes: inout [UInt8], _ socket: borrowing FileDescriptor) throws {
    while !bytes.isEmpty { bytes.removeFirst(try socket.write(bytes.span) ?? 0) }
}

func serve(_ socket: borrowing FileDescriptor) throws {
    TCP.setBlocking(socket, true)
    var (received, answers, request, head) = ([UInt8](), [UInt8](), RequestHeadReader(), RequestHead?.none)
    while head == nil, try receive(socket, &received) { head = try request.read(received.span) }
    guard let head else { return }
    let (method, version) = (head.method, head.minorVersion)
    let key = try WebSocketHandshake.check(method: method, minorVersion: version, headers: head.headers.all)
    WebSocketHandshake.appendResponse(key: key, to: &answers)
    received.removeFirst(head.length)
    let limits = FrameLimits(messageBytes: 64 << 20, discardBytes: 64 << 20)
    var (frames, assembler) = (FrameDecoder(role: .server, limits: limits, text: .accepted), MessageAssembler())
    repeat {
        var pending = 0..<received.count
        do {
            while let event = try frames.next(in: &received, &pending) {
                switch event {
                case .message(let kind, let range): appendFrame(kind.opcode, received[range], to: &answers)
                case .fragment(let part):
                    guard let message = assembler.take(part, from: received) else { continue }
                    appendFrame(part.kind.opcode, message, to: &answers)
                case .ping(let range): appendPong(received[range], to: &answers)
                case .close(let frame): appendClose(frame.code, to: &answers)
                case .pong, .oversize: continue
                }
            }
        } catch { appendClose(error.closeCode, reason: error.reason, to: &answers) }
        received.removeFirst(pending.lowerBound)
        try send(&answers, socket)
        if frames.isFinished { TCP.shutdownSending(socket) }
    } while try receive(socket, &received)
}

signal(SIGPIPE, SIG_IGN)
let listener = try TCP.listen(host: "127.0.0.1", port: UInt16(CommandLine.arguments.last ?? "") ?? 0, sharesPort: false)
TCP.setBlocking(listener, true)
print("listening on \(TCP.localAddress(of: listener)?.description ?? "?")")
fflush(nil)
while true {
    guard let number = try TCP.accept(listener)?.take().surrender() else { continue }
    _ = try LoopThread(name: "echo") { try? serve(FileDescriptor(owning: number)) }
}
