package import ConfigurationSchema
internal import TelemetryModel

/// What a vehicle identification number looks like (ISO 3779): 17 capital letters and digits, without I, O and Q.
package enum VINShape {
    /// A warning when the text does not look like a VIN. Test certificates carry any name, so it is never an error.
    package static func complaint(about text: String) -> TextComplaint? {
        let letters = Array(text.utf8)
        if letters.count != VIN.characterCount {
            return TextComplaint(
                "\"\(text.prefix(40))\" has \(text.count) characters, a VIN has 17",
                remedy: "copy the VIN from the vehicle's certificate or the app",
                severity: .warning,
                code: .vinShape
            )
        }
        if let wrong = letters.first(where: { !VIN.isCharacter($0) }) {
            return TextComplaint(
                "\"\(text)\" contains \(Character(Unicode.Scalar(wrong))), which no VIN does",
                remedy: "check it; VINs have capital letters and digits, without I, O and Q",
                severity: .warning,
                code: .vinShape
            )
        }
        return nil
    }
}

/// `host:port` as configuration files write it, IPv6 addresses in brackets.
package struct HostAndPort: Sendable, Hashable {
    package let host: String
    package let port: Int

    /// Nil when the text has no port, or one outside 1...65535.
    package init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...]),
            (1...65535).contains(port)
        else { return nil }
        var host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
        } else if host.contains(":") {
            return nil
        }
        self.host = String(host)
        self.port = port
    }
}
