import FleetTelemetry
import Testing
import VehicleFixtures

struct ReceiverTests {
    private func settings(_ site: TestSite) -> ReceiverSettings {
        var settings = ReceiverSettings(
            port: 0,
            certificatePath: site.files.serverPath,
            keyPath: site.files.serverKeyPath,
            clientAuthorityPath: site.files.authorityPath
        )
        settings.host = "127.0.0.1"
        settings.threads = 1
        settings.logLevel = .error
        return settings
    }

    private func problem(_ body: () throws -> Void) -> ReceiverError? {
        do {
            try body()
            return nil
        } catch {
            return error as? ReceiverError
        }
    }

    @Test func `filters choose by vehicle, by type and by field`() async throws {
        let site = try TestSite()
        let receiver = try Receiver(configuration: .settings(settings(site)))
        let all = try receiver.records()
        let one = try receiver.records(vins: [TestSite.otherVIN], types: [.vehicleData])
        let speeds = try receiver.records(fields: ["VehicleSpeed"])
        let comings = try receiver.records(types: [.connectivity])
        try receiver.start()
        let first = try site.vehicle(port: receiver.port)
        let second = try site.vehicle(TestSite.otherVIN, port: receiver.port)
        #expect(receiver.connectedVehicles == 2)
        try first.send(TestSite.frame("speed", speed: 1))
        #expect(try TestSite.answer(first.nextFrame()) == "ack speed")
        try second.send(TestSite.frame("alert", .alerts(SampleContent.alerts), topic: "alerts", vin: TestSite.otherVIN))
        #expect(try TestSite.answer(second.nextFrame()) == "ack alert")
        try second.send(TestSite.frame("empty", .vehicleData(.init(data: [])), vin: TestSite.otherVIN))
        #expect(try TestSite.answer(second.nextFrame()) == "ack empty")
        #expect(receiver.metrics.contains("# TYPE"))
        #expect(await receiver.stop() == 0)
        #expect(receiver.port == nil)
        #expect(receiver.metrics.isEmpty)

        func txids(_ stream: RecordStream) async -> [String] {
            var txids: [String] = []
            for await record in stream where record.type != .connectivity { txids.append(record.txid) }
            return txids
        }
        #expect(await txids(one) == ["empty"])
        #expect(await txids(speeds) == ["speed"])
        // Records of different vehicles come in any order.
        #expect(await Set(txids(all)) == ["speed", "alert", "empty"])
        var events: [String: [TelemetryRecord.ConnectionEvent?]] = [:]
        for await record in comings { events[record.vin, default: []].append(record.connectionEvent) }
        #expect(
            events == [
                TestSite.vin: [.connected, .disconnected], TestSite.otherVIN: [.connected, .disconnected],
            ]
        )
        #expect(all.isEnded)
    }

    @Test func `a thread takes records one by one`() throws {
        let site = try TestSite()
        let receiver = try Receiver(configuration: .settings(settings(site)))
        let stream = try receiver.records(types: [.vehicleData])
        try receiver.start()
        #expect(stream.next(timeout: .milliseconds(1)) == nil)
        #expect(!stream.isEnded)
        let vehicle = try site.vehicle(port: receiver.port)
        for index in 0..<3 { try vehicle.send(TestSite.frame("tx-\(index)", speed: Double(index))) }
        #expect((0..<3).map { _ in stream.next(timeout: .seconds(20))?.txid } == ["tx-0", "tx-1", "tx-2"])
        receiver.stop()
        #expect(stream.next() == nil)
        #expect(stream.isEnded)
        #expect(receiver.stop() == 0)
    }

    @Test func `a receiver that is let go of stops`() throws {
        let site = try TestSite()
        var receiver: Receiver? = try Receiver(configuration: .settings(settings(site)))
        let stream = try receiver?.records()
        try receiver?.start()
        let vehicle = try site.vehicle(port: receiver?.port)
        receiver = nil
        #expect(try TestSite.answer(vehicle.nextFrame()) == "close 1001")
        while stream?.next() != nil {}
        #expect(stream?.isEnded == true)
    }

    @Test func `without anybody who takes records, vehicles keep theirs`() throws {
        let site = try TestSite()
        let receiver = try Receiver(configuration: .settings(settings(site)))
        try receiver.start()
        let vehicle = try site.vehicle(port: receiver.port)
        try vehicle.send(TestSite.frame("later", speed: 1))
        let stream = try receiver.records(types: [.vehicleData])
        #expect(stream.next(timeout: .seconds(20))?.txid == "later")
        #expect(try TestSite.answer(vehicle.nextFrame()) == "ack later")
        receiver.stop()
    }

    // MARK: What can be wrong

    @Test func `wrong settings are told all at once, with the remedy`() throws {
        let site = try TestSite()
        let text = site.configuration(records: #"{"V": ["queues"], "alerts": ["mine"]}"#)
        let error = try #require(
            problem { _ = try Receiver(configuration: .json(text), dispatchers: ["mine": TopSpeeds()]) }
        )
        #expect(error.description.contains("records.V[0]: there is no dispatcher \"queues\""))
        #expect(error.description.contains("did you mean \"queue\"?"))
        #expect(!error.description.contains("mine\""))

        let missing = problem { _ = try Receiver(configuration: .file(site.path("absent.json"))) }
        #expect(missing?.description.contains("absent.json: error: cannot be read") == true)

        var wrong = settings(site)
        wrong.keyPath = site.files.authorityKeyPath
        wrong.records = [.vehicleData: ["somewhere"]]
        let typed = try #require(problem { _ = try Receiver(configuration: .settings(wrong)) })
        #expect(typed.description.contains("tls.server_key"))
        #expect(typed.description.contains("there is no dispatcher \"somewhere\""))
    }

    @Test func `acks may wait for the program's dispatcher`() throws {
        let site = try TestSite()
        let text = site.configuration(
            records: #"{"V": ["mine", "logger"]}"#,
            more: #", "reliable_ack_sources": {"V": "mine"}"#
        )
        let dispatchers = ["mine": TopSpeeds()]
        #expect(problem { _ = try Receiver(configuration: .json(text), dispatchers: dispatchers) } == nil)
        let other = site.configuration(
            records: #"{"V": ["logger"]}"#,
            more: #", "reliable_ack_sources": {"V": "mine"}"#
        )
        let error = problem { _ = try Receiver(configuration: .json(other), dispatchers: dispatchers) }
        #expect(error?.description.contains("reliable_ack_sources.V") == true)
    }

    @Test func `questions that can have no answer are refused`() throws {
        let site = try TestSite()
        let receiver = try Receiver(configuration: .json(site.configuration()))
        #expect(
            problem { _ = try receiver.records(fields: ["VehicelSpeed"]) }?.problem == .unknownField("VehicelSpeed")
        )
        #expect(problem { _ = try receiver.records(types: [.alerts]) }?.problem == .notQueued([.alerts]))
        let other = try Receiver(configuration: .json(site.configuration(records: #"{"V": ["logger"]}"#)))
        #expect(problem { _ = try other.records() }?.problem == .notQueued([]))
        #expect(problem { _ = try other.records(fields: ["Soc"]) }?.problem == .notQueued([.vehicleData]))
        for name in ["", "queue", "file"] {
            let error = problem { _ = try Receiver(configuration: .json("{}"), dispatchers: [name: TopSpeeds()]) }
            #expect(error?.problem == .dispatcherName(name))
        }
    }

    @Test func `a port in use and a second start are errors with words`() throws {
        let site = try TestSite()
        let holder = try Receiver(configuration: .settings(settings(site)))
        try holder.start()
        defer { holder.stop() }
        var taken = settings(site)
        taken.port = try #require(holder.port)
        let receiver = try Receiver(configuration: .settings(taken))
        let error = try #require(problem { try receiver.start() })
        #expect(error.description.contains("cannot listen on 127.0.0.1:\(taken.port)"))
        #expect(error.description.contains("choose another port"))

        let good = try Receiver(configuration: .settings(settings(site)))
        try good.start()
        #expect(problem { try good.start() }?.problem == .startedTwice)
        good.stop()
        #expect(problem { try good.start() }?.problem == .startedTwice)
    }
}
