import HTTPServing
import LinuxSystem
import Observability
import TelemetryFixtures
import Testing

@Suite struct HostileClientTests {
    @Test func `clients that stall do not stop others`() throws {
        let test = try TestServer()
        let silent = try BlockingClient(test.server)
        let halfway = try BlockingClient(test.server)
        halfway.send("GET /sta")
        let withoutBody = try BlockingClient(test.server)
        withoutBody.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n")
        let deaf = try BlockingClient(test.server)
        deaf.send("GET /large HTTP/1.1\r\nHost: x\r\n\r\nGET /large HTTP/1.1\r\nHost: x\r\n\r\n")
        let client = try BlockingClient(test.server)
        for _ in 0..<50 { #expect(try client.get("/status")?.body == "ok") }
        // The stalled ones are still there, so that they stalled all the while.
        withExtendedLifetime((silent, halfway, withoutBody, deaf)) {}
    }

    @Test func `a request that takes too long is answered so`() throws {
        let test = try TestServer(TestServer.routes) { $0.requestTimeoutMilliseconds = 30 }
        let client = try BlockingClient(test.server)
        client.send("GET /status HT")
        let response = try #require(try client.receive())
        #expect(response.status == 408)
        #expect(response.headers["connection"] == "close")
        #expect(try client.receive() == nil)
    }

    @Test func `who says nothing is let go`() throws {
        let test = try TestServer(TestServer.routes) { $0.idleTimeoutMilliseconds = 30 }
        let silent = try BlockingClient(test.server)
        #expect(try silent.receive() == nil)
        let talker = try BlockingClient(test.server)
        #expect(try talker.get("/status")?.body == "ok")
        #expect(try talker.receive() == nil)
    }

    @Test func `who does not take an answer is let go`() throws {
        let test = try TestServer(TestServer.routes) { $0.responseTimeoutMilliseconds = 50 }
        let deaf = try BlockingClient(test.server)
        deaf.send("GET /large HTTP/1.1\r\nHost: x\r\n\r\n")
        // The server gives up without our reading anything: then sending fails.
        let filler = [UInt8](repeating: 10, count: 65_536)
        var attempts = 0
        while deaf.sendAll(filler), attempts < 100_000 { attempts += 1 }
        #expect(attempts < 100_000)
    }

    @Test func `an endless head is refused with the reason`() throws {
        let test = try TestServer()
        let client = try BlockingClient(test.server)
        client.send("GET /status HTTP/1.1\r\nHost: x\r\n")
        // Far more than any limit, so that the answer must survive our unread bytes.
        client.send(String(repeating: "X-Padding: " + String(repeating: "a", count: 1000) + "\r\n", count: 200))
        let response = try #require(try client.receive())
        #expect(response.status == 431)
        #expect(response.headers["connection"] == "close")
        #expect(!response.body.isEmpty)
        #expect(try client.receive() == nil)
    }

    @Test func `an endless request line is refused`() throws {
        let test = try TestServer()
        let client = try BlockingClient(test.server)
        client.send("GET /" + String(repeating: "a", count: 20_000))
        let response = try #require(try client.receive())
        #expect([414, 431].contains(response.status))
    }

    @Test(
        arguments: [
            ("\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}\u{0}\u{1}\u{fc}\r\n\r\n", 400),
            ("GET\r\n\r\n", 400),
            ("GET /status HTTP/1.1\r\nno colon\r\n\r\n", 400),
            ("GET /status HTTP/1.1\r\nHost : x\r\n\r\n", 400),
            ("GET /status HTTP/1.1\r\n\r\n", 400),
            ("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", 400),
            ("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999999\r\n\r\n", 413),
            ("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", 400),
            ("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 70000\r\n\r\n", 413),
            ("POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n11171\r\n\r\n", 413),
            ("POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n\r\n", 400),
            ("GET /status HTTP/2.0\r\nHost: x\r\n\r\n", 400),
        ] as [(String, Int)]
    )
    func `what is no request that we take is refused with the reason, and the connection ends`(
        request: String,
        status: Int
    ) throws {
        let test = try TestServer()
        let client = try BlockingClient(test.server)
        client.send(request)
        let response = try #require(try client.receive())
        #expect(response.status == status, "\(response)")
        #expect(response.body.count > 10)
        #expect(response.headers["connection"] == "close")
        #expect(try client.receive() == nil)
        let other = try BlockingClient(test.server)
        #expect(try other.get("/status")?.body == "ok")
    }

    @Test func `random bytes never stop the server`() throws {
        let seed = UInt64.random(in: 0 ... .max)
        var generator = SeededRandom(seed: seed)
        let test = try TestServer()
        let valid = Array("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc".utf8)
        for _ in 0..<200 {
            let client = try BlockingClient(test.server)
            var bytes = valid
            for _ in 0..<Int.random(in: 1...8, using: &generator) {
                bytes[Int.random(in: bytes.indices, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
            }
            _ = client.sendAll(bytes)
        }
        let client = try BlockingClient(test.server)
        #expect(try client.get("/status")?.body == "ok", "seed \(seed)")
    }

    @Test func `when too many are connected the idle ones go first`() throws {
        let test = try TestServer(TestServer.routes) { $0.maximumConnections = 3 }
        let busy = try BlockingClient(test.server)
        #expect(try busy.get("/status")?.body == "ok")
        busy.send("GET /status HTTP/1.1\r\n")
        let oldest = try BlockingClient(test.server)
        #expect(try oldest.get("/status")?.body == "ok")
        let newer = try BlockingClient(test.server)
        #expect(try newer.get("/status")?.body == "ok")
        let newest = try BlockingClient(test.server)
        #expect(try newest.get("/status")?.body == "ok")
        #expect(try oldest.receive() == nil)
        #expect(try newer.get("/status")?.body == "ok")
        busy.send("Host: x\r\n\r\n")
        #expect(try busy.receive()?.body == "ok")
        #expect(test.log.lines(of: "http_connection_limit_reached").count == 1)
    }

    @Test func `many clients at once are all served`() throws {
        let test = try TestServer()
        let server = test.server
        let served = Counter()
        let threads = try (0..<16).map { _ in
            try LoopThread(name: "client") {
                guard let client = try? BlockingClient(server) else { return }
                for _ in 0..<50 where (try? client.get("/status"))??.body == "ok" { served.add() }
            }
        }
        for thread in threads { thread.join() }
        #expect(served.value == 800)
    }
}
