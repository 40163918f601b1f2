import EnvelopeCodec
import LinuxSystem
import PayloadCodec
import TelemetryModel
import Testing

@testable import VehicleSimulation

/// Load that is made to measure a server with.
@Suite(.serialized)
struct FleetLoadTests {
    private let files = DemoFiles.shared
    private let records = PreparedRecord.records(of: .drive, datums: 10, seed: 1, startedAt: 1_700_000_000, count: 32)

    private func settings(_ server: ScriptedServer, vehicles: Int, _ load: FleetLoad) -> FleetSettings {
        FleetSettings(
            host: "127.0.0.1",
            port: server.port,
            authorities: files.authorities,
            credentials: files.vehicles,
            vehicles: vehicles,
            load: load
        )
    }

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

    @Test(arguments: [1, 10, 30])
    func `records of so many datums have so many, all of different signals`(datums: Int) {
        let records = PreparedRecord.records(of: .drive, datums: datums, seed: 5, startedAt: 1_700_000_000, count: 40)
        #expect(records.count == 40)
        var decoder = PayloadDecoder()
        for record in records {
            guard case .vehicleData(let data)? = try? decoder.decode(.vehicleData, record.payload.span) else {
                Issue.record("no vehicle data")
                return
            }
            #expect(data.data.count == datums)
            #expect(Set(data.data.map(\.field)).count == datums)
        }
    }

    @Test func `records of a known size come at a known rate`() throws {
        let server = try ScriptedServer(files)
        defer { server.stop() }
        var settings = settings(server, vehicles: 4, .paced(records, recordsPerSecond: 100))
        settings.sendsTogether = true
        settings.seconds = 1
        let report = try SimulatedFleet(settings).wait()
        #expect(report.lost == 0 && report.counts.acked == report.counts.sent)
        // 4 vehicles at 100 per second; the first comes within the first interval. A busy machine may be late.
        #expect((200...408).contains(report.counts.sent), "\(report.counts.sent)")
    }

    @Test func `vehicles that wait for each other send nothing before all are connected`() throws {
        let server = try ScriptedServer(files)
        defer { server.stop() }
        var settings = settings(server, vehicles: 6, .saturating(records))
        settings.sendsTogether = true
        settings.handshakesAtOnce = 1
        let fleet = try SimulatedFleet(settings)
        let deadline = MonotonicTime.now.adding(milliseconds: 10_000)
        while fleet.counts.acked < 500, MonotonicTime.now < deadline {
            let counts = fleet.counts
            if counts.connected < 6 { #expect(counts.sent == 0 && !counts.isSending) }
        }
        fleet.stop()
        let report = fleet.wait()
        #expect(report.counts.acked >= 500 && report.lost == 0)
    }

    @Test func `frames of a window go out in TLS records of the given size and are all acked`() throws {
        let server = try ScriptedServer(files)
        defer { server.stop() }
        var settings = settings(server, vehicles: 2, .saturating(records))
        settings.window = 64
        settings.framesPerWrite = 16
        let report = try run(settings) { $0.acked >= 2000 }
        #expect(report.counts.acked >= 2000 && report.lost == 0 && report.counts.breaks == 0)
    }

    @Test(arguments: ChurnDepth.allCases)
    func `vehicles that go away at once come again at once`(depth: ChurnDepth) throws {
        let server = try ScriptedServer(files)
        defer { server.stop() }
        var settings = settings(server, vehicles: 3, .idle)
        settings.churn = depth
        let report = try run(settings) { $0.churned >= 20 }
        #expect(report.counts.churned >= 20 && report.counts.churned == report.counts.connects)
        #expect(report.counts.connectFailures == 0 && report.reasons.isEmpty)
        #expect(server.received.isEmpty)
    }
}
