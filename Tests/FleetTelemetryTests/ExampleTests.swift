import FleetTelemetry
import Foundation
import Synchronization
import TelemetryFixtures
import Testing

/// The examples that the documentation shows, compiled here and run against a vehicle.
struct ExampleTests {
    @Test func `speeds come out of the queue, and the example is short`() async throws {
        let site = try TestSite()
        let path = try site.write(site.configuration())
        let (lines, output) = AsyncStream<String>.makeStream()
        let example = Task {
            defer { output.finish() }
            try await printSpeeds(configurationPath: path) { output.yield($0) }
        }
        async let answers = site.drive { vehicle in
            var answers: [String] = []
            for speed in [12.5, 13.0] {
                try vehicle.send(TestSite.frame("tx-\(speed)", speed: speed))
                answers.append(try TestSite.answer(vehicle.nextFrame()))
            }
            // Comes when the example stops.
            return answers + [try TestSite.answer(vehicle.nextFrame())]
        }
        var printed = lines.makeAsyncIterator()
        #expect(await printed.next() == "\(TestSite.vin) drives 12.5 mph")
        #expect(await printed.next() == "\(TestSite.vin) drives 13.0 mph")
        example.cancel()
        try await example.value
        #expect(try await answers == ["ack tx-12.5", "ack tx-13.0", "close 1001"])

        let source = try String(
            contentsOf: Fixtures.repository.appending(path: "Tests/FleetTelemetryTests/Examples/PrintSpeeds.swift"),
            encoding: .utf8
        )
        #expect(source.split(separator: "\n").count < 30)
    }

    @Test func `a dispatcher of the program's own takes records under the name it was given`() async throws {
        let site = try TestSite()
        let text = site.configuration(records: #"{"V": ["top_speeds"]}"#)
        let (receiver, speeds) = try serveTopSpeeds(configuration: text)
        let vehicle = try site.vehicle()
        for (index, speed) in [30.0, 71.5, 12].enumerated() {
            try vehicle.send(TestSite.frame("tx-\(index)", speed: speed))
            #expect(try TestSite.answer(vehicle.nextFrame()) == "ack tx-\(index)")
        }
        #expect(speeds.all == [TestSite.vin: 71.5])
        #expect(await receiver.stop() == 0)
    }
}
