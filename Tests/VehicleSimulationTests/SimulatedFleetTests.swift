import EnvelopeCodec
import LinuxSystem
import OpenSSLTransport
import PayloadCodec
import TelemetryModel
import Testing

@testable import VehicleSimulation

@Suite(.serialized)
struct SimulatedFleetTests {
    private let files = DemoFiles.shared

    private func settings(_ server: ScriptedServer, vehicles: Int, _ load: FleetLoad) -> FleetSettings {
        var settings = FleetSettings(
            host: "127.0.0.1",
            port: server.port,
            authorities: files.authorities,
            credentials: files.vehicles,
            vehicles: vehicles,
            load: load
        )
        settings.shortestPauseMilliseconds = 5
        settings.longestPauseMilliseconds = 20
        return settings
    }

    private let records = PreparedRecord.records(of: .drive, seed: 3, startedAt: 1_700_000_000, count: 40)

    /// Runs a fleet until a condition holds, for ten seconds at most.
    private func run(_ settings: FleetSettings, until isEnough: (FleetCounts) -> Bool) throws -> FleetReport {
        let fleet = try SimulatedFleet(settings)
        let deadline = MonotonicTime.now.adding(milliseconds: 10_000)
        let pause = ThreadSignal()
        while !isEnough(fleet.counts), MonotonicTime.now < deadline {
            pause.wait(until: MonotonicTime.now.adding(milliseconds: 2))
        }
        fleet.stop()
        return fleet.wait()
    }

    @Test(arguments: [1, 8, 64])
    func `every record is acked once, in order, with any window`(window: Int) throws {
        let server = try ScriptedServer(files)
        defer { server.stop() }
        var settings = settings(server, vehicles: 4, .saturating(records))
        settings.window = window
        let report = try run(settings) { $0.acked >= 2000 }
        #expect(report.lost == 0 && report.counts.acked == report.counts.sent && report.counts.resent == 0)
        #expect(report.counts.acked >= 2000 && report.counts.surplusAcks == 0)
        #expect(report.counts.connects == 4 && report.counts.breaks == 0 && report.reasons.isEmpty)
        #expect(report.latency.count == UInt64(report.counts.acked))
        for connection in 0..<4 {
            let txids = server.received.filter { $0.connection == connection }.map(\.txid)
            #expect(Set(txids.map { $0.prefix(23) }).count == 1)
            let numbers = txids.map { Int($0.suffix(9)) ?? 0 }
            #expect(numbers == Array(1..<txids.count + 1))
        }
        #expect(Set(server.received.map(\.txid)).count == report.counts.sent)
    }

    @Test func `prepared frames carry the vehicle's VIN and the prepared payloads`() throws {
        let server = try ScriptedServer(files)
        defer { server.stop() }
        _ = try run(settings(server, vehicles: 3, .saturating(records))) { $0.acked >= 200 }
        for received in server.received {
            let index = Int(received.txid.suffix(9))! % records.count
            #expect(received.payload == records[index].payload)
            #expect(received.topic == String(decoding: records[index].topic, as: UTF8.self))
        }
        #expect(Set(server.received.map(\.vin)) == Set(files.vehicles.map(\.vin)))
    }

    @Test func `the request names the client as real vehicles do`() throws {
        let server = try ScriptedServer(files)
        defer { server.stop() }
        _ = try run(settings(server, vehicles: 3, .idle)) { $0.connected == 3 }
        #expect(server.heads.count == 3)
        for head in server.heads {
            #expect(head.hasPrefix("GET / HTTP/1.1\r\nHost: 127.0.0.1:\(server.port)\r\n"))
            for name in ["X-Network-Interface: ", "Version: ", "X-TXID: ", "User-Agent: ", "Sec-WebSocket-Key: "] {
                #expect(head.contains("\r\n\(name)"), "\(name) is missing")
            }
        }
        #expect(Set(server.heads.map { $0.split(separator: "X-TXID: ")[1].prefix(36) }).count == 3)
    }

    @Test func `steady vehicles begin with all signals and stamp the time of day`() throws {
        let server = try ScriptedServer(files)
        defer { server.stop() }
        let before = WallClock.milliseconds / 1000
        let load = FleetLoad.steady(.mixed, recordsPerSecond: 200)
        let report = try run(settings(server, vehicles: 2, load)) { $0.acked >= 60 }
        #expect(report.lost == 0 && report.counts.resent == 0)
        var decoder = PayloadDecoder()
        let first = server.received.first { $0.txid.hasSuffix("000000001") }
        guard let first, case .vehicleData(let data) = try decoder.decode(.vehicleData, first.payload.span) else {
            Issue.record("no first record")
            return
        }
        #expect((46...52).contains(data.data.count) && data.vin.isEmpty && !data.isResend)
        #expect((before...before + 20).contains(data.createdAt?.seconds ?? 0))
    }

    @Test func `what is not acked when the link breaks is sent again, marked, with its txid`() throws {
        let server = try ScriptedServer(files) { connection, record in connection == 0 && record == 5 ? .hangUp : .ack }
        defer { server.stop() }
        var settings = settings(server, vehicles: 1, .saturating(records))
        settings.window = 4
        let report = try run(settings) { $0.acked >= 100 }
        #expect(report.lost == 0 && report.counts.breaks == 1 && report.counts.reconnects == 1)
        #expect((1...4).contains(report.counts.resent))
        let again = server.received.filter { $0.connection == 1 }.prefix(report.counts.resent)
        let numbers = again.map { Int($0.txid.suffix(9)) ?? 0 }
        // The one that broke the link, and those whose acks broke with it.
        #expect(numbers.contains(6) && numbers == Array(numbers[0]..<numbers[0] + numbers.count))
        var decoder = PayloadDecoder()
        for record in again where record.topic == "V" {
            guard case .vehicleData(let data) = try decoder.decode(.vehicleData, record.payload.span) else { continue }
            #expect(data.isResend)
        }
    }

    @Test(arguments: [FleetLoad.steady(.drive, recordsPerSecond: 100), .saturating([])])
    func `a record that is never acked is sent again after the timeout`(load: FleetLoad) throws {
        let server = try ScriptedServer(files) { _, record in record == 2 ? .silence : .ack }
        defer { server.stop() }
        var load = load
        if case .saturating = load { load = .saturating(records) }
        var settings = settings(server, vehicles: 1, load)
        settings.ackTimeoutMilliseconds = 30
        let report = try run(settings) { $0.acked >= 20 }
        #expect(report.lost == 0 && report.counts.resent == 1 && report.counts.breaks == 0)
        #expect(server.received.prefix(5).map { Int($0.txid.suffix(9)) ?? 0 } == [1, 2, 3, 3, 4])
    }

    @Test func `refused records are counted and not sent again`() throws {
        let server = try ScriptedServer(files) { _, record in record % 10 == 3 ? .refuse : .ack }
        defer { server.stop() }
        let report = try run(settings(server, vehicles: 1, .saturating(records))) { $0.acked >= 90 }
        #expect(report.counts.refused >= 9 && report.counts.resent == 0 && report.lost == 0)
    }

    @Test func `a close frame is answered and followed by a reconnect`() throws {
        let server = try ScriptedServer(files) { connection, record in
            connection == 0 && record == 3 ? .close(1001) : .ack
        }
        defer { server.stop() }
        let report = try run(settings(server, vehicles: 1, .saturating(records))) { $0.acked >= 50 }
        #expect(report.lost == 0 && report.counts.reconnects == 1)
        #expect(report.reasons == ["the server closed the WebSocket: 1001 go away": 1])
    }

    @Test func `an upgrade that is refused is told with the server's words, and tried again`() throws {
        let server = try ScriptedServer(
            files,
            response: { connection in
                connection < 2 ? "HTTP/1.1 403 Forbidden\r\nContent-Length: 14\r\n\r\nnot this VIN\r\n" : nil
            }
        )
        defer { server.stop() }
        let report = try run(settings(server, vehicles: 1, .saturating(records))) { $0.acked >= 10 }
        #expect(report.counts.connectFailures == 2 && report.counts.connects == 1)
        #expect(report.reasons == ["no upgrade: HTTP/1.1 403 Forbidden, not this VIN": 2])
    }

    @Test func `a recording is played byte for byte, once, and then the fleet ends by itself`() throws {
        let server = try ScriptedServer(files)
        defer { server.stop() }
        var frames: [RecordedFrame] = []
        for index in 0..<30 {
            var bytes: [UInt8] = []
            let message = records[index].message(from: "5YJ3E1EA7KF00031\(index % 2)", txid: Array("t\(index)".utf8))
            Envelope.appendStream(message, to: &bytes)
            frames.append(
                RecordedFrame(
                    milliseconds: Int64(index * 100),
                    vin: "VIN\(index % 2)",
                    direction: .incoming,
                    bytes: bytes
                )
            )
            frames.append(RecordedFrame(milliseconds: 0, vin: "VIN0", direction: .outgoing, bytes: [1]))
        }
        let replay = FleetReplay(frames, speed: 30, isEndless: false)
        #expect(replay.tracks.map(\.vin) == ["VIN0", "VIN1"] && replay.duration == 2_900_000_000)
        let fleet = try SimulatedFleet(settings(server, vehicles: 2, .replay(replay)))
        let report = fleet.wait()
        #expect(report.counts.sent == 30 && report.counts.acked == 30 && report.lost == 0)
        #expect(report.seconds >= 0.09)
        for connection in 0..<2 {
            let txids = server.received.filter { $0.connection == connection }.map { Int($0.txid.dropFirst())! }
            #expect(txids == txids.sorted() && txids.count == 15 && Set(txids.map { $0 % 2 }).count == 1)
        }
    }

    @Test func `a server that is not there is an outcome, not an error`() throws {
        var settings = FleetSettings(
            host: "127.0.0.1",
            port: 1,
            authorities: files.authorities,
            credentials: files.vehicles,
            vehicles: 2,
            load: .saturating(records)
        )
        settings.shortestPauseMilliseconds = 1
        settings.longestPauseMilliseconds = 5
        let report = try run(settings) { $0.connectFailures >= 5 }
        #expect(report.counts.connectFailures >= 5 && report.counts.sent == 0)
        #expect(report.reasons.keys.allSatisfy { $0.contains("Connection refused") })
    }

    @Test func `an untrusted server is refused with the reason`() throws {
        let server = try ScriptedServer(files)
        defer { server.stop() }
        var settings = settings(server, vehicles: 1, .idle)
        settings.authorities = files.vehicles[0].identity.chain
        let report = try run(settings) { $0.connectFailures >= 1 }
        #expect(report.counts.connects == 0)
        #expect(report.reasons.keys.allSatisfy { $0.contains("is not trusted") }, "\(report.reasons)")
    }

    @Test func `several threads share the vehicles`() throws {
        let server = try ScriptedServer(files)
        defer { server.stop() }
        var settings = settings(server, vehicles: 5, .saturating(records))
        settings.threads = 2
        let report = try run(settings) { $0.acked >= 500 && $0.connects == 5 }
        #expect(report.counts.connects == 5 && report.lost == 0 && report.threads == 2)
    }
}
