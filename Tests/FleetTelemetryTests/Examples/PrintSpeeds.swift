import FleetTelemetry

/// Prints the speed of each vehicle whenever it changes, until the surrounding task is cancelled.
func printSpeeds(configurationPath: String, print: (String) -> Void) async throws {
    let receiver = try Receiver(configuration: .file(configurationPath))
    let speeds = try receiver.records(types: [.vehicleData], fields: ["VehicleSpeed"])
    try receiver.start()
    for await record in speeds {
        guard let speed = record["VehicleSpeed"]?.number else { continue }
        print("\(record.vin) drives \(speed) mph")
    }
    await receiver.stop()
}
