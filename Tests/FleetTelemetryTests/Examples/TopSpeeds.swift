import FleetTelemetry
import Synchronization

/// A dispatcher of our own: remembers how fast each vehicle ever was.
final class TopSpeeds: Dispatcher {
    private let speeds = Mutex<[String: Double]>([:])

    func deliver(_ records: [TelemetryRecord]) async -> [DispatchOutcome] {
        speeds.withLock { speeds in
            for record in records {
                guard let speed = record["VehicleSpeed"]?.number else { continue }
                speeds[record.vin] = max(speed, speeds[record.vin] ?? 0)
            }
        }
        // From here on the vehicles may forget the records: each one gets its ack.
        return records.map { _ in .delivered }
    }

    var all: [String: Double] { speeds.withLock { $0 } }
}

/// Serves with the dispatcher under the name that `records` in the configuration uses for it.
func serveTopSpeeds(configuration: String) throws -> (receiver: Receiver, speeds: TopSpeeds) {
    let speeds = TopSpeeds()
    let receiver = try Receiver(configuration: .json(configuration), dispatchers: ["top_speeds": speeds])
    try receiver.start()
    return (receiver, speeds)
}
