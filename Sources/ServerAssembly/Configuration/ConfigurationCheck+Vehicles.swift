internal import ConfigurationSchema

extension ConfigurationCheck {
    /// Whether the files of VINs can be read, and let somebody in.
    mutating func checkVehicleLists() {
        for (setting, path) in configuration.vehicles.files {
            switch machine.vehicles(inListAt: path) {
            case .failed(let complaint):
                report(
                    .vehicleList,
                    at: setting,
                    "\(path) \(complaint.problem)",
                    reason: "The server does not start without its VIN lists.",
                    remedy: complaint.remedy
                )
            case .vins(let vins):
                if vins.isEmpty, setting == "vehicles.allow_file", configuration.vehicles.allow.isEmpty {
                    let empty = VehicleListError(path: path, fault: .empty)
                    report(
                        .vehicleList,
                        at: setting,
                        "\(path) \(empty.problem)",
                        reason: "The server does not start with an allow list that lets nobody in.",
                        remedy: empty.remedy
                    )
                }
                guard let odd = vins.first(where: { VINShape.complaint(about: $0) != nil }),
                    let complaint = VINShape.complaint(about: odd)
                else { continue }
                report(
                    .vinShape,
                    at: setting,
                    severity: .warning,
                    "in \(path), \(complaint.problem)",
                    reason: "A name that no certificate carries fits no vehicle.",
                    remedy: complaint.remedy
                )
            }
        }
    }
}
