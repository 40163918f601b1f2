internal import CommandLineInterface
internal import JSONText
internal import OpenSSLTransport
internal import ServerAssembly

/// How certificates are told of, the same in all commands.
enum CertificateWords {
    /// E.g. `valid until 2046-10-04 (7304 days)`.
    static func validity(of certificate: Certificate, at now: Int64) -> String {
        CertificateValidity(of: certificate, at: now).words
    }

    /// The text that goes into `ca` of a vehicle's configuration, as a JSON string.
    static func authorityText(of certificates: [Certificate]) -> String {
        var writer = JSONWriter()
        writer.string(String(decoding: certificates.flatMap(\.pem), as: UTF8.self))
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    static func writeValidity(of certificate: Certificate, at now: Int64, _ writer: inout JSONWriter) {
        for fact in CertificateValidity(of: certificate, at: now).facts { fact.write(to: &writer) }
        writer.member("serial", certificate.serial)
        writer.member("sha256", certificate.sha256)
    }

    static func complain(_ error: OwnAuthorityError, _ command: String) -> ExitCode {
        Console.complain("\(command): \(error)")
        switch error {
        case .unusableName, .unusableHost: return .usage
        case .authorityEndsFirst: return .problemFound
        case .exists, .unusableAuthority, .foreignFile, .nothingToRenew, .certificate, .file: return .environment
        }
    }
}
