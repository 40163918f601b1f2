internal import LinuxSystem
package import OpenSSLTransport

/// A vehicle's certificate with its VIN.
package struct VehicleCredentials: Sendable {
    package let vin: String
    package let identity: TLSIdentity

    package init(vin: String, identity: TLSIdentity) {
        self.vin = vin
        self.identity = identity
    }

    /// Why a directory has no certificates for us.
    package struct NoneFound: Error, Sendable, Hashable {
        package let directory: String
    }

    /// Reads `vehicles/VIN.pem` with `vehicles/VIN.key` in a directory, as `certs demo` writes them, by name.
    ///
    /// - Parameter limit: how many are needed at most.
    /// - Throws: `SystemCallError` when there is no such directory, `TLSContextError` when a file is no certificate or
    ///   no key, ``NoneFound`` when there is nothing to read.
    package static func load(from directory: String, limit: Int = .max) throws -> [VehicleCredentials] {
        let vehicles = "\(directory)/vehicles"
        let names = try Files.list(vehicles).filter { $0.hasSuffix(".pem") }.prefix(limit)
        guard !names.isEmpty else { throw NoneFound(directory: vehicles) }
        return try names.map { name in
            let vin = String(name.dropLast(4))
            let identity = try TLSIdentity(chainPath: "\(vehicles)/\(name)", keyPath: "\(vehicles)/\(vin).key")
            return VehicleCredentials(vin: vin, identity: identity)
        }
    }
}
