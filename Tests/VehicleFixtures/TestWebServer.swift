internal import Glibc
package import HTTPCodec
internal import LinuxSystem
internal import OpenSSLTransport
internal import Synchronization

/// A web server on loopback that answers as a test tells it, well or badly. One thread for each connection.
///
/// With an identity it speaks TLS and asks clients for a certificate of the same authority.
package final class TestWebServer: Sendable {
    package struct Request: Sendable {
        package let method: String
        package let target: String
        package let headers: HeaderFields
        package let body: [UInt8]
        /// Counts connections from 0.
        package let connection: Int

        package var text: String { String(decoding: body, as: UTF8.self) }
    }

    package enum Reply: Sendable {
        case answer(Int, headers: [(name: String, value: String)] = [], body: String = "", closes: Bool = false)
        /// Whatever these bytes are, and then the end of the connection.
        case bytes(String)
        /// These bytes, and then a reset.
        case reset(String)
        /// These bytes once, and then others without end.
        case endless(String)
        /// Nothing, for as long as the client waits.
        case silence
    }

    package typealias Handler = @Sendable (Request) -> Reply

    private struct State {
        var handler: Handler
        var requests: [Request] = []
        var connections = 0
        var serving: [LoopThread] = []
        var listening: LoopThread?
        var isStopped = false
    }

    package let port: UInt16
    private let pki: TestPKI?
    private let state: Mutex<State>
    private let changed = ThreadSignal()
    private let stopping: Mutex<Wakeup>

    /// - Parameters:
    ///   - port: of an earlier server, to take its place; 0 for a free one.
    ///   - pki: makes it speak TLS.
    package init(port: UInt16 = 0, pki: TestPKI? = nil, _ handler: @escaping Handler) throws {
        let listener = try TCP.listen(host: "127.0.0.1", port: port, sharesPort: false)
        self.port = TCP.localAddress(of: listener)?.port ?? port
        self.pki = pki
        state = Mutex(State(handler: handler))
        stopping = Mutex(try Wakeup())
        try listen(listener)
    }

    deinit { stop() }

    package func url(_ path: String = "/in", host: String = "127.0.0.1") -> String {
        "http\(pki == nil ? "" : "s")://\(host):\(port)\(path)"
    }

    package var requests: [Request] { state.withLock { $0.requests } }

    /// How many connections there have been.
    package var connections: Int { state.withLock { $0.connections } }

    package func setHandler(_ handler: @escaping Handler) { state.withLock { $0.handler = handler } }

    /// Waits until so many requests have come; the test's own time limit is the deadline.
    package func waitForRequests(_ count: Int) -> [Request] {
        while true {
            let requests = self.requests
            if requests.count >= count { return requests }
            changed.wait(until: .now.adding(milliseconds: 20))
        }
    }

    /// Ends as after `kill -9`: the port and all connections are closed.
    package func stop() {
        let (listening, serving) = state.withLock { state in
            defer { (state.listening, state.serving, state.isStopped) = (nil, [], true) }
            return (state.listening, state.serving)
        }
        stopping.withLock { $0.ring() }
        listening?.join()
        for thread in serving { thread.join() }
    }

    /// Listens again on the same port.
    package func restart() throws {
        let wakeup = try Wakeup()
        stopping.withLock { $0 = wakeup }
        state.withLock { $0.isStopped = false }
        try listen(try TCP.listen(host: "127.0.0.1", port: port, sharesPort: false))
    }

    private func listen(_ listener: consuming FileDescriptor) throws {
        let number = listener.surrender()
        let wakeup = stopping.withLock { $0 }
        // Weak, or a server that nobody stops would live for ever.
        let thread = try LoopThread(name: "web-listen") { [weak self] in
            let listener = FileDescriptor(owning: number)
            let far = MonotonicTime.now.adding(milliseconds: 3_600_000)
            while TCP.wait(for: listener, until: far, or: wakeup) == .ready {
                guard let accepted = try? TCP.accept(listener) else { continue }
                self?.serve(accepted.take(), wakeup)
            }
        }
        state.withLock { $0.listening = thread }
    }

    private func serve(_ descriptor: consuming FileDescriptor, _ wakeup: Wakeup) {
        let number = descriptor.surrender()
        let index = state.withLock { state in
            defer { state.connections += 1 }
            return state.connections
        }
        let pki = pki
        let thread = try? LoopThread(name: "web-\(index)") { [weak self] in
            let stream = TestWebStream(FileDescriptor(owning: number), pki, wakeup)
            while let request = stream.readRequest(connection: index) {
                guard let reply = self?.note(request), stream.send(reply) else { return }
            }
        }
        state.withLock { state in if let thread { state.serving.append(thread) } }
    }

    private func note(_ request: Request) -> Reply {
        let handler = state.withLock { state in
            state.requests.append(request)
            return state.handler
        }
        changed.raise()
        return handler(request)
    }
}
