package import OpenSSLTransport
package import Symptoms

extension CertificateError: SymptomaticError {
    /// What it is explained as, for a certificate file.
    package var symptom: SymptomCode {
        switch reason {
        case .encryptedKey: .keyEncrypted
        case .noPrivateKey, .unsupportedKey: .keyUnreadable
        case .damaged(let label, _, _, _) where label.hasSuffix("key"): .keyUnreadable
        case .unreadable, .empty, .notPEM, .noCertificate, .damaged, .unusableText, .failed: .certificateFileUnusable
        }
    }

    /// What it is explained as, for a key file.
    package var keySymptom: SymptomCode { reason == .encryptedKey ? .keyEncrypted : .keyUnreadable }
}

extension TLSContextError: SymptomaticError {
    package var symptom: SymptomCode {
        switch self {
        case .certificate(let error): error.symptom
        case .noCertificate: .certificateFileUnusable
        case .refused(_, let reason): reason.contains(" md ") ? .signatureTooWeak : .keyTooWeak
        case .keyDoesNotMatch: .keyOfAnotherCertificate
        }
    }
}
