/// Who is on the other end, as proven by its client certificate.
package struct DeviceIdentity: Sendable, Hashable {
    package let vin: VIN
    /// The kind of sender, e.g. `vehicle_device`; see `protocol.md` section 1 for the table.
    package let deviceType: String

    package init(vin: VIN, deviceType: String) {
        self.vin = vin
        self.deviceType = deviceType
    }

    package static func == (left: DeviceIdentity, right: DeviceIdentity) -> Bool {
        left.vin == right.vin && left.deviceType.hasSameBytes(as: right.deviceType)
    }

    /// The wire form of the identity, as vehicles put it into their envelopes.
    package var senderID: String { "\(deviceType).\(vin.text)" }
}

/// The identifier taken from the certificate's common name, dots turned into dashes. Never from a payload.
///
/// Nothing else is promised about the text: certificates with odd names exist, and rules report them. Two VINs are the
/// same when their bytes are.
package struct VIN: Sendable, Hashable, CustomStringConvertible {
    package let text: String

    package init(_ text: String) {
        self.text = text
    }

    package static func == (left: VIN, right: VIN) -> Bool { left.text.hasSameBytes(as: right.text) }

    package var description: String { text }
}

extension String {
    /// Swift's `==` takes an e with an accent and an e followed by an accent for the same text; certificates, envelopes
    /// and Tesla's server compare bytes. The hash that Swift makes of texts fits both: same bytes, same hash.
    func hasSameBytes(as other: String) -> Bool {
        let left = utf8.span
        let right = other.utf8.span
        guard left.count == right.count else { return false }
        for index in left.indices where left[index] != right[index] { return false }
        return true
    }
}
