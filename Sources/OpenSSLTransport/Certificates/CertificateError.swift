internal import COpenSSL
package import LinuxSystem

/// A certificate or key that cannot be used, with where it came from and what to do next.
package struct CertificateError: Error, Sendable, Hashable, CustomStringConvertible {
    package enum Reason: Sendable, Hashable {
        /// The file cannot be read.
        case unreadable(SystemCallError)
        /// The file has no content.
        case empty
        /// No `-----BEGIN …-----` line; binary DER is told apart, because it can be converted.
        case notPEM(looksLikeDER: Bool)
        /// PEM, but of something else: the labels that were found, in order.
        case noCertificate(found: [String])
        case noPrivateKey(found: [String])
        /// A block that is PEM by its first line and cannot be decoded; `ordinal` and `line` count from 1.
        case damaged(label: String, ordinal: Int, line: Int, detail: String)
        /// A key that needs a passphrase. A server that must start by itself has nobody to ask.
        case encryptedKey
        /// Neither RSA nor a NIST curve.
        case unsupportedKey(type: String)
        /// A name, host or object identifier that cannot stand in a certificate.
        case unusableText(text: String, field: String)
        /// OpenSSL refused a step that should not fail.
        case failed(step: String, detail: String)
    }

    /// The file, or a word for what was being made.
    package let path: String
    package let reason: Reason

    package init(path: String, reason: Reason) {
        self.path = path
        self.reason = reason
    }

    /// Path, reason and remedy in one line.
    package var description: String { "\(path): \(reasonText); \(remedy)" }

    /// What is wrong, without the path.
    package var reasonText: String {
        switch reason {
        case .unreadable(let error): "cannot be read (\(error.reason))"
        case .empty: "is empty"
        case .notPEM(looksLikeDER: true): "is DER, not PEM"
        case .notPEM(looksLikeDER: false): "is not PEM: it has no line that begins with -----BEGIN"
        case .noCertificate(let found): "holds no certificate (found: \(found.joined(separator: ", ")))"
        case .noPrivateKey(let found): "holds no private key (found: \(found.joined(separator: ", ")))"
        case .damaged(let label, let ordinal, let line, let detail):
            "holds a damaged \(label), number \(ordinal), beginning on line \(line) (\(detail))"
        case .encryptedKey: "holds an encrypted private key"
        case .unsupportedKey(let type): "holds a key of the type \(type), which is not supported"
        case .unusableText(let text, let field): "\(field) \(text.debugDescription) cannot stand in a certificate"
        case .failed(let step, let detail): "\(step) failed (\(detail))"
        }
    }

    /// What to do next.
    package var remedy: String {
        switch reason {
        case .unreadable(let error) where error.code == SystemCallError.permissionDenied:
            "let the user that the server runs as read it"
        case .unreadable(let error) where error.code == SystemCallError.noSuchFile: "check the path"
        case .unreadable(let error) where error.code == SystemCallError.isDirectory: "name a file in the directory"
        case .unreadable: "check the file"
        case .empty: "write the PEM text into it"
        case .notPEM(looksLikeDER: true): "convert it with: openssl x509 -inform der -in FILE -out FILE.pem"
        case .notPEM(looksLikeDER: false): "check that the path names the right file"
        case .noCertificate: "name the file with -----BEGIN CERTIFICATE-----; keys have a setting of their own"
        case .noPrivateKey: "name the file with -----BEGIN PRIVATE KEY-----; certificates have a setting of their own"
        case .damaged: "copy the file again from where it was made"
        case .encryptedKey: "write an unencrypted copy with mode 0600: openssl pkey -in FILE -out FILE.plain"
        case .unsupportedKey: "use an RSA key of 2048 bits or more, or one on P-256, P-384 or P-521"
        case .unusableText: "use 1 to 64 printable characters"
        case .failed: "report this with the version of OpenSSL"
        }
    }
}

/// Takes the reasons that OpenSSL left for this thread, newest first word kept, and clears them.
///
/// The queue must never be left filled: a later TLS call on this thread would be judged by it.
func takeOpenSSLReason() -> String {
    var first = "no reason given"
    var isFirst = true
    while case let code = ERR_get_error(), code != 0 {
        guard isFirst else { continue }
        isFirst = false
        // SAFETY: the text is a constant of the library.
        if let text = ERR_reason_error_string(code) { first = String(cString: text) }
    }
    return first
}
