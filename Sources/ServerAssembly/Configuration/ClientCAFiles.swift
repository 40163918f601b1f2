/// A file of certificates that vehicles are verified against, and the setting that names it.
package struct ClientCAFile: Sendable, Hashable {
    package let path: String
    package let setting: String
}

extension ServerConfiguration {
    /// The files that vehicles are verified against: Tesla's bundle, then `tls.ca_file`.
    ///
    /// Without `tls.tesla_ca_file`, the bundle is looked for beside the configuration file and in
    /// `/etc/fleet-telemetry`, so that a configuration of the reference server, which has Tesla's CAs built in, works
    /// as it is once the bundle was fetched.
    /// - Parameters:
    ///   - directory: where the configuration file lies; empty for the working directory.
    ///   - exists: whether a file is there.
    package func clientCAFiles(besides directory: String, exists: (String) -> Bool) -> [ClientCAFile] {
        var files: [ClientCAFile] = []
        if !tls.teslaCAFile.isEmpty {
            files.append(ClientCAFile(path: tls.teslaCAFile, setting: "tls.tesla_ca_file"))
        } else {
            let beside = directory.isEmpty || directory.hasSuffix("/") ? directory : "\(directory)/"
            let places = [beside, "/etc/fleet-telemetry/"].map { $0 + teslaCAFileName }
            if let found = places.first(where: exists) {
                files.append(ClientCAFile(path: found, setting: "tls.tesla_ca_file"))
            }
        }
        if !tls.caFile.isEmpty { files.append(ClientCAFile(path: tls.caFile, setting: "tls.ca_file")) }
        return files
    }

    /// What Tesla's bundle is called where it is looked for.
    package var teslaCAFileName: String { useDefaultEngCA ? "tesla_eng_ca.pem" : "tesla_ca.pem" }

    /// How to get Tesla's bundle to where it is looked for.
    var fetchCommand: String {
        let option = useDefaultEngCA ? "--engineering " : ""
        return "run fleet-telemetry certs fetch-ca \(option)--out /etc/fleet-telemetry/\(teslaCAFileName), "
            + "or name a file with \"ca_file\" in \"tls\""
    }
}
