import Dispatchers
import Dispatching
import Foundation
import LinuxSystem
import Observability
import Synchronization
import TelemetryModel
import Testing
import VehicleFixtures

@Suite struct HTTPDispatcherTests {
    private static let records = TestRecords.records(0..<10)

    private func failure(_ outcomes: [DeliveryReport.Outcome]) throws -> DispatcherFailure {
        try #require(outcomes.compactMap(\.failure).first)
    }

    // MARK: What answers mean

    @Test(arguments: [408, 425, 429, 500, 502, 503, 504, 301, 302, 304])
    func `these answers keep the records for later`(status: Int) async throws {
        let bench = HTTPBench(try TestWebServer { _ in .answer(status) }) { $0.format = .ndjson }
        let outcomes = try await bench.deliver(Self.records)
        for outcome in outcomes {
            guard case .retry(let failure) = outcome else { return #expect(Bool(false), "\(outcome)") }
            #expect(failure.detail.contains("answered with status \(status); "))
        }
        #expect(bench.server.requests.count == 1)
    }

    @Test(arguments: [401, 403, 404, 405, 415])
    func `these answers are about the endpoint: the whole request is dead letters`(status: Int) async throws {
        let bench = HTTPBench(try TestWebServer { _ in .answer(status) }) { $0.format = .ndjson }
        let outcomes = try await bench.deliver(Self.records)
        for outcome in outcomes {
            guard case .rejected = outcome else { return #expect(Bool(false), "\(outcome)") }
        }
        #expect(bench.server.requests.count == 1)
    }

    @Test(arguments: [400, 413, 422])
    func `a refused batch is halved until the record that is to blame stands alone`(status: Int) async throws {
        let server = try TestWebServer { $0.text.contains("txid-6\"") ? .answer(status) : .answer(200) }
        let outcomes = try await HTTPBench(server) { $0.format = .ndjson }.deliver(Self.records)
        for (index, outcome) in outcomes.enumerated() {
            if case .rejected = outcome { #expect(index == 6) } else { #expect(outcome == .delivered && index != 6) }
        }
        // What was taken came once, in order.
        let taken = server.requests.filter { !$0.text.contains("txid-6\"") }.flatMap { $0.text.split(separator: "\n") }
        #expect(try sequences(taken.map(String.init)) == [0, 1, 2, 3, 4, 5, 7, 8, 9])
    }

    @Test func `after a record that must wait no later one is sent`() async throws {
        let server = try TestWebServer { $0.text.contains(":8}") ? .answer(503) : .answer(200) }
        let records = (0..<20).map { TestRecords.record($0) }
        let outcomes = try await HTTPBench(server) { $0.filter.fields = ["VehicleSpeed"] }.deliver(records)
        #expect(outcomes.prefix(16).allSatisfy { $0 == .delivered })
        #expect(outcomes.dropFirst(16).allSatisfy { if case .retry = $0 { true } else { false } })
        #expect(server.requests.count == 17)
    }

    @Test func `a pause that the endpoint asks for is kept, and told to the lane`() async throws {
        let server = try TestWebServer { _ in .answer(429, headers: [("Retry-After", "40")]) }
        let bench = HTTPBench(server) { $0.format = .ndjson }
        try await bench.dispatcher.open()
        for _ in 0..<2 {
            let failure = try failure(await bench.dispatcher.deliver(RecordBatch(Self.records)).outcomes)
            #expect((30_000...40_001).contains(failure.retryMilliseconds ?? 0))
        }
        #expect(server.requests.count == 1)
        await bench.dispatcher.close()
    }

    @Test func `410 stops the endpoint, and says so`() async throws {
        let server = try TestWebServer { _ in .answer(410) }
        let bench = HTTPBench(server)
        try await bench.dispatcher.open()
        for _ in 0..<3 {
            let outcomes = await bench.dispatcher.deliver(RecordBatch(Self.records)).outcomes
            #expect(try failure(outcomes).detail.contains("410 (Gone), so nothing more is sent to it"))
            #expect(outcomes.allSatisfy { if case .retry = $0 { true } else { false } })
        }
        await bench.dispatcher.close()
        #expect(server.requests.count == 1)
        #expect(bench.log.lines.contains { $0.contains("http_endpoint_gone") })
    }

    @Test func `what goes wrong on the way is said, and nothing is lost`() async throws {
        let cases: [(TestWebServer.Reply, String)] = [
            (.bytes("SSH-2.0-x\r\n\r\n"), "no HTTP"),
            (.reset("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n"), "broke off"),
            (.endless("HTTP/1.1 200 OK\r\n\r\n"), "more than 65536 bytes"), (.silence, "no progress in time"),
            (.answer(307, headers: [("Location", "/in")]), "more than 5 redirects"),
        ]
        for (reply, words) in cases {
            let bench = HTTPBench(try TestWebServer { _ in reply }) {
                $0.requestTimeout = .milliseconds(100)
                $0.followsRedirects = words.contains("redirects")
            }
            let outcomes = try await bench.deliver(Self.records)
            #expect(outcomes.allSatisfy { if case .retry = $0 { true } else { false } })
            #expect(try failure(outcomes).detail.contains(words), "\(outcomes[0])")
        }
    }

    @Test(arguments: [("http://nobody.invalid/", "is not found"), ("http://127.0.0.1:1/", "no connection")])
    func `an endpoint that is not there does not open`(url: String, words: String) async throws {
        let settings = HTTPBench.settings(url) { _ in }
        let bench = try TestWebServer { _ in .silence }
        let dispatcher = settings.makeDispatcher(DispatcherContext(log: .silent, metrics: MetricRegistry()))
        let error = try await #require(#expect(throws: DispatcherFailure.self) { try await dispatcher.open() })
        #expect(error.code == .unreachable && error.detail.contains(words))
        bench.stop()
    }

    // MARK: Batches and order

    @Test func `requests are filled up to their limits`() async throws {
        let server = try TestWebServer { _ in .answer(200) }
        let one = FileLineSize.bytes
        let bench = HTTPBench(server) {
            $0.format = .ndjson
            $0.batch.maxRecords = 4
            $0.batch.maxBytes = one * 3 + one / 2
        }
        let counts = try await bench.requests(for: Self.records).map { $0.text.split(separator: "\n").count }
        #expect(counts == [3, 3, 3, 1])
    }

    @Test func `vehicles share the connections, and each keeps to one`() async throws {
        let server = try TestWebServer { _ in .answer(200) }
        let bench = HTTPBench(server) { $0.connections = 4 }
        let records = (0..<200).map { TestRecords.record($0, vin: "5YJ3E1EA7LF0000\(10 + $0 % 20)") }
        let requests = try await bench.requests(for: records)
        #expect(Set(requests.map(\.connection)).count == 4)
        var connections: [String: Set<Int>] = [:]
        var speeds: [String: [Double]] = [:]
        for request in requests {
            let object = try #require(
                try JSONSerialization.jsonObject(with: Data(request.body)) as? [String: Any]
            )
            let vin = try #require(object["vin"] as? String)
            let data = try #require((object["data"] as? [[String: Any]])?.first?["value"] as? [String: Any])
            connections[vin, default: []].insert(request.connection)
            speeds[vin, default: []].append(try #require(data["doubleValue"] as? Double))
        }
        #expect(connections.count == 20 && connections.values.allSatisfy { $0.count == 1 })
        #expect(speeds.values.allSatisfy { $0.count == 10 && $0 == $0.sorted() })
    }

    // MARK: Headers and secrets

    @Test func `requests carry headers and the secret, which a new file replaces`() async throws {
        let directory = try TemporaryDirectory()
        let file = directory.file("token")
        try "Bearer old-s3cret\n".write(toFile: file, atomically: false, encoding: .utf8)
        let server = try TestWebServer {
            $0.headers.first("Authorization") == "Bearer new-s3cret" ? .answer(200) : .answer(401)
        }
        let bench = HTTPBench(server) {
            $0.headers = ["X-Api-Key": "k3y", "content-type": "text/plain"]
            $0.authorization = HTTPSecret()
            $0.authorization?.file = file
            $0.method = .put
        }
        try await bench.dispatcher.open()
        let refused = await bench.dispatcher.deliver(RecordBatch([TestRecords.record(0)])).outcomes
        #expect(try failure(refused).code == .unauthorised)
        #expect(server.requests.count == 1)
        try " Bearer new-s3cret ".write(toFile: file, atomically: false, encoding: .utf8)
        let taken = await bench.dispatcher.deliver(RecordBatch([TestRecords.record(1)])).outcomes
        #expect(taken == [.delivered])
        await bench.dispatcher.close()
        let last = try #require(server.requests.last)
        #expect(last.method == "PUT" && last.headers.first("x-api-key") == "k3y")
        #expect(last.headers.all("Content-Type") == ["text/plain"])
        #expect(!bench.log.lines.contains { $0.contains("s3cret") } && !"\(refused)".contains("s3cret"))
        // The umask leaves the file readable by all.
        #expect(bench.log.lines(of: "secret_file_readable_by_all").count == 1)
    }

    @Test(arguments: [
        ("missing", "cannot be read (No such file"), ("empty", "is empty"), ("broken", "holds a line break"),
    ])
    func `a secret file that is no use is said, without its content`(name: String, words: String) async throws {
        let directory = try TemporaryDirectory()
        try " \n".write(toFile: directory.file("empty"), atomically: false, encoding: .utf8)
        try "a\r\nX: s3cret".write(toFile: directory.file("broken"), atomically: false, encoding: .utf8)
        let bench = HTTPBench(try TestWebServer { _ in .answer(200) }) {
            $0.authorization = HTTPSecret()
            $0.authorization?.file = directory.file(name)
        }
        let error = try await #require(#expect(throws: DispatcherFailure.self) { try await bench.dispatcher.open() })
        #expect(error.code == .unauthorised && error.detail.contains(words) && !error.detail.contains("s3cret"))
        #expect(error.detail.contains(directory.path))
    }

    @Test func `signatures are those of Standard Webhooks`() async throws {
        let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
        let signer = try #require(WebhookSigner(secret: secret))
        let body = Array(#"{"test": 2432232314}"#.utf8)
        let known = signer.headers(id: "msg_p5jXN8AQM9LWM0D4loKWxJek", timestamp: 1_614_265_330, body: body)
        #expect(known[2].value == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")
        let server = try TestWebServer { _ in .answer(200) }
        let bench = HTTPBench(server) {
            $0.signingSecret = HTTPSecret()
            $0.signingSecret?.value = .init(secret)
        }
        let records = [TestRecords.record(0), TestRecords.record(1), TestRecords.record(0)]
        let requests = try await bench.requests(for: records)
        let ids = requests.compactMap { $0.headers.first("webhook-id") }
        #expect(ids.count == 3 && ids[0] == ids[2] && ids[0] != ids[1])
        for request in requests {
            let timestamp = try #require(Int64(request.headers.first("webhook-timestamp") ?? ""))
            #expect(abs(timestamp - WallClock.milliseconds / 1000) < 60)
            let id = try #require(request.headers.first("webhook-id"))
            let headers = signer.headers(id: id, timestamp: timestamp, body: request.body)
            #expect(headers.last?.value == request.headers.first("webhook-signature"))
        }
        for bad in ["whsec_", "whsec_AAAA", "short", "whsec_****"] { #expect(WebhookSigner(secret: bad) == nil) }
    }
}

private enum FileLineSize {
    /// Of one of the records above, with its line feed.
    static let bytes = 236
}
