/// What shall be examined. Everything is optional; what is not given is not looked at, and the report says so.
package struct DoctorRequest: Sendable, Hashable {
    /// The server's configuration file.
    package var configurationPath: String?
    /// What vehicles connect to.
    package var host: String?
    package var port: Int?
    /// A file with the `ca` text that vehicles were given.
    package var authorityPath: String?
    /// The domain that serves the app's public key, with a port if it is not 443.
    package var domain: String?
    /// The app's key, public or private.
    package var appKeyPath: String?
    /// A folder with `vehicles/VIN.pem` and `.key` as `certs demo` writes it, to connect with.
    package var certificatesPath: String?
    /// A vehicle that shall be let in.
    package var vin: String?
    /// `validate_server.json`, or the body of a request to fleet_telemetry_config.
    package var vehicleFilePath: String?

    package init() {}
}
