package import TelemetryModel

/// Who a verified certificate belongs to.
///
/// The certificate must have been verified against the trusted CAs already: the rules look at names only.
/// Names are compared byte for byte, case included.
///
/// Source: `teslamotors/fleet-telemetry`, behaviour recorded in the corpus area `identity`.
package struct DeviceIdentityRules: Sendable {
    package init() {}

    /// The identity, or why there is none.
    ///
    /// The device id is the subject's common name with every dot turned into a dash. Nothing else about it is
    /// checked: an empty name, spaces, `/ + #` and any script pass.
    package func identify(_ facts: CertificateFacts) -> Result<DeviceIdentity, IdentityRefusal> {
        deviceType(of: facts)
            .map { type in DeviceIdentity(vin: VIN(dashed(facts.subjectCommonName)), deviceType: type) }
            .mapError { reason in IdentityRefusal(facts: facts, reason: reason) }
    }

    private func deviceType(of facts: CertificateFacts) -> Result<String, IdentityRefusal.Reason> {
        let issuer = facts.issuerCommonName
        if KnownIssuers.sufficient.contains(where: { isSame($0, issuer) }) {
            return .success(typeByName(issuer: issuer, facts))
        }
        guard KnownIssuers.needingUsage.contains(where: { isSame($0, issuer) }) else {
            return .failure(.unknownIssuer)
        }
        for usage in facts.extendedKeyUsages {
            // The order decides: a known usage before the excluded one is enough.
            if usage == DeviceUsage.excluded { return .failure(.excludedUsage(usage)) }
            guard let type = DeviceUsage.deviceType(of: usage) else { continue }
            return .success(typeByUnit(facts) ?? type)
        }
        return .failure(.noDeviceUsage)
    }

    private func typeByName(issuer: String, _ facts: CertificateFacts) -> String {
        let isBoard =
            isSame(issuer, KnownIssuers.products)
            && facts.organizationalUnits.first.map { isSame($0, "Tesla Motors SN") } == true
        return isBoard ? "vehicle_board_device" : "vehicle_device"
    }

    /// The first unit that names a kind of device, at any position.
    private func typeByUnit(_ facts: CertificateFacts) -> String? {
        for unit in facts.organizationalUnits {
            if isSame(unit, "Solar Inverter") { return "solar_inverter_device" }
            if isSame(unit, "Gen3 Wall Connector") { return "wall_connector_device" }
        }
        return nil
    }

    /// Swift's `==` also takes different bytes that mean the same character as equal; a certificate must not.
    private func isSame(_ left: String, _ right: String) -> Bool {
        left.utf8.elementsEqual(right.utf8)
    }

    /// Works on bytes: a dot that a combining mark follows is still a dot.
    private func dashed(_ name: String) -> String {
        guard name.utf8.contains(UInt8(ascii: ".")) else { return name }
        let bytes = name.utf8.map { $0 == UInt8(ascii: ".") ? UInt8(ascii: "-") : $0 }
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// Common names of the authorities that issue certificates to vehicles and their kin.
package enum KnownIssuers {
    static let products = "Tesla Motors Products CA"

    /// Whose name is enough: no usage is looked at, not even the excluded one.
    package static let sufficient = ["TeslaMotors", "Tesla Issuing CA", products]

    /// Whose certificates must name the kind of device as an extended key usage.
    package static let needingUsage = [
        "Tesla Motors Product Issuing CA",
        "Tesla Motors Product RSA Issuing CA",
        "Tesla Motors GF3 Product Issuing CA",
        "Tesla Motors GF3 Product RSA Issuing CA",
        "Tesla Energy Product Issuing CA",
        "Tesla Energy GF0 Product Issuing CA",
        "Tesla Motors GF0 Product Issuing CA",
        "Tesla Motors GF Austin Product Issuing CA",
        "Tesla Motors GF Berlin Product Issuing CA",
        "Tesla Product Access Issuing CA",
        "Tesla China Product Access Issuing CA",
        "Tesla GF0 Product Access Issuing CA",
        "Tesla GF3 Product Access Issuing CA",
        "Tesla GF Austin Product Access Issuing CA",
        "Tesla GF Berlin Product Access Issuing CA",
    ]
}

/// Extended key usages by which newer certificates name the kind of device: `….2.4.n` where Tesla tests,
/// `….2.5.n` in the field.
enum DeviceUsage {
    /// Marks certificates for joining Wi-Fi networks, which are no proof of identity here.
    static let excluded = "1.3.6.1.4.1.49279.2.5.1.1"

    static func deviceType(of usage: String) -> String? {
        for prefix in ["1.3.6.1.4.1.49279.2.5.", "1.3.6.1.4.1.49279.2.4."] where usage.hasPrefix(prefix) {
            return types[String(usage.dropFirst(prefix.utf8.count))]
        }
        return nil
    }

    private static let types = [
        "1": "vehicle_device",
        "2": "energy_device",
        "11": "vehicle_board_device",
        "12": "das_device",
        "14": "vehicle_service",
        "15": "das_service",
        "16": "energy_service",
        "28": "robotics_device",
    ]
}
