internal import TextCodec

extension ChainFinding {
    /// What is wrong, e.g. `/etc/server.pem expired on 2026-11-20`.
    ///
    /// - Parameter place: what holds the chain: a path, or words for what a server sends.
    package func problem(in place: String) -> String {
        switch self {
        case .leafNotFirst(let position):
            "\(place) begins with a CA; the server's own certificate is number \(position)"
        case .outOfOrder(let position, _):
            "in \(place), certificate \(position) did not sign certificate \(position - 1)"
        case .intermediateMissing(_, _, let wholeChain?):
            "\(place) holds no intermediates, and \(wholeChain) stands beside it"
        case .intermediateMissing(let issuer, _, nil):
            "\(place) holds the server's own certificate alone; its issuer (\(issuer)) is missing"
        case .expired(let position, _, let end, _): "\(name(position, place)) expired on \(UTCDay(end))"
        case .notYetValid(let position, _, let begin, _):
            "\(name(position, place)) is valid from \(UTCDay(begin)) only"
        case .expiresSoon(let position, _, let end, _): "\(name(position, place)) expires on \(UTCDay(end))"
        case .weakKey(let position, _, let key): "the key of \(name(position, place)) is too weak (\(key))"
        case .weakSignature(let position, _, let algorithm):
            "\(name(position, place)) is signed with \(algorithm)"
        case .notForServers: "\(place) is not for servers: its extended key usage lacks serverAuth"
        case .namesNoHost: "\(place) names no host: it has no subject alternative name"
        case .hostNotCovered(let host, let names):
            "\(place) is not for \(host): it names \(names.prefix(Self.namesShown).joined(separator: ", "))"
                + (names.count > Self.namesShown ? " and \(names.count - Self.namesShown) more" : "")
        case .leafSelfSigned: "\(place) is self-signed: no CA stands behind it"
        }
    }

    private static let namesShown = 5

    private func name(_ position: Int, _ place: String) -> String {
        position == 1 ? place : "certificate \(position) of \(place)"
    }

    /// Why it matters, a whole sentence.
    package var reason: String {
        switch self {
        case .leafNotFirst: "The server's certificate is sent first, each one signed by the next."
        case .outOfOrder: "A vehicle that follows the chain in order would not reach a CA that it knows."
        case .intermediateMissing: "A vehicle that knows only the root could not follow the chain."
        case .expired, .notYetValid: "Vehicles check this certificate before they connect."
        case .expiresSoon: "Vehicles stop connecting on that day."
        case .weakKey, .weakSignature: "OpenSSL refuses to serve it, and vehicles to believe it."
        case .notForServers: "Vehicles refuse a server with such a certificate."
        case .namesNoHost, .hostNotCovered:
            "Vehicles compare the names in it with the one that they connect to."
        case .leafSelfSigned:
            "Vehicles want a CA above the server's certificate, and each renewal would mean to configure them anew."
        }
    }

    /// What to do next.
    package var remedy: String {
        switch self {
        case .leafNotFirst: "put the server's certificate first, then its intermediates"
        case .outOfOrder(let position, let issuer): "put the certificate of \(issuer) after number \(position - 1)"
        case .intermediateMissing(_, _, let wholeChain?): "write \"server_cert\": \"\(wholeChain)\""
        case .intermediateMissing(_, let url?, nil):
            "append the issuer's certificate (\(url)), or use your authority's full-chain file"
        case .intermediateMissing(_, nil, nil): "append the issuer's certificate"
        case .expired(_, _, _, let now): "renew it; the clock here says \(UTCDay(now))"
        case .notYetValid(_, _, _, let now): "wait, or set the clock; it says \(UTCDay(now))"
        case .expiresSoon: "renew it; the server takes the new one without a restart"
        case .weakKey: "use a key on P-256, or RSA with 2048 bits or more"
        case .weakSignature: "have it issued with SHA-256 or better"
        case .notForServers: "have it issued for TLS servers (serverAuth)"
        case .namesNoHost: "have it issued with the host name of the vehicles' fleet_telemetry_config"
        case .hostNotCovered(let host, _):
            "have it issued for \(host), or write one of its names as \"hostname\" in fleet_telemetry_config"
        case .leafSelfSigned: "have it issued by a CA; for one of your own: fleet-telemetry certs init"
        }
    }
}
