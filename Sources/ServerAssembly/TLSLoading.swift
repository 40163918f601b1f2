internal import LinuxSystem
internal import Observability
internal import OpenSSLTransport
internal import Symptoms

/// Reads the certificates that the configuration names.
enum TLSLoading {
    static func load(_ configuration: ServerConfiguration, directory: String, log: Log) throws -> TLSServerSettings {
        let identity = try TLSIdentity(chainPath: configuration.tls.serverCert, keyPath: configuration.tls.serverKey)
        var authorities: [Certificate] = []
        for file in configuration.clientCAFiles(besides: directory, exists: Files.exists) {
            let found = try Certificate.readAll(path: file.path)
            authorities += found
            guard file.setting == "tls.ca_file" else { continue }
            log.observe(.customCAFileAppended, ["ca_file": .text(file.path), "certificates": .count(found.count)])
        }
        guard !authorities.isEmpty else { throw MissingClientAuthority() }
        return TLSServerSettings(identity: identity, clientAuthorities: authorities)
    }
}

/// Nobody could connect: no authority is trusted to vouch for vehicles.
struct MissingClientAuthority: SymptomaticError, CustomStringConvertible {
    var symptom: SymptomCode { .clientAuthoritiesMissing }

    var description: String {
        "no client CA: no vehicle could connect; run `fleet-telemetry certs fetch-ca --out FILE` and write "
            + "\"tls\": {\"tesla_ca_file\": FILE}, or name the CA of your own test vehicles in tls.ca_file"
    }
}
