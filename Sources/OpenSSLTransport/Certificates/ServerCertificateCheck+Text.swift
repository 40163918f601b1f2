extension ServerCertificateCheck.Finding: CustomStringConvertible {
    package var severity: ServerCertificateCheck.Severity {
        switch self {
        case .unusableFile, .encryptedKey, .keyDoesNotMatch, .leafNotFirst, .expired, .notYetValid, .weakKey,
            .weakSignature, .noServerUsage:
            .error
        case .chainOrderWrong, .intermediateMissing, .expiresSoon, .noAlternativeName: .warning
        }
    }

    /// A word for machines, from a fixed list.
    package var code: String {
        switch self {
        case .unusableFile: "certificate_file_unusable"
        case .encryptedKey: "key_encrypted"
        case .keyDoesNotMatch: "key_mismatch"
        case .leafNotFirst: "leaf_not_first"
        case .chainOrderWrong: "chain_order"
        case .intermediateMissing: "intermediate_missing"
        case .expired: "certificate_expired"
        case .notYetValid: "certificate_not_yet_valid"
        case .expiresSoon: "certificate_expires_soon"
        case .noAlternativeName: "no_alternative_name"
        case .weakKey: "weak_key"
        case .weakSignature: "weak_signature"
        case .noServerUsage: "no_server_usage"
        }
    }

    /// The file that the finding is about.
    package var path: String {
        switch self {
        case .unusableFile(let error): error.path
        case .encryptedKey(let path), .keyDoesNotMatch(let path, _), .leafNotFirst(let path, _),
            .chainOrderWrong(let path, _, _), .intermediateMissing(let path, _, _), .expired(let path, _, _),
            .notYetValid(let path, _, _), .expiresSoon(let path, _, _, _), .noAlternativeName(let path),
            .weakKey(let path, _, _), .weakSignature(let path, _, _), .noServerUsage(let path, _):
            path
        }
    }

    /// What is wrong, without the path.
    package var reason: String {
        switch self {
        case .unusableFile(let error): error.reasonText
        case .encryptedKey: "the private key is encrypted"
        case .keyDoesNotMatch(_, let keyPath): "no certificate in it belongs to the key in \(keyPath)"
        case .leafNotFirst(_, let position): "the server's own certificate stands at place \(position), not first"
        case .chainOrderWrong(_, let position, let subject):
            "the certificate at place \(position) (\(subject)) did not issue the one before it"
        case .intermediateMissing(_, let issuer, _): "the issuer's certificate (\(issuer)) is missing"
        case .expired(_, let subject, let end): "\(subject) expired on \(day(end))"
        case .notYetValid(_, let subject, let begin): "\(subject) is not valid before \(day(begin))"
        case .expiresSoon(_, let subject, let end, let daysLeft):
            "\(subject) expires on \(day(end)), in \(daysLeft) \(daysLeft == 1 ? "day" : "days")"
        case .noAlternativeName: "the certificate names no host (no subject alternative name)"
        case .weakKey(_, let subject, let key): "the key of \(subject) is too weak (\(key))"
        case .weakSignature(_, let subject, let algorithm): "\(subject) is signed with \(algorithm)"
        case .noServerUsage(_, let usages):
            "the certificate is not for servers (extended key usages: \(usages.joined(separator: ", ")))"
        }
    }

    /// What to do next.
    package var remedy: String {
        switch self {
        case .unusableFile(let error): error.remedy
        case .encryptedKey(let path):
            "write an unencrypted copy with mode 0600: openssl pkey -in \(path) -out \(path).plain"
        case .keyDoesNotMatch: "name the key that the certificate was made with, or have a new certificate issued"
        case .leafNotFirst, .chainOrderWrong:
            "put the server's own certificate first, then its issuer, then that one's issuer"
        case .intermediateMissing(_, _, let url):
            "append the issuer's certificate (\(url)), or use your authority's full-chain file"
        case .expired: "have it renewed and start the server again"
        case .notYetValid: "check the clock, or wait"
        case .expiresSoon: "have it renewed in time"
        case .noAlternativeName: "have it issued with the host name that vehicles connect to"
        case .weakKey: "use an RSA key of 2048 bits or more, or one on P-256"
        case .weakSignature: "have it issued with SHA-256 or better"
        case .noServerUsage: "have it issued for TLS servers (serverAuth)"
        }
    }

    /// Path, reason and remedy in one line.
    package var description: String { "\(path): \(reason); \(remedy)" }
}

/// A day of the calendar in UTC, e.g. `2031-04-17`.
///
/// - Parameter unixSeconds: outside of the years 1 to 9999 the text is `never`.
func day(_ unixSeconds: Int64) -> String {
    guard (-62_135_596_800...253_402_300_799).contains(unixSeconds) else { return "never" }
    // Days are counted from 0000-03-01, so that the leap day is the last of its year.
    let days = (unixSeconds >= 0 ? unixSeconds : unixSeconds - secondsPerDay + 1) / secondsPerDay + 719_468
    let era = days / 146_097
    let dayOfEra = days - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shifted = (5 * dayOfYear + 2) / 153
    let month = shifted < 10 ? shifted + 3 : shifted - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    return "\(padded(year, 4))-\(padded(month, 2))-\(padded(dayOfYear - (153 * shifted + 2) / 5 + 1, 2))"
}

private func padded(_ number: Int64, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
}
