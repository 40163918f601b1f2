/// Who is on the other end, as proven by its client certificate.
package struct DeviceIdentity: Sendable, Hashable {
    package let vin: VIN
    /// The kind of sender, e.g. `vehicle_device`; see `protocol.md` section 1 for the table.
    package let deviceType: String

    package init(vin: VIN, deviceType: String) {
        self.vin = vin
        self.deviceType = deviceType
    }

    /// The wire form of the identity, as vehicles put it into their envelopes.
    package var senderID: String { "\(deviceType).\(vin.text)" }
}

/// The identifier taken from the certificate's common name, dots turned into dashes. Never from a payload.
///
/// Nothing else is promised about the text: certificates with odd names exist, and rules report them.
package struct VIN: Sendable, Hashable, CustomStringConvertible {
    package let text: String

    package init(_ text: String) {
        self.text = text
    }

    package var description: String { text }
}
