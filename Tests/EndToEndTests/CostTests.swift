import Foundation
import LinuxSystem
import Testing
import VehicleFixtures

@testable import SignalMetering

/// Signals that vehicles send to the executable, counted for what they cost.
struct CostTests {
    private func configuration(_ workshop: Workshop, _ costs: [String: Any] = [:]) -> [String: Any] {
        var configuration = workshop.configuration
        let usual: [String: Any] = ["directory": workshop.path("costs"), "write_interval_seconds": 1]
        configuration["costs"] = usual.merging(costs) { $1 }
        return configuration
    }

    /// Sends records of one signal each, and waits until all are acknowledged.
    private func send(_ count: Int, _ vehicle: TestVehicle, _ name: String, vin: String = Workshop.vins[0]) throws {
        var waiting: Set<String> = []
        for number in 0..<count {
            try vehicle.send(Workshop.frame("\(name)-\(number)", speed: 1, vin: vin))
            waiting.insert("\(name)-\(number)")
        }
        while !waiting.isEmpty {
            let frame = try #require(try vehicle.nextFrame())
            if let txid = try Workshop.acknowledged(frame) { waiting.remove(txid) }
        }
    }

    /// What the command says, as one object.
    private func cost(_ arguments: [String]) throws -> (code: Int32, object: [String: Any]) {
        let (code, output, error) = try Child.run(["cost", "--json"] + arguments)
        return (code, try #require(try Workshop.objects(output).first, "\(error)"))
    }

    private func signals(_ arguments: [String]) throws -> Int {
        try cost(arguments).object["signals"] as? Int ?? -1
    }

    /// Asks again until so many signals were written.
    private func waitForSignals(_ count: Int, _ directory: String) throws {
        let deadline = MonotonicTime.now.adding(milliseconds: 60_000)
        while true {
            let written = try signals([directory])
            if written == count { return }
            try #require(MonotonicTime.now < deadline, "\(written) of \(count) signals are written")
        }
    }

    @Test func `counts stand beside a running server, survive kill -9, and go on`() throws {
        let workshop = try Workshop()
        let directory = workshop.path("costs")
        let first = try workshop.serve(configuration(workshop))
        try send(30, try workshop.vehicle(), "a")
        try send(12, try workshop.vehicle(Workshop.vins[1]), "b", vin: Workshop.vins[1])
        try waitForSignals(42, directory)
        first.send(.kill)
        try first.waitForEnd()
        #expect(try signals([directory]) == 42)

        let second = try workshop.serve(configuration(workshop))
        try send(8, try workshop.vehicle(), "c")
        second.send(.terminate)
        #expect(try second.exitCode() == 0)
        let (code, object) = try cost([directory, "--by", "vehicle"])
        #expect(code == 0 && object["signals"] as? Int == 50)
        let rows = try #require(object["rows"] as? [[String: Any]])
        #expect(rows.map { $0["vehicle"] as? String } == [Workshop.vins[0], Workshop.vins[1]])
        #expect(rows.map { $0["signals"] as? Int } == [38, 12])
    }

    @Test func `what is killed in the middle of counting never counts too much`() throws {
        let workshop = try Workshop()
        let directory = workshop.path("costs")
        var sent = 0
        for round in 0..<4 {
            let child = try workshop.serve(configuration(workshop))
            let vehicle = try workshop.vehicle()
            try send(25, vehicle, "r\(round)")
            sent += 25
            child.send(.kill)
            try child.waitForEnd()
        }
        let counted = Files.exists(directory) ? try signals([directory]) : 0
        #expect((0...sent).contains(counted))
        // What one life of the server wrote, the next one leaves.
        let child = try workshop.serve(configuration(workshop))
        try send(5, try workshop.vehicle(), "last")
        child.send(.terminate)
        #expect(try child.exitCode() == 0)
        #expect(try signals([directory]) == counted + 5)
    }

    @Test func `money is shown with the price that was read, and a budget ends with 1`() throws {
        let workshop = try Workshop()
        let price: [String: Any] = [
            "amount": 2, "per_signals": 10, "currency": "EUR", "free_per_month": 1, "read_on": "2026-11-01",
        ]
        let file = try workshop.write(configuration(workshop, ["price": price, "budget_per_month": 5]))
        let child = try workshop.serve(configuration(workshop, ["price": price, "budget_per_month": 5]))
        try send(20, try workshop.vehicle(), "a")
        let warning = try child.line(.error, containing: "cost_budget_reached")
        #expect(warning.contains("percent=80") && warning.contains("estimate=\"4.00 EUR\""))
        child.send(.terminate)
        #expect(try child.exitCode() == 0)
        let (code, text, _) = try Child.run(["cost", "--config", file, "--by", "field", "--days", "1"])
        #expect(code == 0)
        let day = UTCDate.now
        #expect(
            text == """
                signals of \(day) (1 day, UTC)

                field         signals    share  cost (EUR)
                VehicleSpeed       20  100.0 %      4.0000
                all                20  100.0 %      4.0000

                this month (\(day.month)): 20 signals, 4.00 EUR; less 1.00 free: 3.00 EUR
                budget: 80 % of 5.00 EUR per month: nearly used up
                price: 2 EUR for 10 signals, as the configuration says it was read on 2026-11-01; an estimate, Tesla \
                bills what Tesla counts

                """
        )
        let poor = try workshop.write(
            configuration(workshop, ["price": price, "budget_per_month": 4]),
            to: "poor.json"
        )
        let result = try cost(["--config", poor])
        #expect(result.code == 1)
        let month = try #require(result.object["month"] as? [String: Any])
        #expect(month["budget_percent"] as? Int == 100 && month["charge"] as? Double == 3)
    }

    @Test func `a table without a price has no money, and says what is missing`() throws {
        let workshop = try Workshop()
        let directory = workshop.path("costs")
        var archive = try SignalArchive(directory: directory)
        var counts = SignalCounts()
        counts.add(1_234_567, SignalCode(.soc), of: "A")
        counts.add(3, SignalCode(.soc), of: "")
        counts.add(7, .resent, of: "A")
        try archive.append(counts, to: .now)
        let (code, text, _) = try Child.run(["cost", directory, "--by", "vehicle", "--days", "2"])
        #expect(code == 0)
        let day = UTCDate.now
        #expect(
            text == """
                signals of \(day.adding(days: -1)) to \(day) (2 days, UTC)

                vehicle           signals    share
                A               1,234,567  100.0 %
                other vehicles          3    0.0 %
                all             1,234,570  100.0 %

                7 of them came in records with the resend mark
                this month (\(day.month)): 1,234,570 signals
                no money is shown: that takes costs.price in the configuration, and --config FILE

                """
        )
        #expect(try Child.run(["cost", directory, "--vin", "B"]).output.contains("nothing was counted"))
    }

    @Test(arguments: [
        (["cost"], Int32(2), "give --config FILE"),
        (["cost", "--by", "colour", "x"], 2, "category, field, vehicle, day"),
        (["cost", "/nowhere/costs"], 3, "/nowhere/costs"), (["cost", "x", "--days", "0"], 2, "--days"),
    ])
    func `wrong uses say what is right`(arguments: [String], expected: Int32, words: String) throws {
        let (code, _, error) = try Child.run(arguments)
        #expect(code == expected)
        #expect(error.contains(words), "\(error)")
    }

    @Test func `a configuration without the section says what to add, and two servers do not share a directory`() throws
    {
        let workshop = try Workshop()
        let (code, _, error) = try Child.run(["cost", "--config", try workshop.write(workshop.configuration)])
        #expect(code == 2 && error.contains("no section \"costs\""))
        let child = try workshop.serve(configuration(workshop))
        var other = configuration(workshop)
        other["port"] = Int(TestPorts.free())
        let second = try Child(["serve", "--config", try workshop.write(other, to: "other.json")])
        #expect(try second.exitCode() == 3)
        #expect(second.text(.error).contains("costs.directory"))
        // The first one serves on.
        try send(1, try workshop.vehicle(), "a")
        child.send(.terminate)
        #expect(try child.exitCode() == 0)
    }
}
