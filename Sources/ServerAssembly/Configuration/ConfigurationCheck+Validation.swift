package import ConfigurationSchema
internal import RecordRules
internal import Symptoms

extension ConfigurationCheck {
    /// Whether the files of what vehicles are configured to send can be read.
    mutating func checkVehicleConfigurations() {
        guard let validation = configuration.validation else { return }
        let reading = machine.vehicleConfigurations(of: validation)
        for failure in reading.failures {
            report(
                .vehicleConfiguration,
                at: failure.isInDirectory ? "validation.vehicle_config_directory" : "validation.vehicle_config_file",
                "\(failure.path) \(failure.problem)",
                reason: "The server does not start without knowing what vehicles are configured to send.",
                remedy: "check the path and who may read it; it holds the body that configured the vehicle"
            )
        }
        for (name, path) in reading.unknownFields.sorted(by: { $0.key < $1.key }) {
            let near = VehicleConfigurationFile.suggestion(for: name)
            report(
                .vehicleConfiguration,
                at: path == validation.vehicleConfigFile
                    ? "validation.vehicle_config_file" : "validation.vehicle_config_directory",
                severity: .warning,
                "\(path) names the field \"\(name)\", which this build does not know",
                reason: "The vehicle may send it, and it would be found to be unknown.",
                remedy: near.map { "did you mean \"\($0)\"?" } ?? "check it; see `fleet-telemetry fields`"
            )
        }
    }
}

extension FindingCode {
    /// A file of what vehicles are configured to send that cannot be used, or not wholly.
    package static let vehicleConfiguration = FindingCode("vehicle_configuration", .pathUnusable)
}
