import HTTPClient
import LinuxSystem
import OpenSSLTransport
import Testing
import VehicleFixtures

@Suite struct HTTPClientTests {
    private func client(_ url: String, _ change: (inout HTTPClientSettings) -> Void = { _ in }) throws -> HTTPClient {
        var settings = HTTPClientSettings()
        settings.connectMilliseconds = 5_000
        settings.answerMilliseconds = 5_000
        change(&settings)
        return HTTPClient(try HTTPAddress(url), settings, trusting: [])
    }

    private func post(_ body: String = "hello") -> HTTPCall {
        HTTPCall(
            method: "POST",
            headers: [.init("X-Open", "1")],
            privateHeaders: [.init("Authorization", "Bearer s3cret")],
            body: Array(body.utf8)
        )
    }

    private func failure(_ client: HTTPClient) throws -> HTTPClientError {
        try #require(#expect(throws: HTTPClientError.self) { try client.send(post()) })
    }

    @Test func `requests share a connection, and say what they should`() throws {
        let server = try TestWebServer { .answer(200, body: "\($0.method) \($0.target) \($0.text)") }
        let client = try client(server.url("/in?x=1"))
        for _ in 0..<3 {
            let answer = try client.send(post())
            #expect(answer.status == 200 && String(decoding: answer.body, as: UTF8.self) == "POST /in?x=1 hello")
        }
        let requests = server.requests
        #expect(requests.map(\.connection) == [0, 0, 0])
        #expect(requests[0].headers.first("Host") == "127.0.0.1:\(server.port)")
        #expect(requests[0].headers.first("Content-Length") == "5")
        #expect(requests[0].headers.first("Authorization") == "Bearer s3cret")
    }

    @Test func `a connection that the server closes between requests is replaced unseen`() throws {
        let server = try TestWebServer { _ in .answer(204) }
        let client = try client(server.url())
        #expect(try client.send(post()).status == 204)
        server.stop()
        try server.restart()
        #expect(try client.send(post()).status == 204)
        #expect(server.requests.map(\.connection) == [0, 1])
        server.setHandler { $0.connection == 1 ? .bytes("") : .answer(200) }
        #expect(try client.send(post()).status == 200)
        #expect(server.requests.count == 4)
    }

    @Test(arguments: [
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\no\r\n1\r\nk\r\n0\r\n\r\n",
        "HTTP/1.0 200 OK\r\n\r\nok",
    ])
    func `bodies end as the head says`(text: String) throws {
        let server = try TestWebServer { _ in .bytes(text) }
        #expect(try client(server.url()).send(post()).body == Array("ok".utf8))
    }

    @Test func `a refusal that comes before a large request was read is heard`() throws {
        let port = try TestWebServer { _ in .silence }.port
        let listener = try TCP.listen(host: "127.0.0.1", port: port, sharesPort: false)
        let number = listener.surrender()
        let server = try LoopThread(name: "rude") {
            let listener = FileDescriptor(owning: number)
            let far = MonotonicTime.now.adding(milliseconds: 10_000)
            guard TCP.wait(for: listener, until: far) == .ready,
                let accepted = try? TCP.accept(listener)
            else { return }
            let descriptor = accepted.take()
            let answer = Array("HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n".utf8)
            _ = try? TCP.send(answer.span, to: descriptor)
            TCP.shutdownSending(descriptor)
            var room = [UInt8](repeating: 0, count: 1 << 20)
            while TCP.wait(for: descriptor, until: far) == .ready, (try? descriptor.read(into: &room)) ?? 0 > 0 {}
        }
        let answer = try client("http://127.0.0.1:\(port)/").send(post(String(repeating: "x", count: 8 << 20)))
        #expect(answer.status == 413)
        server.join()
    }

    // MARK: What goes wrong

    @Test func `a host that nobody knows`() throws {
        let error = try failure(client("http://nobody.invalid/"))
        guard case .unknownHost("nobody.invalid", _) = error else { return #expect(Bool(false), "\(error)") }
    }

    @Test func `a port that nobody listens on`() throws {
        let server = try TestWebServer { _ in .silence }
        server.stop()
        #expect(try failure(client(server.url())) == .unreachable(reason: "Connection refused"))
    }

    @Test func `a server that stays silent, and one that says too little in time`() throws {
        let server = try TestWebServer { _ in .silence }
        let client = try client(server.url()) { $0.answerMilliseconds = 100 }
        #expect(try failure(client) == .timedOut(.answering))
    }

    @Test(arguments: [
        ("SSH-2.0-OpenSSH_9.2\r\n\r\n", "no HTTP"), ("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", "broke off"),
        ("HTTP/1.1 200 OK\r\nContent-Le", "broke off"), ("", "closed without an answer"),
        ("HTTP/1.1 101 Switching\r\n\r\n", "changes the protocol"),
        ("HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n", "more than 65536 bytes"),
    ])
    func `answers that cannot be used`(text: String, words: String) throws {
        let server = try TestWebServer { _ in .bytes(text) }
        let error = try failure(client(server.url()))
        #expect(error.words.contains(words), "\(error)")
    }

    @Test func `a reset in the middle of the answer`() throws {
        let server = try TestWebServer { _ in .reset("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf") }
        guard case .brokenOff = try failure(client(server.url())) else { return #expect(Bool(false)) }
    }

    @Test(arguments: ["", "Transfer-Encoding: chunked\r\n\r\nfffffff\r\n"])
    func `a body without end is cut at the limit`(headers: String) throws {
        let server = try TestWebServer { _ in .endless("HTTP/1.1 200 OK\r\n\(headers.isEmpty ? "\r\n" : headers)") }
        #expect(try failure(client(server.url())) == .answerTooLong(status: 200, limitBytes: 65_536))
    }

    @Test func `a rung wakeup ends the wait at once`() throws {
        let server = try TestWebServer { _ in .silence }
        let wakeup = try Wakeup()
        let client = HTTPClient(try HTTPAddress(server.url()), trusting: [], wakeup: wakeup)
        let ringer = try LoopThread(name: "ringer") {
            _ = server.waitForRequests(1)
            wakeup.ring()
        }
        #expect(try failure(client) == .cancelled)
        ringer.join()
    }

    // MARK: Redirects

    @Test func `redirects are answers unless they are allowed`() throws {
        let server = try TestWebServer {
            $0.target == "/new" ? .answer(200, body: $0.text) : .answer(307, headers: [("Location", "/new")])
        }
        #expect(try client(server.url()).send(post()).status == 307)
        let answer = try client(server.url()) { $0.redirectLimit = 5 }.send(post())
        #expect(answer.status == 200 && answer.body == Array("hello".utf8))
        #expect(server.requests.last?.headers.first("Authorization") == "Bearer s3cret")
    }

    @Test func `another host gets no private headers`() throws {
        let other = try TestWebServer { _ in .answer(200) }
        let place = other.url("/there", host: "localhost")
        let server = try TestWebServer { _ in .answer(308, headers: [("Location", place)]) }
        #expect(try client(server.url()) { $0.redirectLimit = 5 }.send(post()).status == 200)
        let request = try #require(other.requests.first)
        #expect(request.text == "hello" && request.headers.first("X-Open") == "1")
        #expect(request.headers.first("Authorization") == nil)
    }

    @Test func `a circle of redirects ends`() throws {
        let server = try TestWebServer { _ in .answer(302, headers: [("Location", "/in")]) }
        #expect(try failure(client(server.url()) { $0.redirectLimit = 5 }) == .redirectLoop(limit: 5))
        #expect(server.requests.count == 6)
    }
}
