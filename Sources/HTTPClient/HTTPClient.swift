internal import HTTPCodec
package import LinuxSystem
package import OpenSSLTransport

/// Sends requests to one address, one after the other, over a connection that is kept.
///
/// Belongs to one thread, which it blocks; ringing the ``Wakeup`` that it was given makes it give up at once. There is
/// no pool behind it: as many clients as there are threads are as many connections.
package final class HTTPClient {
    package let address: HTTPAddress
    private let settings: HTTPClientSettings
    private let authorities: [Certificate]
    private let identity: TLSIdentity?
    private let wakeup: Wakeup?
    /// Nil to connect to the address.
    private let socketPath: String?
    private let buffers = TLSBuffers()
    private var context: TLSClientContext?
    private var connection: HTTPConnection?

    /// - Parameters:
    ///   - authorities: whom a server's certificate must come from; its host name is checked as well.
    ///   - identity: what is shown to servers that ask who we are.
    ///   - wakeup: makes calls throw ``HTTPClientError/cancelled`` for as long as it rings.
    package init(
        _ address: HTTPAddress,
        _ settings: HTTPClientSettings = HTTPClientSettings(),
        trusting authorities: [Certificate],
        identity: TLSIdentity? = nil,
        wakeup: Wakeup? = nil
    ) {
        self.address = address
        self.settings = settings
        self.authorities = authorities
        self.identity = identity
        self.wakeup = wakeup
        socketPath = nil
    }

    /// A client of a server on this machine that listens at a path.
    package init(socketPath: String, _ settings: HTTPClientSettings = HTTPClientSettings()) {
        address = .local
        self.settings = settings
        authorities = []
        identity = nil
        wakeup = nil
        self.socketPath = socketPath
    }

    /// Connects, unless a connection stands: what proves that there is a server, without asking it for anything.
    package func connect() throws(HTTPClientError) {
        if connection?.isIdle != true { connection = try open(address) }
    }

    /// Lets go of the connection; the next call makes another one.
    package func close() { connection = nil }

    /// Sends a request and reads the answer, redirects followed as far as the settings allow.
    ///
    /// A kept connection that the server closes just then is replaced and the request sent again, once.
    package func send(_ call: HTTPCall) throws(HTTPClientError) -> HTTPAnswer {
        var place = call.target.map(address.with(target:)) ?? address
        var answer = try sendHere(call, to: place)
        for _ in 0..<settings.redirectLimit {
            guard let location = Self.redirect(answer) else { return answer }
            place = try Self.next(place, location)
            answer = place.origin == address.origin ? try sendHere(call, to: place) : try sendThere(call, to: place)
        }
        guard settings.redirectLimit > 0, Self.redirect(answer) != nil else { return answer }
        throw .redirectLoop(limit: settings.redirectLimit)
    }

    // MARK: Redirects

    /// Where the same request shall be sent instead; 303 asks for another request, which would carry no records.
    private static func redirect(_ answer: HTTPAnswer) -> String? {
        [301, 302, 307, 308].contains(answer.status) ? answer.headers.first("Location") : nil
    }

    private static func next(_ place: HTTPAddress, _ location: String) throws(HTTPClientError) -> HTTPAddress {
        let next: HTTPAddress
        do throws(HTTPAddressError) {
            next = try place.following(location)
        } catch {
            throw .badRedirect(error.problem)
        }
        guard next.isSecure || !place.isSecure else { throw .badRedirect("it is not encrypted any more") }
        return next
    }

    // MARK: One request

    private func sendHere(_ call: HTTPCall, to place: HTTPAddress) throws(HTTPClientError) -> HTTPAnswer {
        let bytes = request(call, to: place, isHome: true)
        if let kept = connection, kept.isIdle {
            do throws(HTTPClientError) {
                return try exchange(bytes, over: kept)
            } catch {
                connection = nil
                // Bytes of an answer mean that the server had read the request.
                guard case .brokenOff = error, kept.received.isEmpty else { throw error }
            }
        }
        connection = nil
        return try exchange(bytes, over: try open(address))
    }

    /// To another origin, over a connection of its own.
    private func sendThere(_ call: HTTPCall, to place: HTTPAddress) throws(HTTPClientError) -> HTTPAnswer {
        let home = connection
        defer { connection = home }
        return try exchange(request(call, to: place, isHome: false), over: try open(place))
    }

    private func exchange(_ bytes: [UInt8], over connection: HTTPConnection) throws(HTTPClientError) -> HTTPAnswer {
        self.connection = nil
        let deadline = MonotonicTime.now.adding(milliseconds: settings.answerMilliseconds)
        var sendingError: HTTPClientError?
        do throws(HTTPClientError) {
            try connection.send(bytes, until: deadline)
        } catch {
            // A server that refuses a large request may answer before it has read it, and close.
            guard case .brokenOff = error else { throw error }
            sendingError = error
        }
        let outcome: HTTPConnection.Outcome
        do throws(HTTPClientError) {
            outcome = try connection.readAnswer(limitBytes: settings.answerLimitBytes, until: deadline)
        } catch {
            throw sendingError ?? error
        }
        if outcome.isReusable, sendingError == nil { self.connection = connection }
        return outcome.answer
    }

    private func request(_ call: HTTPCall, to place: HTTPAddress, isHome: Bool) -> [UInt8] {
        let own: [HTTPCall.Header] = [.init("Host", place.authority), .init("User-Agent", "fleet-telemetry")]
        let headers = own + call.headers + (isHome ? call.privateHeaders : [])
        var bytes: [UInt8] = []
        bytes.reserveCapacity(512 + call.body.count)
        appendRequest(
            method: call.method,
            target: place.target,
            headers: headers.map { ($0.name, $0.value) },
            body: call.body,
            to: &bytes
        )
        return bytes
    }

    private func open(_ place: HTTPAddress) throws(HTTPClientError) -> HTTPConnection {
        let deadline = MonotonicTime.now.adding(milliseconds: settings.connectMilliseconds)
        if let socketPath { return try HTTPConnection(toSocket: socketPath, until: deadline) }
        return try HTTPConnection(to: place, context: tlsContext, buffers: buffers, until: deadline, or: wakeup)
    }

    /// Made once, because it holds a hundred authorities and more.
    private func tlsContext() throws(HTTPClientError) -> TLSClientContext {
        if let context { return context }
        do throws(TLSContextError) {
            let made = try TLSClientContext(authorities: authorities, identity: identity)
            context = made
            return made
        } catch {
            throw .tlsFailed(.other("\(error)"))
        }
    }
}

@available(*, unavailable)
extension HTTPClient: Sendable {}
