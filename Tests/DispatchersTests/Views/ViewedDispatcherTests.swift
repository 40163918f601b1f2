import Dispatching
import LinuxSystem
import Observability
import RecordEncoding
import Synchronization
import TelemetryFixtures
import TelemetryModel
import Testing

@testable import Dispatchers

/// Keeps what it is given, and answers as it was told.
private final class ScriptedDispatcher: Dispatcher {
    private struct State {
        var batches: [[Record]] = []
        var answers: [[DeliveryReport.Outcome]] = []
        var calls: [String] = []
    }

    private let state = Mutex(State())

    init(_ answers: [[DeliveryReport.Outcome]] = []) {
        state.withLock { $0.answers = answers }
    }

    func open() async throws(DispatcherFailure) { state.withLock { $0.calls.append("open") } }
    func close() async { state.withLock { $0.calls.append("close") } }
    func reopen() { state.withLock { $0.calls.append("reopen") } }

    func deliver(_ batch: RecordBatch) async -> DeliveryReport {
        state.withLock { state in
            state.batches.append(batch.records)
            guard !state.answers.isEmpty else { return DeliveryReport(all: .delivered, of: batch) }
            return DeliveryReport(state.answers.removeFirst())
        }
    }

    var batches: [[Record]] { state.withLock { $0.batches } }
    var calls: [String] { state.withLock { $0.calls } }
}

private let retry = DeliveryReport.Outcome.retry(DispatcherFailure(.full, "later"))

@Suite struct ViewedDispatcherTests {
    private let metrics = MetricRegistry()
    private var metric: ViewMeters { ViewMeters(metrics, DispatcherName("file")) }

    private var location: LocationSettings {
        var settings = LocationSettings()
        settings.decimals = 3
        settings.zones["home"] = LocationSettings.Zone()
        settings.zones["home"]?.radiusMeters = 1_000
        return settings
    }

    private func viewed(_ dispatcher: any Dispatcher) throws -> ViewedDispatcher {
        try #require(ViewedDispatcher(dispatcher, values: nil, location: location, meters: metric))
    }

    private func record(_ latitude: Double, soc: Double? = nil) -> Record {
        var data = [ViewFixtures.datum("Location", .location(latitude: latitude, longitude: 13.123456))]
        if latitude == 0 { data[0].value = .location(latitude: 0, longitude: 0) }
        if let soc { data.append(ViewFixtures.datum("Soc", .double(soc))) }
        return ViewFixtures.record(data)
    }

    private func count(_ name: String) -> Double? {
        let text = String(decoding: metrics.exposition(), as: UTF8.self)
        let line = text.split(separator: "\n").first { $0.hasPrefix("\(name){dispatcher=\"file\"} ") }
        return line.flatMap { Double($0.split(separator: " ").last ?? "") }
    }

    @Test func `without a section nothing stands between lane and dispatcher`() throws {
        let dispatcher = ScriptedDispatcher()
        let plain = DispatcherCatalog.view(dispatcher, DispatcherName("file"), FileSettings(), metrics)
        #expect(plain as? ScriptedDispatcher === dispatcher)
        #expect(ViewedDispatcher(dispatcher, values: nil, location: nil, meters: metric) == nil)
        #expect(!String(decoding: metrics.exposition(), as: UTF8.self).contains("view_"))
        var settings = FileSettings()
        settings.location = location
        #expect(
            DispatcherCatalog.view(dispatcher, DispatcherName("file"), settings, metrics) is ViewedDispatcher
        )
    }

    @Test func `each kind of dispatcher has the section`() {
        for type in DispatcherCatalog.builtIn {
            let keys = type.descriptions.map(\.key)
            #expect(keys.contains("values") && keys.contains("location"), "\(type.kind)")
        }
    }

    @Test func `records that look the same are passed on as they are`() async throws {
        let dispatcher = ScriptedDispatcher()
        let viewed = try viewed(dispatcher)
        let records = [
            ViewFixtures.record([ViewFixtures.datum("Soc", .double(1))]),
            TestRecords.record(2, type: .alerts, content: .alerts(VehicleAlerts(alerts: []))),
            TestRecords.record(3, type: .errors, content: .errors(VehicleErrors(errors: []))),
        ]
        let report = await viewed.deliver(RecordBatch(records))
        #expect(report.outcomes == [.delivered, .delivered, .delivered])
        #expect(zip(dispatcher.batches[0], records).allSatisfy { $0 === $1 })
    }

    @Test func `the text that others keep with a record is not touched`() async throws {
        let dispatcher = ScriptedDispatcher()
        let viewed = try viewed(dispatcher)
        for isFirst in [true, false] {
            let record = record(52.123456, soc: 5)
            if isFirst { _ = try record.protojson(.standard) }
            _ = await viewed.deliver(RecordBatch([record]))
            let shown = try #require(dispatcher.batches.last?.first)
            #expect(shown !== record && shown.id == record.id && shown.txid == record.txid)
            let exact = String(decoding: try record.protojson(.standard), as: UTF8.self)
            let rounded = String(decoding: try shown.protojson(.standard), as: UTF8.self)
            #expect(exact.contains("52.123456") && !rounded.contains("52.123456") && rounded.contains("52.123,"))
            #expect(record.payload != shown.payload)
        }
    }

    @Test func `outcomes come back to the records that they are about`() async throws {
        let rejected = DeliveryReport.Outcome.rejected(DispatcherFailure(.tooLarge, "no"))
        let dispatcher = ScriptedDispatcher([[.delivered, rejected, retry]])
        let viewed = try viewed(dispatcher)
        let opaque = TestRecords.record(9, type: RecordType(topic: "custom"), content: .opaque)
        let records = [record(0), record(1), opaque, record(2, soc: 1), record(0), record(3)]
        let outcomes = await viewed.deliver(RecordBatch(records)).outcomes
        #expect(dispatcher.batches[0].count == 3)
        #expect(outcomes[0] == .delivered && outcomes[1] == .delivered)
        #expect(outcomes[2].failure?.code == .unencodable)
        #expect(outcomes[3] == rejected && outcomes[4] == .delivered && outcomes[5] == retry)
        #expect(count("view_withheld_records_total") == 2)
        #expect(count("view_dropped_data_total") == 2)
    }

    @Test func `a batch of which nothing may be shown is delivered without the dispatcher`() async throws {
        let dispatcher = ScriptedDispatcher()
        let viewed = try viewed(dispatcher)
        #expect(await viewed.deliver(RecordBatch([record(0), record(0)])).outcomes == [.delivered, .delivered])
        #expect(dispatcher.batches.isEmpty)
    }

    @Test func `a record that comes again is the same object to the dispatcher, until it is taken`() async throws {
        let dispatcher = ScriptedDispatcher([[.delivered, retry, retry], [retry, .delivered], [.delivered]])
        let viewed = try viewed(dispatcher)
        let records = [record(1), record(2), record(3)]
        _ = await viewed.deliver(RecordBatch(records))
        _ = await viewed.deliver(RecordBatch(Array(records[1...])))
        _ = await viewed.deliver(RecordBatch([records[1]]))
        _ = await viewed.deliver(RecordBatch([records[1]]))
        let batches = dispatcher.batches
        #expect(batches[0][1] === batches[1][0] && batches[0][2] === batches[1][1] && batches[1][0] === batches[2][0])
        #expect(batches[3][0] !== batches[2][0])
        #expect(count("view_dropped_data_total") == 0)
    }

    @Test func `a dispatcher that reports on too few records has the rest again`() async throws {
        let dispatcher = ScriptedDispatcher([[.delivered]])
        let viewed = try viewed(dispatcher)
        let outcomes = await viewed.deliver(RecordBatch([record(1), record(2)])).outcomes
        #expect(outcomes[0] == .delivered && outcomes[1].failure?.code == .faulty)
    }

    @Test func `everything else is the dispatcher's`() async throws {
        let dispatcher = ScriptedDispatcher()
        let viewed = try viewed(dispatcher)
        try await viewed.open()
        viewed.reopen()
        await viewed.close()
        #expect(dispatcher.calls == ["open", "reopen", "close"])
    }

    @Test func `half of a line is completed when its record comes again`() async throws {
        let directory = try TemporaryDirectory()
        // Room for one line and a part of the second, as a limit of the file's size leaves.
        let path = directory.file("records")
        var settings = FileSettings()
        settings.path = path
        let file = FileDispatcher(settings, encodingMode: .standard, gzip: nil)
        let viewed = try viewed(file)
        try await viewed.open()
        let records = [record(1.123456), record(2.123456)]
        _ = await viewed.deliver(RecordBatch(records))
        await viewed.close()
        let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
        #expect(lines.count == 2 && !lines.joined().contains("123456"))
    }
}
