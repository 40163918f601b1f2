internal import OpenSSLTransport

/// Judges a server's chain of certificates: the one piece of code for the file of a configuration, for a chain that a
/// server sends, and for a renewed one.
package enum ChainDiagnosis {
    /// How long before its end a certificate is mentioned, in seconds: two weeks, time to notice and to act.
    package static let expiryMarginSeconds: Int64 = 14 * 86_400

    /// Everything that is wrong with a chain, in its order: place of the leaf, order, completeness, dates, strength,
    /// purpose, names.
    ///
    /// - Parameters:
    ///   - keyPosition: place of the certificate that the server's key belongs to, from 1; nil when that is not known.
    ///   - host: what vehicles connect to; nil leaves names unjudged.
    ///   - wholeChainPath: a file with the whole chain that stands beside, as certbot writes it.
    ///   - now: Unix seconds.
    package static func findings(
        for chain: [CertificateSummary],
        keyPosition: Int? = nil,
        host: String? = nil,
        wholeChainPath: String? = nil,
        expiryMarginSeconds: Int64 = ChainDiagnosis.expiryMarginSeconds,
        at now: Int64
    ) -> [ChainFinding] {
        guard !chain.isEmpty else { return [] }
        var findings = order(of: chain, keyPosition)
        let leaf = chain[leafIndex(in: chain, keyPosition)]
        if chain.count == 1, !leaf.isSelfSigned, wholeChainPath != nil || leaf.issuerURL != nil {
            findings.append(.intermediateMissing(issuer: leaf.issuer, url: leaf.issuerURL, wholeChain: wholeChainPath))
        }
        for (index, certificate) in chain.enumerated() {
            findings += dates(of: certificate, index + 1, expiryMarginSeconds, now)
            findings += strength(of: certificate, index + 1)
        }
        return findings + purpose(of: leaf, host)
    }

    /// The place of the leaf: what the key belongs to, or else the first that is no authority.
    private static func leafIndex(in chain: [CertificateSummary], _ keyPosition: Int?) -> Int {
        if let keyPosition, chain.indices.contains(keyPosition - 1) { return keyPosition - 1 }
        return chain.firstIndex { !$0.isAuthority } ?? 0
    }

    private static func order(of chain: [CertificateSummary], _ keyPosition: Int?) -> [ChainFinding] {
        let leaf = leafIndex(in: chain, keyPosition)
        if leaf > 0 { return [.leafNotFirst(position: leaf + 1)] }
        guard let gap = chain.dropLast().firstIndex(where: { $0.isSignedByNext == false }) else { return [] }
        return [.outOfOrder(position: gap + 2, issuer: chain[gap].issuer)]
    }

    private static func dates(
        of certificate: CertificateSummary,
        _ position: Int,
        _ margin: Int64,
        _ now: Int64
    ) -> [ChainFinding] {
        let (begin, end) = (certificate.validity.lowerBound, certificate.validity.upperBound)
        let subject = certificate.subject
        if now > end { return [.expired(position: position, subject: subject, end: end, now: now)] }
        if now < begin { return [.notYetValid(position: position, subject: subject, begin: begin, now: now)] }
        guard end - now < margin else { return [] }
        return [.expiresSoon(position: position, subject: subject, end: end, daysLeft: Int((end - now) / 86_400))]
    }

    private static func strength(of certificate: CertificateSummary, _ position: Int) -> [ChainFinding] {
        var findings: [ChainFinding] = []
        let subject = certificate.subject
        if certificate.key.isWeak {
            findings.append(.weakKey(position: position, subject: subject, key: certificate.key))
        }
        if certificate.hasWeakSignature {
            let algorithm = certificate.signatureAlgorithm
            findings.append(.weakSignature(position: position, subject: subject, algorithm: algorithm))
        }
        return findings
    }

    private static func purpose(of leaf: CertificateSummary, _ host: String?) -> [ChainFinding] {
        var findings: [ChainFinding] = []
        if !leaf.isForServers { findings.append(.notForServers(usages: leaf.usages)) }
        if leaf.hosts.isEmpty {
            findings.append(.namesNoHost)
        } else if let host, !leaf.covers(host) {
            findings.append(.hostNotCovered(host: host, names: leaf.hosts))
        }
        if leaf.isSelfSigned { findings.append(.leafSelfSigned(subject: leaf.subject)) }
        return findings
    }
}
