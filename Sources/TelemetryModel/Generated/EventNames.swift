// Made from proto/vehicle_alert.proto and proto/vehicle_connectivity.proto by `make generate`. Don't edit.

/// Names of `telemetry.vehicle_alerts.Audience`.
package enum AlertAudience {
    /// The name of a number; nil for numbers newer than this build.
    @inlinable
    package static func name(_ number: Int32) -> String? {
        number >= 0 && Int(number) < names.count ? names[Int(number)] : nil
    }

    @usableFromInline static let names: [String] = [
        "Unknown", "Customer", "Service", "ServiceFix",
    ]
}

extension VehicleConnectivity.Status {
    /// The name in `ConnectivityEvent` of the proto; nil for numbers newer than this build.
    @inlinable
    package var name: String? {
        number >= 0 && Int(number) < Self.names.count ? Self.names[Int(number)] : nil
    }

    @usableFromInline static let names: [String] = [
        "UNKNOWN", "CONNECTED", "DISCONNECTED",
    ]
}
