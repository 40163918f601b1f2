internal import HTTPCodec
internal import LinuxSystem
internal import Observability

/// One client of an ``HTTPServer``. Lives on the server's thread.
///
/// It reads or it sends, never both: a client that does not take its answer is not read either, so what it can make us
/// hold is one request and one answer.
final class HTTPClientConnection {
    enum Phase: Equatable {
        /// Waiting for the first byte of a request.
        case idle
        /// A request has begun.
        case reading
        /// An answer is being sent; then comes the next request.
        case sending
        /// An answer is being sent; then the connection ends.
        case sendingLast
        /// Everything is sent and said; what the client still sends is thrown away, because closing with
        /// unread bytes would take the answer from the client (RFC 9112, section 9.6).
        case lingering
        case closed
    }

    let registration: Registration
    /// What the poll has been told.
    var registeredInterest: Readiness = .readable
    private(set) var phase = Phase.idle
    private(set) var deadline: MonotonicTime
    private var phaseBeganAt: MonotonicTime

    private let descriptor: FileDescriptor
    private let settings: HTTPServerSettings
    private var input: [UInt8] = []
    private var reader: HTTPRequestReader
    private var output: [UInt8] = []
    private var sentCount = 0
    /// The client has said that it sends nothing more.
    private var isInputOver = false
    private var lingeredBytes = 0
    private var isFinishing = false

    private static let readBytes = 4096
    private static let lingerMilliseconds = 2000
    private static let maximumLingeredBytes = 1 << 20
    /// Pipelined requests that are answered before other clients get their turn.
    private static let requestsPerTurn = 8

    init(
        _ descriptor: consuming FileDescriptor,
        _ registration: Registration,
        _ settings: HTTPServerSettings,
        _ now: MonotonicTime
    ) {
        self.descriptor = descriptor
        self.registration = registration
        self.settings = settings
        reader = HTTPRequestReader(maximumBodyBytes: settings.maximumBodyBytes)
        phaseBeganAt = now
        deadline = now.adding(milliseconds: settings.idleTimeoutMilliseconds)
    }

    var number: Int32 { descriptor.number }

    /// What to wait for; nil when the connection is over.
    var interest: Readiness? {
        switch phase {
        case .idle, .reading, .lingering: .readable
        case .sending, .sendingLast: .writable
        case .closed: nil
        }
    }

    /// Who has to go when there are too many: idle clients first, then those that are slow to ask, then those that
    /// are slow to take their answer; among equals the one that has been so for longest.
    func isBetterKept(than other: HTTPClientConnection) -> Bool {
        rank == other.rank ? phaseBeganAt > other.phaseBeganAt : rank > other.rank
    }

    private var rank: Int {
        switch phase {
        case .closed, .lingering: 0
        case .idle: 1
        case .reading: 2
        case .sending, .sendingLast: 3
        }
    }

    // MARK: Events

    func proceed(_ readiness: Readiness, _ now: MonotonicTime, _ routes: HTTPRoutes, _ log: Log) {
        if readiness.contains(.error) {
            phase = .closed
            return
        }
        switch phase {
        case .idle, .reading:
            guard receive() else { return }
            answerRequests(now, routes, log)
        case .sending, .sendingLast:
            send(now)
            if phase == .idle { answerRequests(now, routes, log) }
        case .lingering: discard()
        case .closed: break
        }
    }

    func timeOut(_ now: MonotonicTime) {
        guard phase == .reading else {
            phase = .closed
            return
        }
        let seconds = Double(settings.requestTimeoutMilliseconds) / 1000
        respond(.text("the request was not complete within \(seconds) seconds\n", status: 408), isLast: true, now)
    }

    /// Answers before anything was asked, and ends.
    func refuse(_ response: HTTPResponse, _ now: MonotonicTime) {
        respond(response, isLast: true, now)
    }

    /// Ends after the answer that is on its way, if there is one.
    func finish() {
        switch phase {
        case .idle, .reading, .lingering: phase = .closed
        case .sending: phase = .sendingLast
        case .sendingLast, .closed: break
        }
        isFinishing = true
    }

    // MARK: Reading

    /// - Returns: false when there is nothing to do for now, or nothing more at all.
    private func receive() -> Bool {
        let start = input.count
        input.append(contentsOf: repeatElement(0, count: Self.readBytes))
        do {
            let count = try descriptor.read(into: &input, at: start)
            input.removeLast(Self.readBytes - (count ?? 0))
            guard let count else { return false }
            if count == 0 { isInputOver = true }
            return true
        } catch {
            phase = .closed
            return false
        }
    }

    private func answerRequests(_ now: MonotonicTime, _ routes: HTTPRoutes, _ log: Log) {
        for _ in 0..<Self.requestsPerTurn {
            do {
                switch try reader.read(&input) {
                case .incomplete:
                    waitForMore(now)
                    return
                case .request(let request, let keepsOpen):
                    reader = HTTPRequestReader(maximumBodyBytes: settings.maximumBodyBytes)
                    answer(request, keepsOpen: keepsOpen, now, routes, log)
                }
            } catch {
                log.observe(.httpRequestRefused, ["server": .text(settings.name), "reason": .text(error.reason)])
                input = []
                respond(.text(error.reason + "\n", status: error.status), isLast: true, now)
            }
            guard phase == .idle else { return }
        }
        // More requests may be here already: a socket that can be written to wakes us in the next turn.
        enter(.sending, now, settings.responseTimeoutMilliseconds)
    }

    private func answer(
        _ request: HTTPRequest,
        keepsOpen: Bool,
        _ now: MonotonicTime,
        _ routes: HTTPRoutes,
        _ log: Log
    ) {
        let response = routes.answer(request)
        log.observe(
            .httpRequestServed,
            [
                "server": .text(settings.name), "method": .text(request.method), "path": .text(request.path),
                "status": .count(response.status),
            ]
        )
        respond(response, isLast: !keepsOpen || isFinishing, withoutBody: request.method == "HEAD", now)
    }

    private func waitForMore(_ now: MonotonicTime) {
        if isInputOver {
            phase = .closed
        } else if phase == .idle, !input.isEmpty || reader.isInBody {
            enter(.reading, now, settings.requestTimeoutMilliseconds)
        }
    }

    private func discard() {
        input.removeAll(keepingCapacity: true)
        guard receive() else { return }
        lingeredBytes += input.count
        if isInputOver || lingeredBytes > Self.maximumLingeredBytes { phase = .closed }
    }

    // MARK: Sending

    private func respond(_ response: HTTPResponse, isLast: Bool, withoutBody: Bool = false, _ now: MonotonicTime) {
        output = []
        sentCount = 0
        appendResponse(
            status: response.status,
            headers: [("Content-Type", response.contentType)] + response.headers.map { ($0.name, $0.value) },
            body: response.body,
            omitsBody: withoutBody,
            closes: isLast,
            to: &output
        )
        enter(isLast ? .sendingLast : .sending, now, settings.responseTimeoutMilliseconds)
        send(now)
    }

    private func send(_ now: MonotonicTime) {
        while sentCount < output.count {
            do {
                guard let count = try TCP.send(output.span.extracting(sentCount...), to: descriptor) else { return }
                sentCount += count
            } catch {
                phase = .closed
                return
            }
        }
        output = []
        sentCount = 0
        if phase == .sendingLast {
            linger(now)
        } else {
            enter(.idle, now, settings.idleTimeoutMilliseconds)
        }
    }

    private func linger(_ now: MonotonicTime) {
        guard !isInputOver else {
            phase = .closed
            return
        }
        TCP.shutdownSending(descriptor)
        enter(.lingering, now, Self.lingerMilliseconds)
    }

    private func enter(_ next: Phase, _ now: MonotonicTime, _ milliseconds: Int) {
        phase = next
        phaseBeganAt = now
        deadline = now.adding(milliseconds: milliseconds)
    }
}
