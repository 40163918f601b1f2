package import Symptoms
internal import TextCodec

/// One thing that is wrong with the `ca` text that vehicles are given. Moments in Unix seconds.
package enum AuthorityFinding: Error, Sendable, Hashable {
    /// The name of a file stands where its content belongs.
    case isPath(String)
    /// No PEM, or damaged PEM.
    case unusable(reason: String, remedy: String)
    /// A private key, which nobody else may see, is in the text.
    case holdsPrivateKey
    /// The server's own certificate stands there, and no authority.
    case isLeaf(subject: String)
    /// Nobody in the text signed what the server sends; `expected` did.
    case ofAnother(expected: String, held: [String])
    /// An authority of the right name and with another key.
    case otherKey(name: String)
    /// Neither the server nor the text has the leaf's issuer.
    case brokenChain(issuer: String, url: String?)
    /// The leaf is its own authority, and the text does not hold it.
    case selfSignedLeaf(subject: String)
    /// The text leads to the leaf only with certificates that the server sends.
    case lacksIntermediate(subjects: [String])
    /// The text ends at an intermediate.
    case lacksRoot(issuer: String)
    case expired(subject: String, end: Int64)
    case expiresSoon(subject: String, end: Int64)
    /// OpenSSL's word for another reason, and whom it is about.
    case refused(reason: String, subject: String)

    package var severity: Severity {
        switch self {
        case .lacksIntermediate, .lacksRoot, .expiresSoon: .warning
        case .isPath, .unusable, .holdsPrivateKey, .isLeaf, .ofAnother, .otherKey, .brokenChain, .selfSignedLeaf,
            .expired, .refused:
            .problem
        }
    }

    package var symptom: SymptomCode {
        switch self {
        case .isPath: .authorityTextIsPath
        case .unusable, .holdsPrivateKey, .refused: .authorityTextUnusable
        case .isLeaf: .authorityIsLeaf
        case .ofAnother, .otherKey: .authorityOfAnother
        case .brokenChain: .intermediateMissing
        case .selfSignedLeaf: .leafSelfSigned
        case .lacksIntermediate: .authorityLacksIntermediate
        case .lacksRoot: .authorityLacksRoot
        case .expired, .expiresSoon: .authorityExpired
        }
    }

    /// What is wrong.
    ///
    /// - Parameter place: what holds the text: a path, or `ca`.
    package func problem(in place: String) -> String {
        switch self {
        case .isPath(let path): "\(place) holds the path \(path) and not the certificates themselves"
        case .unusable(let reason, _): "\(place) \(reason)"
        case .holdsPrivateKey: "\(place) holds a private key"
        case .isLeaf(let subject): "\(place) holds the server's own certificate (\(subject)) and no CA"
        case .ofAnother(let expected, let held):
            "\(place) does not lead to the server's certificate: that comes from \(expected), "
                + "and the text holds \(held.joined(separator: "; "))"
        case .otherKey(let name):
            "\(place) holds a CA named \(name) with another key than the one that signed the server's certificate"
        case .brokenChain(let issuer, _):
            "the server sends its own certificate alone, and \(place) does not hold its issuer (\(issuer)) either"
        case .selfSignedLeaf(let subject): "the server's certificate (\(subject)) is self-signed, and not in \(place)"
        case .lacksIntermediate(let subjects):
            "\(place) lacks \(subjects.joined(separator: "; ")): it leads to the server's certificate only because the "
                + "server sends that along"
        case .lacksRoot(let issuer): "\(place) ends at an intermediate: the root (\(issuer)) is missing"
        case .expired(let subject, let end): "\(subject) in \(place) expired on \(UTCDay(end))"
        case .expiresSoon(let subject, let end): "\(subject) in \(place) expires on \(UTCDay(end))"
        case .refused(let reason, let subject):
            "\(place) does not anchor the server's certificate: \(reason) (\(subject))"
        }
    }

    /// Why it matters, a whole sentence; empty where the problem says it.
    package var reason: String {
        switch self {
        case .isPath, .unusable: "Vehicles have nothing to verify the server with."
        case .holdsPrivateKey: "Whoever has the key can pose as the server."
        case .isLeaf: "Each renewal of the certificate would mean to configure every vehicle anew."
        case .ofAnother, .otherKey, .brokenChain, .selfSignedLeaf, .refused, .expired:
            "Vehicles that hold this text refuse the server."
        case .lacksIntermediate: "Vehicles depend on the server to send it."
        case .lacksRoot:
            "A renewed certificate may come from another intermediate, and vehicles with this text would refuse it."
        case .expiresSoon: "From that day on vehicles that hold this text refuse the server."
        }
    }

    /// What to do next.
    package var remedy: String {
        switch self {
        case .isPath: "send the PEM text of the file, e.g. jq --rawfile ca ca.pem '.config.ca = $ca'"
        case .unusable(_, let remedy): remedy
        case .holdsPrivateKey: "remove it, and make a new key: this one was given away"
        case .isLeaf: "send the certificates of the CAs above it, intermediates and root"
        case .ofAnother, .otherKey:
            "send the chain that signed the server's certificate as ca, or go back to a certificate of the old CA"
        case .brokenChain(_, let url?): "serve the full chain (the issuer is at \(url))"
        case .brokenChain(_, nil): "serve the full chain: the server's certificate, then its intermediates"
        case .selfSignedLeaf:
            "have it issued by a CA and send that CA as ca; for one of your own: fleet-telemetry certs init"
        case .lacksIntermediate: "add the intermediates to ca, so that it anchors the certificate by itself"
        case .lacksRoot: "append the root's certificate: not every program accepts a chain that ends before it"
        case .expired, .expiresSoon: "send the CA's new certificate to the vehicles before the old one ends"
        case .refused: "send the chain that signed the server's certificate as ca"
        }
    }
}
