package import OpenSSLTransport

/// Says whether the authorities that a vehicle is given lead it to a server's certificate, and how.
package struct AuthorityDiagnosis: Sendable {
    package enum Anchoring: String, Sendable, Hashable {
        /// They lead from a root to the leaf by themselves, as Tesla's documentation wants it.
        case full
        /// They hold the root, and the server sends what lies between.
        case withSentChain
        /// They hold an authority of the chain, and no root.
        case partial
        /// They have nothing to do with the leaf.
        case none
    }

    package let anchoring: Anchoring
    package let findings: [AuthorityFinding]

    /// - Parameters:
    ///   - authorities: what the vehicle is given.
    ///   - sent: what the server sends after its leaf.
    ///   - now: Unix seconds.
    package init(
        authorities: [Certificate],
        leaf: Certificate,
        sent: [Certificate],
        expiryMarginSeconds: Int64 = ChainDiagnosis.expiryMarginSeconds,
        at now: Int64
    ) {
        let dates = Self.dates(of: authorities, leaf: leaf, expiryMarginSeconds, now)
        if ServerVerification.refusal(of: leaf, sent: [], trusting: authorities, endingAt: .root) == nil {
            anchoring = .full
            findings = dates
        } else if ServerVerification.refusal(of: leaf, sent: sent, trusting: authorities, endingAt: .root) == nil {
            anchoring = .withSentChain
            findings = dates + [.lacksIntermediate(subjects: Self.subjectsMissing(authorities, leaf, sent))]
        } else if authorities.allSatisfy({ $0.sha256 == leaf.sha256 }) {
            anchoring = .none
            findings = [.isLeaf(subject: leaf.subject)]
        } else if let refusal = ServerVerification.refusal(
            of: leaf,
            sent: sent,
            trusting: authorities,
            endingAt: .anyAuthority
        ) {
            anchoring = .none
            findings = [Self.reason(authorities, leaf, sent, refusal)]
        } else {
            anchoring = .partial
            findings = dates + [.lacksRoot(issuer: Self.top(of: leaf, among: authorities + sent).issuer)]
        }
    }

    /// Authorities between the leaf and a root of the text that only the server has.
    private static func subjectsMissing(
        _ authorities: [Certificate],
        _ leaf: Certificate,
        _ sent: [Certificate]
    ) -> [String] {
        let held = Set(authorities.map(\.sha256))
        return path(from: leaf, among: authorities + sent).dropFirst().filter { !held.contains($0.sha256) }
            .map(\.subject)
    }

    private static func reason(
        _ authorities: [Certificate],
        _ leaf: Certificate,
        _ sent: [Certificate],
        _ refusal: CertificateRefusal
    ) -> AuthorityFinding {
        if leaf.isSelfSigned { return .selfSignedLeaf(subject: leaf.subject) }
        let top = top(of: leaf, among: authorities + sent)
        if let namesake = authorities.first(where: { $0.subject == top.issuer }) {
            return .otherKey(name: namesake.subject)
        }
        if top.sha256 == leaf.sha256, sent.isEmpty, let url = leaf.issuerURL {
            return .brokenChain(issuer: leaf.issuer, url: url)
        }
        guard refusal.cause == .unknownAuthority else {
            return .refused(reason: refusal.reason, subject: refusal.subject)
        }
        return .ofAnother(expected: top.issuer, held: authorities.map(\.subject))
    }

    /// Where the way up from the leaf ends: at a root, or at a certificate whose issuer nobody has.
    private static func top(of leaf: Certificate, among pool: [Certificate]) -> Certificate {
        path(from: leaf, among: pool).last ?? leaf
    }

    /// The way up from the leaf, which stands first.
    private static func path(from leaf: Certificate, among pool: [Certificate]) -> [Certificate] {
        var path = [leaf]
        var current = leaf
        // Two authorities may have signed each other.
        while path.count <= pool.count, !current.isSelfSigned,
            // Of two with the same key the one that lasts longer: an old root beside its successor harms nobody.
            let issuer = pool.filter(current.isIssued).max(by: { $0.notAfter < $1.notAfter })
        {
            path.append(issuer)
            current = issuer
        }
        return path
    }

    /// Of those that the leaf needs.
    private static func dates(
        of authorities: [Certificate],
        leaf: Certificate,
        _ margin: Int64,
        _ now: Int64
    ) -> [AuthorityFinding] {
        path(from: leaf, among: authorities).dropFirst().compactMap { authority in
            let (subject, end) = (authority.subject, authority.notAfter)
            if end < now { return .expired(subject: subject, end: end) }
            return end - now < margin ? .expiresSoon(subject: subject, end: end) : nil
        }
    }
}
