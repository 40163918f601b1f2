internal import AddressCodec
package import ConfigurationSchema
package import Receiving
internal import TelemetryModel

extension ServerConfiguration {
    /// Which vehicles get in. Lists in the file and in files of their own add up.
    package struct Vehicles: Configurable, Hashable {
        package var allow: [String] = []
        package var allowFile = ""
        package var deny: [String] = []
        package var denyFile = ""

        package init() {}

        package static let settings: [Setting<Self>] = [
            .texts(
                "allow",
                \.allow,
                check: VINShape.complaint,
                "VINs that may connect. Without this and allow_file, every vehicle with a trusted certificate may."
            ),
            .path("allow_file", \.allowFile, "More of allow: a text file with one VIN per line, # for comments."),
            .texts("deny", \.deny, check: VINShape.complaint, "VINs that may not connect, allowed or not."),
            .path("deny_file", \.denyFile, "More of deny: a text file with one VIN per line, # for comments."),
        ]

        package func examine(at path: String, _ reader: inout SettingReader) {
            let allowPath = settingPath(path, "allow")
            if allow.isEmpty, allowFile.isEmpty, reader.isGiven(allowPath), !reader.hasFinding(at: allowPath) {
                reader.report(
                    .empty,
                    at: allowPath,
                    severity: .warning,
                    problem: "the list is empty, so every vehicle with a trusted certificate may connect",
                    reason: "A list without a VIN says as much as none.",
                    remedy: "name the VINs that may connect, or remove it if every vehicle may"
                )
            }
            for (index, vin) in deny.enumerated() where allow.contains(vin) {
                reader.report(
                    .contradiction,
                    at: "\(settingPath(path, "deny"))[\(index)]",
                    severity: .warning,
                    problem: "\"\(vin.prefix(40))\" is on the allow list, too",
                    reason: "The deny list wins.",
                    remedy: "remove it from one of the two"
                )
            }
        }

        /// The files that the lists are read from, by setting.
        var files: [(setting: String, path: String)] {
            [("vehicles.allow_file", allowFile), ("vehicles.deny_file", denyFile)].filter { !$0.1.isEmpty }
        }

        /// Reads the files and puts the lists together.
        package func lists() throws(VehicleListError) -> VehicleLists {
            var allowed = allow
            var denied = deny
            if !allowFile.isEmpty {
                let found = try VehicleListFile.read(allowFile)
                // A file that was cut short would throw the whole fleet out.
                guard !(found + allowed).isEmpty else { throw VehicleListError(path: allowFile, fault: .empty) }
                allowed += found
            }
            if !denyFile.isEmpty { denied += try VehicleListFile.read(denyFile) }
            let isLimited = !allow.isEmpty || !allowFile.isEmpty
            return VehicleLists(
                allowed: isLimited ? Set(allowed.map(VehicleListFile.vin)) : nil,
                denied: Set(denied.map(VehicleListFile.vin))
            )
        }
    }

    /// Proxies in front of the server that tell who is behind them.
    package struct ProxyProtocol: Configurable, Hashable {
        package var trusted: [String] = []

        package init() {}

        package static let settings: [Setting<Self>] = [
            .texts(
                "trusted",
                \.trusted,
                atMost: 256,
                check: complaint,
                "Addresses or ranges (10.0.0.0/8) of TCP proxies that begin each connection with a PROXY header of "
                    + "version 2. From them it is required, from others nothing of it is believed."
            )
        ]

        var ranges: [AddressRange] { trusted.compactMap { AddressRange($0) } }

        private static func complaint(about text: String) -> TextComplaint? {
            guard let range = AddressRange(text) else {
                return TextComplaint(
                    "\"\(text.prefix(60))\" is neither an IP address nor a range of them",
                    remedy: "write \"192.0.2.7\", \"10.0.0.0/8\" or \"2001:db8::/32\"; bits behind the prefix are zero"
                )
            }
            guard range.prefixBits == 0 || (range.first.isV4 && range.prefixBits == 96) else { return nil }
            return TextComplaint(
                "\"\(text)\" is every address",
                remedy: "name the addresses of your proxies: whoever is trusted can claim any address",
                severity: .warning,
                code: .unusual
            )
        }
    }
}
