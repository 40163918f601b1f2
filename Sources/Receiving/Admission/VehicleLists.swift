package import Symptoms
package import TelemetryModel

/// Which vehicles may connect, besides having a certificate that proves who they are.
package struct VehicleLists: Sendable, Hashable {
    /// Nil lets every vehicle in that is not denied.
    package var allowed: Set<VIN>?
    /// Wins over ``allowed``.
    package var denied: Set<VIN> = []

    package init(allowed: Set<VIN>? = nil, denied: Set<VIN> = []) {
        self.allowed = allowed
        self.denied = denied
    }

    /// Why a vehicle may not connect; nil when it may.
    package func refusal(of vin: VIN) -> VehicleRefusal? {
        if denied.contains(vin) { return .denied }
        guard let allowed, !allowed.contains(vin) else { return nil }
        return .notAllowed
    }
}

/// Why a vehicle with a good certificate is not let in. The text is a metric label.
package enum VehicleRefusal: String, Sendable, CaseIterable {
    case denied
    case notAllowed = "not_allowed"

    /// In words for the vehicle's side.
    package var reason: String {
        switch self {
        case .denied: "This vehicle is on the server's deny list (vehicles.deny, vehicles.deny_file)."
        case .notAllowed: "This vehicle is not on the server's allow list (vehicles.allow, vehicles.allow_file)."
        }
    }

    package var symptom: SymptomCode {
        switch self {
        case .denied: .vehicleDenied
        case .notAllowed: .vehicleNotAllowed
        }
    }
}

/// A vehicle that was refused, and how often.
package struct RefusedVehicle: Sendable, Hashable {
    package let vin: VIN
    /// Of the last time.
    package var refusal: VehicleRefusal
    package var count: Int
    /// Milliseconds since 1970-01-01T00:00:00Z.
    package var lastMilliseconds: Int64
}
