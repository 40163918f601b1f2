/// What a verified client certificate says that identity depends on, free of OpenSSL.
package struct CertificateFacts: Sendable, Hashable {
    /// Common name of the leaf's issuer, empty when it has none.
    package var issuerCommonName: String
    /// Common name of the leaf's subject, empty when it has none.
    package var subjectCommonName: String
    /// Organizational units of the subject, in certificate order.
    package var organizationalUnits: [String]
    /// Extended key usages in dotted form, in certificate order.
    package var extendedKeyUsages: [String]
    /// Subject and issuer in one line each, for messages.
    package var subject: String
    package var issuer: String

    package init(
        issuerCommonName: String,
        subjectCommonName: String,
        organizationalUnits: [String] = [],
        extendedKeyUsages: [String] = [],
        subject: String = "",
        issuer: String = ""
    ) {
        self.issuerCommonName = issuerCommonName
        self.subjectCommonName = subjectCommonName
        self.organizationalUnits = organizationalUnits
        self.extendedKeyUsages = extendedKeyUsages
        self.subject = subject
        self.issuer = issuer
    }
}
