package import OpenSSLTransport
package import Symptoms

/// Whether vehicles can live with something.
package enum Severity: String, Sendable, Hashable, Comparable {
    /// They can, or some of them can, but somebody should look.
    case warning
    /// They cannot connect.
    case problem

    package static func < (left: Self, right: Self) -> Bool { left == .warning && right == .problem }
}

/// One thing that is wrong with a server's chain. Positions count from 1.
package enum ChainFinding: Sendable, Hashable {
    /// The server's own certificate stands at `position`.
    case leafNotFirst(position: Int)
    /// The certificate at `position` did not sign the one before it, whose issuer is named.
    case outOfOrder(position: Int, issuer: String)
    /// The leaf stands alone, and a public authority or a file beside it says that there is more.
    case intermediateMissing(issuer: String, url: String?, wholeChain: String?)
    /// Moments in Unix seconds.
    case expired(position: Int, subject: String, end: Int64, now: Int64)
    case notYetValid(position: Int, subject: String, begin: Int64, now: Int64)
    case expiresSoon(position: Int, subject: String, end: Int64, daysLeft: Int)
    case weakKey(position: Int, subject: String, key: KeyKind)
    case weakSignature(position: Int, subject: String, algorithm: String)
    case notForServers(usages: [String])
    case namesNoHost
    case hostNotCovered(host: String, names: [String])
    /// No authority stands behind the leaf.
    case leafSelfSigned(subject: String)

    package var severity: Severity {
        switch self {
        case .leafNotFirst, .expired, .notYetValid, .weakKey, .weakSignature, .notForServers, .hostNotCovered: .problem
        case .outOfOrder, .intermediateMissing, .expiresSoon, .namesNoHost, .leafSelfSigned: .warning
        }
    }

    package var symptom: SymptomCode {
        switch self {
        case .leafNotFirst: .leafNotFirst
        case .outOfOrder: .chainOutOfOrder
        case .intermediateMissing: .intermediateMissing
        case .expired: .certificateExpired
        case .notYetValid: .certificateNotYetValid
        case .expiresSoon: .certificateExpiresSoon
        case .weakKey: .keyTooWeak
        case .weakSignature: .signatureTooWeak
        case .notForServers: .certificateNotForServers
        case .namesNoHost: .certificateNamesNoHost
        case .hostNotCovered: .hostNotInCertificate
        case .leafSelfSigned: .leafSelfSigned
        }
    }
}
