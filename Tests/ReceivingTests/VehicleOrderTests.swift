import Dispatching
import EnvelopeCodec
import OpenSSLTransport
import Receiving
import TelemetryFixtures
import TelemetryModel
import Testing
import VehicleFixtures

/// The records of one vehicle reach every dispatcher in the order in which it sent them, whatever connections they came
/// by and however often a dispatcher asks for another try.
struct VehicleOrderTests {
    private static let count = 1500

    /// A vehicle that sends many records ahead, loses its connection now and then, and sends again what it has no ack
    /// for, in order, as vehicles do.
    private struct Journey {
        var numbers: SeededRandom
        var unacknowledged = (0..<VehicleOrderTests.count).map { "tx-\($0)" }
        /// How often the connection broke.
        var breaks = 0

        mutating func drive(_ connect: () throws -> TestVehicle) throws {
            while !unacknowledged.isEmpty {
                let vehicle = try connect()
                let sent = unacknowledged.prefix(Int.random(in: 1...200, using: &numbers))
                var rest = sent
                while !rest.isEmpty {
                    let together = rest.prefix(Int.random(in: 1...20, using: &numbers))
                    try vehicle.send(
                        raw: together.flatMap { TestVehicle.frame(VehicleConversationTests.frame($0)) }
                    )
                    rest = rest.dropFirst(together.count)
                }
                // Hears some of the acks, maybe none, and drives into a tunnel.
                for _ in 0..<Int.random(in: 0...sent.count, using: &numbers) {
                    let answer = try VehicleConversationTests.answer(vehicle.nextFrame())
                    let place = unacknowledged.firstIndex { answer == "ack txid=\($0) topic=V" }
                    unacknowledged.remove(at: try #require(place, "\(answer)"))
                }
                breaks += 1
            }
        }
    }

    private static func run(_ deduplication: DeduplicationSettings?) throws -> [[Record]] {
        let seed = UInt64.random(in: 0 ... .max)
        print("seed \(seed)")
        var settings = ReceiverSettings()
        settings.threads = 2
        settings.deduplication = deduplication
        var lanes = LaneSettings()
        lanes.retryInitialMilliseconds = 1
        lanes.retryMaximumMilliseconds = 2
        lanes.batchRecordLimit = 16
        // Small enough for full lanes and records that wait for room.
        lanes.recordLimit = 64
        let dispatchers = (0..<2).map { CollectingDispatcher(.falter(seed: seed &+ UInt64($0))) }
        let server = try TestReceiver(
            types: ["V"],
            settings: settings,
            lanes: lanes,
            dispatcher: dispatchers[0],
            others: [dispatchers[1], CollectingDispatcher()]
        )
        let context = try server.pki.clientContext(vin: VehicleConversationTests.vin)
        var journey = Journey(numbers: SeededRandom(seed: seed))
        do {
            defer { server.stop() }
            try journey.drive {
                let vehicle = try TestVehicle(port: server.receiver.address.port, context: context)
                try vehicle.upgrade()
                return vehicle
            }
        }
        let loops = Set(dispatchers[0].records.map(\.source.connection.loop))
        #expect(loops.count == 2, "\(journey.breaks) connections, all to one loop")
        return server.allCollected.map(\.records)
    }

    @Test func `with deduplication each record comes exactly once, and in order`() throws {
        var deduplication = DeduplicationSettings()
        deduplication.entriesPerVehicle = 1000
        for records in try Self.run(deduplication) {
            #expect(records.map(\.txidText) == (0..<Self.count).map { "tx-\($0)" })
        }
    }

    @Test func `without it some come again, and none before the one that was sent before it`() throws {
        for records in try Self.run(nil) {
            var seen: Set<String> = []
            let first = records.map(\.txidText).filter { seen.insert($0).inserted }
            #expect(first == (0..<Self.count).map { "tx-\($0)" })
            #expect(records.count > Self.count)
        }
    }
}
