internal import Glibc
package import LinuxSystem

/// An authority of the operator's own that lives for decades, so that vehicles are configured once: the server's
/// short-lived certificates come and go below it, and the `ca` that vehicles hold stays the same.
///
/// It signs server certificates itself. An authority in between would make `ca` and the chain longer and buy nothing:
/// vehicles verify against what stands in `ca`, which nobody but the operator can change, so a root whose key leaks
/// and an intermediate whose key leaks cost the same new configuration of every vehicle.
package struct OwnAuthority: Sendable {
    package let issuer: CertificateIssuer
    package let files: AuthorityFiles

    package var certificate: Certificate { issuer.certificate }

    /// 20 years, leap days included.
    package static let defaultDays = 7305
    package static let defaultName = "Fleet Telemetry CA"

    /// Makes a new one. Nothing is ever overwritten: with the key of an authority the vehicles are gone, too.
    ///
    /// - Parameters:
    ///   - name: its common name.
    ///   - days: from 1 on.
    package static func make(
        _ files: AuthorityFiles,
        name: String = defaultName,
        days: Int = defaultDays
    ) throws(OwnAuthorityError) -> OwnAuthority {
        guard (1...64).contains(name.unicodeScalars.count), name.unicodeScalars.allSatisfy(isPrintable) else {
            throw .unusableName(name)
        }
        for path in [files.path, files.keyPath] where Files.exists(path) { throw .exists(path: path) }
        // Nothing but servers stands below it.
        let template = CertificateTemplate(role: .authority(depth: 0), commonName: name, days: days)
        let issued = try translate { () throws(CertificateError) in try CertificateIssuer.makeSelfSigned(template) }
        do throws(SystemCallError) {
            for path in [files.path, files.keyPath] {
                guard let slash = path.lastIndex(of: "/"), slash > path.startIndex else { continue }
                try Files.makeDirectories(String(path[..<slash]), mode: 0o755)
            }
            // The key first: a certificate without its key looks like an authority and is none.
            try Files.write(issued.key.pem, to: files.keyPath, mode: 0o600, replacesExisting: false)
            do throws(SystemCallError) {
                try Files.write(issued.certificate.pem, to: files.path, mode: 0o644, replacesExisting: false)
            } catch {
                // Nothing refers to it yet.
                try? Files.remove(files.keyPath)
                throw error
            }
        } catch {
            throw error.code == SystemCallError.exists ? .exists(path: error.subject) : .file(error)
        }
        let issuer = CertificateIssuer(certificate: issued.certificate, key: issued.key)
        return OwnAuthority(issuer: issuer, files: files)
    }

    /// Opens one that was made here or elsewhere.
    package static func open(_ files: AuthorityFiles, now: Int64) throws(OwnAuthorityError) -> OwnAuthority {
        do throws(AuthorityError) {
            return OwnAuthority(issuer: try files.open(now: now), files: files)
        } catch {
            switch error {
            case .unusable(let path, let reason): throw .unusableAuthority(path: path, reason: reason)
            case .certificate(let error): throw .certificate(error)
            }
        }
    }

    private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .unassigned, .surrogate: false
        default: true
        }
    }
}

/// Why an authority of one's own, or a certificate of it, was not made.
package enum OwnAuthorityError: Error, Sendable, Hashable, CustomStringConvertible {
    case unusableName(String)
    case unusableHost(String)
    /// Something stands where a new authority would go.
    case exists(path: String)
    case unusableAuthority(path: String, reason: String)
    /// The certificate would outlive its authority. Both in Unix seconds.
    case authorityEndsFirst(path: String, notAfter: Int64, wanted: Int64)
    /// What stands there was not issued by this authority.
    case foreignFile(path: String, reason: String)
    /// There is no certificate to be renewed.
    case nothingToRenew(path: String)
    case certificate(CertificateError)
    case file(SystemCallError)

    package var description: String {
        switch self {
        case .unusableName(let name):
            "name \(name.debugDescription): cannot stand in a certificate; give 1 to 64 printable characters"
        case .unusableHost(let host):
            "host \(host.debugDescription): neither a DNS name nor an IP address; give it without scheme, port or path"
        case .exists(let path):
            "\(path): exists already, and vehicles may hold it, so nothing was made; 'certs show' tells what it is, "
                + "and 'certs issue' makes certificates with it"
        case .unusableAuthority(let path, let reason):
            "\(path): \(reason); name the CA and the key that 'certs init' made"
        case .authorityEndsFirst(let path, let notAfter, let wanted):
            "\(path): the CA expires in \(days(until: notAfter, from: wanted)) days less than the certificate would be "
                + "valid; give fewer --days, and in time make a new CA and give it to the vehicles beside the old one"
        case .foreignFile(let path, let reason): "\(path): \(reason); move it away, or choose another directory"
        case .nothingToRenew(let path): "\(path): no certificate there; make the first one with 'certs issue'"
        case .certificate(let error): error.description
        case .file(let error):
            "\(error.subject): \(error.call) failed (\(error.reason)); choose a directory that you may write to, or "
                + "run as the user that its files belong to"
        }
    }

    private func days(until end: Int64, from wanted: Int64) -> Int64 {
        (wanted - end + secondsPerDay - 1) / secondsPerDay
    }
}

func translate<Value>(_ body: () throws(CertificateError) -> Value) throws(OwnAuthorityError) -> Value {
    do {
        return try body()
    } catch {
        throw .certificate(error)
    }
}
