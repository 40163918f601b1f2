/// Which of Tesla's vehicle CA bundles is meant.
package enum TeslaBundle: String, Sendable, Hashable, CaseIterable {
    /// What vehicles in the field chain up to.
    case production
    /// Tesla's own test vehicles.
    case engineering
}

/// One certificate of a bundle, by its fingerprint.
package struct TeslaPin: Sendable, Hashable {
    /// SHA-256 of the certificate, in lower-case hexadecimal digits.
    package let sha256: String
    package let subject: String
    /// The day on which it expires, e.g. `2031-04-17`.
    package let notAfter: String

    package init(sha256: String, subject: String, notAfter: String) {
        self.sha256 = sha256
        self.subject = subject
        self.notAfter = notAfter
    }
}

/// Tesla's vehicle CA certificates are not ours to ship; their fingerprints let the real ones through, wherever
/// they were fetched from.
package enum TeslaPins {
    /// What a bundle was found to hold.
    package struct Verdict: Sendable {
        /// Certificates with their pins, in the order of the file and without repetitions.
        package let accepted: [(certificate: Certificate, pin: TeslaPin)]
        /// Certificates that are in no pin of the bundle, with a sentence that says so.
        package let refused: [(certificate: Certificate, reason: String)]
        /// Pins whose certificate the file lacks.
        package let missing: [TeslaPin]

        /// Whether it is exactly the bundle.
        package var isComplete: Bool { refused.isEmpty && missing.isEmpty }

        /// The accepted certificates as one PEM text.
        package var pem: [UInt8] { accepted.flatMap { $0.certificate.pem } }
    }

    /// Holds every certificate of a PEM text against the pins.
    ///
    /// Expiry is not judged: an expired authority verifies nobody, and the bundle holds one.
    ///
    /// - Parameter path: named by errors.
    /// - Throws: when the text holds no certificate or a damaged one.
    package static func verify(
        bundle pem: [UInt8],
        from path: String,
        as bundle: TeslaBundle
    ) throws(CertificateError) -> Verdict {
        verify(try Certificate.readAll(pem: pem, from: path), as: bundle)
    }

    /// The same for a file.
    package static func verify(path: String, as bundle: TeslaBundle) throws(CertificateError) -> Verdict {
        verify(try Certificate.readAll(path: path), as: bundle)
    }

    package static func verify(_ certificates: [Certificate], as bundle: TeslaBundle) -> Verdict {
        verify(certificates, pins: pins(of: bundle), name: bundle.rawValue)
    }

    /// Holds certificates against other pins than Tesla's, as tests do.
    ///
    /// - Parameter name: of the bundle, for sentences.
    package static func verify(_ certificates: [Certificate], pins: [TeslaPin], name: String) -> Verdict {
        var accepted: [(certificate: Certificate, pin: TeslaPin)] = []
        var refused: [(certificate: Certificate, reason: String)] = []
        var seen: Set<String> = []
        for certificate in certificates {
            let fingerprint = certificate.sha256
            guard seen.insert(fingerprint).inserted else { continue }
            if let pin = pins.first(where: { $0.sha256 == fingerprint }) {
                accepted.append((certificate, pin))
                continue
            }
            let reason = reason(certificate, fingerprint, pins, name)
            refused.append((certificate, reason))
        }
        return Verdict(accepted: accepted, refused: refused, missing: pins.filter { !seen.contains($0.sha256) })
    }

    private static func reason(
        _ certificate: Certificate,
        _ fingerprint: String,
        _ pins: [TeslaPin],
        _ name: String
    ) -> String {
        let subject = certificate.subject
        let start = "\(subject) (SHA-256 \(fingerprint)) is not one of Tesla's \(name) CA certificates"
        for other in TeslaBundle.allCases where self.pins(of: other).contains(where: { $0.sha256 == fingerprint }) {
            return "\(start); it is in the \(other.rawValue) bundle"
        }
        guard pins.contains(where: { $0.subject == subject }) else { return start }
        return "\(start), though one of them has the same name: it is forged, or newer than this build"
    }
}
