internal import Glibc

/// Which kind of key is made.
package enum KeyAlgorithm: Sendable, Hashable {
    case ecdsaP256, ecdsaP384, ecdsaP521
    /// Bits: 2048 or more for anything that OpenSSL's defaults shall accept.
    case rsa(bits: Int)
}

/// What a certificate shall say.
package struct CertificateTemplate: Sendable, Hashable {
    package enum Role: Sendable, Hashable {
        /// May issue certificates. `depth` is how many further authorities may stand below it; nil: any number.
        case authority(depth: Int?)
        /// For the receiving end of TLS; its hosts become the subject alternative name.
        case server
        /// For a vehicle, which is the calling end of TLS.
        case vehicle
    }

    package var role: Role
    /// At most 64 characters (X.520); empty leaves the attribute out.
    package var commonName: String
    package var organizationalUnits: [String] = []
    /// DNS names (a leading `*.` is allowed) and IP addresses.
    package var hosts: [String] = []
    /// Extended key usages in dotted form; nil takes the role's own: serverAuth, clientAuth, or none.
    package var extendedKeyUsages: [String]?
    /// Where the issuer's certificate may be fetched, as public authorities write it; nil writes nothing.
    package var issuerURL: String?
    /// Unix seconds.
    package var notBefore: Int64
    package var notAfter: Int64

    package static let serverAuthentication = "1.3.6.1.5.5.7.3.1"
    package static let clientAuthentication = "1.3.6.1.5.5.7.3.2"

    package init(role: Role, commonName: String, notBefore: Int64, notAfter: Int64) {
        self.role = role
        self.commonName = commonName
        self.notBefore = notBefore
        self.notAfter = notAfter
    }

    /// Valid from an hour ago, because clocks differ, for a number of days from now.
    ///
    /// - Parameters:
    ///   - days: may be negative, for a certificate that has expired.
    ///   - startingInDays: when positive, the first day of validity lies that far ahead.
    package init(role: Role, commonName: String, days: Int, startingInDays: Int = 0) {
        let now = Int64(time(nil))
        let start = now + Int64(startingInDays) * secondsPerDay
        self.init(
            role: role,
            commonName: commonName,
            notBefore: min(start, now + Int64(days) * secondsPerDay) - (startingInDays > 0 ? 0 : 3600),
            notAfter: start + Int64(days) * secondsPerDay
        )
    }

    /// For a server with these names, from an hour ago on.
    package static func server(hosts: [String], days: Int) -> CertificateTemplate {
        // The common name is for people; hosts too long for it stand in the alternative name only.
        let name = hosts.first.flatMap { $0.utf8.count <= 64 ? $0 : nil } ?? "server"
        var template = CertificateTemplate(role: .server, commonName: name, days: days)
        template.hosts = hosts
        return template
    }

    var effectiveUsages: [String] {
        if let extendedKeyUsages { return extendedKeyUsages }
        switch role {
        case .authority: return []
        case .server: return [Self.serverAuthentication]
        case .vehicle: return [Self.clientAuthentication]
        }
    }
}

let secondsPerDay: Int64 = 86_400

/// A name of a server, told apart and checked: it becomes part of a text that OpenSSL takes apart at commas.
enum ServerHost {
    case dns(String)
    case ip(String)

    init?(_ text: String) {
        if isAddress(text) {
            self = .ip(text)
            return
        }
        let labels = text.split(separator: ".", omittingEmptySubsequences: false)
        let isName =
            text.utf8.count <= 253
            && labels.indices.allSatisfy { index in
                if index == 0, labels[index] == "*" { return labels.count > 1 }
                return (1...63).contains(labels[index].utf8.count) && labels[index].utf8.allSatisfy(isHostByte)
            }
        guard isName else { return nil }
        self = .dns(text)
    }

    /// As OpenSSL's configuration language writes it.
    var setting: String {
        switch self {
        case .dns(let name): "DNS:\(name)"
        case .ip(let address): "IP:\(address)"
        }
    }
}

private func isAddress(_ text: String) -> Bool {
    var room = in6_addr()
    // SAFETY: 16 bytes hold an address of either family; a NUL in the text ends it early, and then it is no host.
    return !text.utf8.contains(0) && (inet_pton(AF_INET, text, &room) == 1 || inet_pton(AF_INET6, text, &room) == 1)
}

private func isHostByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
        true
    default: false
    }
}

/// Numbers and dots, and nothing else.
func isObjectIdentifier(_ text: String) -> Bool {
    let arcs = text.split(separator: ".", omittingEmptySubsequences: false)
    return arcs.count > 1 && arcs.allSatisfy { !$0.isEmpty && $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }
}
