import HTTPServing
import LinuxSystem
import Testing

@Suite struct HTTPServerTests {
    @Test func `a request is answered and the connection stays for the next one`() throws {
        let test = try TestServer()
        let client = try BlockingClient(test.server)
        for _ in 0..<3 {
            let response = try #require(try client.get("/status"))
            #expect(response.status == 200)
            #expect(response.body == "ok")
            #expect(response.headers["content-type"] == "text/plain; charset=utf-8")
        }
    }

    @Test func `paths and methods that do not exist are answered with what exists`() throws {
        let test = try TestServer()
        let client = try BlockingClient(test.server)
        let missing = try #require(try client.get("/other"))
        #expect(missing.status == 404)
        #expect(missing.body.contains("/echo, /large, /status"))
        client.send("DELETE /status HTTP/1.1\r\nHost: x\r\n\r\n")
        let refused = try #require(try client.receive())
        #expect(refused.status == 405)
        #expect(refused.headers["allow"] == "GET, HEAD")
        #expect(refused.body.contains("GET, HEAD"))
    }

    @Test func `HEAD gets the head of GET`() throws {
        let test = try TestServer()
        let client = try BlockingClient(test.server)
        client.send("HEAD /status HTTP/1.1\r\nHost: x\r\n\r\n")
        let head = try #require(try client.receive(hasBody: false))
        #expect(head.headers["content-length"] == "2")
        #expect(try client.get("/status")?.body == "ok")
    }

    @Test func `bodies, queries and headers reach the handler`() throws {
        let test = try TestServer()
        let client = try BlockingClient(test.server)
        client.send("POST /echo?a=b&c HTTP/1.1\r\nHost: x\r\nX-A: one\r\nContent-Length: 5\r\n\r\nhel")
        client.send("lo")
        #expect(try client.receive()?.body == "a=b&c|one|hello")
        #expect(try client.get("/status")?.body == "ok")
    }

    @Test func `a request cut at every byte is the same request`() throws {
        let test = try TestServer()
        let request = Array("POST /echo?q HTTP/1.1\r\nHost: x\r\nX-A: 1\r\nContent-Length: 3\r\n\r\nabc".utf8)
        let client = try BlockingClient(test.server)
        let chunked = Array(
            ("POST /echo?q HTTP/1.1\r\nHost: x\r\nX-A: 1\r\nTransfer-Encoding: chunked\r\n\r\n"
                + "1\r\na\r\n2\r\nbc\r\n0\r\n\r\n").utf8
        )
        for whole in [request, chunked] {
            for cut in 0...whole.count {
                #expect(client.sendAll(Array(whole[..<cut])))
                #expect(client.sendAll(Array(whole[cut...])))
                #expect(try client.receive()?.body == "q|1|abc", "cut at \(cut)")
            }
        }
    }

    @Test func `pipelined requests are answered in order`() throws {
        let test = try TestServer()
        let client = try BlockingClient(test.server)
        let count = 100
        var text = ""
        for number in 0..<count {
            text += "POST /echo?\(number) HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\n-"
        }
        client.send(text)
        for number in 0..<count { #expect(try client.receive()?.body == "\(number)|-|-") }
    }

    @Test func `a client that has said all still gets its answers`() throws {
        let test = try TestServer()
        let client = try BlockingClient(test.server)
        client.send(String(repeating: "GET /status HTTP/1.1\r\nHost: x\r\n\r\n", count: 20))
        client.finishSending()
        for _ in 0..<20 { #expect(try client.receive()?.body == "ok") }
        #expect(try client.receive() == nil)
    }

    @Test func `a client that ends within a request is let go`() throws {
        let test = try TestServer()
        let client = try BlockingClient(test.server)
        client.send("GET /status HTTP/1.1\r\nHo")
        client.finishSending()
        #expect(try client.receive() == nil)
    }

    @Test(arguments: ["HTTP/1.1\r\nHost: x\r\nConnection: close", "HTTP/1.0\r\nX: y"])
    func `who does not want to stay is let go after the answer`(rest: String) throws {
        let test = try TestServer()
        let client = try BlockingClient(test.server)
        client.send("GET /status \(rest)\r\n\r\n")
        let response = try #require(try client.receive())
        #expect(response.body == "ok")
        #expect(response.headers["connection"] == "close")
        #expect(try client.receive() == nil)
    }

    @Test func `a large answer arrives whole`() throws {
        let test = try TestServer()
        let client = try BlockingClient(test.server)
        let response = try #require(try client.get("/large"))
        #expect(response.body.utf8.count == 1 << 24)
        #expect(try client.get("/status")?.body == "ok")
    }

    @Test func `the port is said when it is taken`() throws {
        let test = try TestServer()
        let settings = HTTPServerSettings(name: "second", host: "127.0.0.1", port: test.server.address.port)
        #expect {
            try HTTPServer(settings, routes: TestServer.routes, log: .silent)
        } throws: {
            ($0 as? SystemCallError)?.code == SystemCallError.addressInUse
        }
    }

    @Test func `closing lets a client go and frees the port`() throws {
        let test = try TestServer()
        let client = try BlockingClient(test.server)
        #expect(try client.get("/status")?.body == "ok")
        test.server.close()
        #expect(try client.receive() == nil)
        let again = try TestServer(TestServer.routes) { $0.port = test.server.address.port }
        let next = try BlockingClient(again.server)
        #expect(try next.get("/status")?.body == "ok")
    }
}
