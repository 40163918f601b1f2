internal import COpenSSL

/// A certificate being filled in, until it is signed.
final class CertificateDraft {
    // SAFETY: owned by the draft until `signed` hands it over; nobody else sees it.
    private let pointer: OpaquePointer
    private let template: CertificateTemplate

    /// Everything but issuer, key identifiers and signature.
    init(_ template: CertificateTemplate, key: PrivateKey) throws(CertificateError) {
        self.template = template
        guard let pointer = X509_new() else { throw failure("making the certificate", for: template) }
        self.pointer = pointer
        // Version 3 is written as 2.
        guard X509_set_version(pointer, 2) == 1, X509_set_pubkey(pointer, key.pointer) == 1 else {
            throw failure("setting version and key", for: template)
        }
        try setSerial()
        try setValidity()
        try addNames()
    }

    deinit {
        // SAFETY: the draft still owns it: `signed` only raises the count.
        X509_free(pointer)
    }

    /// - Parameter issuer: nil when the certificate signs itself.
    func signed(by key: PrivateKey, of issuer: Certificate?) throws(CertificateError) -> Certificate {
        // SAFETY: names are copied by the setter; the issuer's stays with the issuer.
        let issuerPointer = issuer?.pointer ?? pointer
        guard X509_set_issuer_name(pointer, X509_get_subject_name(issuerPointer)) == 1 else {
            throw failure("setting the issuer", for: template)
        }
        try addExtensions(issuer: issuerPointer)
        guard X509_sign(pointer, key.pointer, digest(for: key.kind)) > 0 else {
            throw failure("signing", for: template)
        }
        return Certificate(sharing: pointer)
    }

    private func setSerial() throws(CertificateError) {
        var bytes = [UInt8](repeating: 0, count: 16)
        // SAFETY: OpenSSL writes within the array, then reads from it; the number is freed here.
        guard RAND_bytes(&bytes, Int32(bytes.count)) == 1 else {
            throw failure("drawing a serial number", for: template)
        }
        // Positive, and never zero (RFC 5280, 4.1.2.2).
        bytes[0] = bytes[0] & 0x7F | 0x40
        guard let number = BN_bin2bn(&bytes, Int32(bytes.count), nil) else {
            throw failure("making the serial number", for: template)
        }
        defer { BN_free(number) }
        guard BN_to_ASN1_INTEGER(number, X509_get_serialNumber(pointer)) != nil else {
            throw failure("setting the serial number", for: template)
        }
    }

    private func setValidity() throws(CertificateError) {
        // SAFETY: both times belong to the certificate.
        guard ASN1_TIME_set(X509_getm_notBefore(pointer), Int(template.notBefore)) != nil,
            ASN1_TIME_set(X509_getm_notAfter(pointer), Int(template.notAfter)) != nil
        else { throw failure("setting the dates", for: template) }
    }

    private func addNames() throws(CertificateError) {
        for unit in template.organizationalUnits {
            try add(unit, NID_organizationalUnitName, field: "organizational unit")
        }
        if !template.commonName.isEmpty { try add(template.commonName, NID_commonName, field: "common name") }
    }

    private func add(_ text: String, _ attribute: Int32, field: String) throws(CertificateError) {
        let bytes = Array(text.utf8)
        // SAFETY: the name belongs to the certificate; the text is copied.
        let name = X509_get_subject_name(pointer)
        let kind = Int32(MBSTRING_FLAG)
        let code = X509_NAME_add_entry_by_NID(name, attribute, kind, bytes, Int32(clamping: bytes.count), -1, 0)
        guard code == 1 else {
            ERR_clear_error()
            throw CertificateError(path: "new certificate", reason: .unusableText(text: text, field: field))
        }
    }

    // SAFETY: the caller keeps the issuer until this returns.
    private func addExtensions(issuer: OpaquePointer) throws(CertificateError) {
        switch template.role {
        case .authority(let depth):
            let limit = depth.map { ",pathlen:\($0)" } ?? ""
            try add(NID_basic_constraints, "critical,CA:TRUE\(limit)", issuer)
            try add(NID_key_usage, "critical,keyCertSign,cRLSign", issuer)
        case .server, .vehicle:
            try add(NID_basic_constraints, "critical,CA:FALSE", issuer)
            try add(NID_key_usage, "critical,digitalSignature", issuer)
        }
        // The authority's identifier is taken from the issuer, which may be this very certificate.
        try add(NID_subject_key_identifier, "hash", issuer)
        try add(NID_authority_key_identifier, "keyid:always", issuer)
        let usages = template.effectiveUsages
        for usage in usages where !isObjectIdentifier(usage) {
            throw CertificateError(
                path: "new certificate",
                reason: .unusableText(text: usage, field: "extended key usage")
            )
        }
        if !usages.isEmpty { try add(NID_ext_key_usage, usages.joined(separator: ","), issuer) }
        var hosts: [String] = []
        for host in template.hosts {
            guard let checked = ServerHost(host) else {
                throw CertificateError(path: "new certificate", reason: .unusableText(text: host, field: "host"))
            }
            hosts.append(checked.setting)
        }
        if !hosts.isEmpty { try add(NID_subject_alt_name, hosts.joined(separator: ","), issuer) }
        guard let url = template.issuerURL else { return }
        // A comma would begin another location.
        guard !url.utf8.contains(where: { $0 <= 0x20 || $0 >= 0x7F || $0 == UInt8(ascii: ",") }) else {
            throw CertificateError(path: "new certificate", reason: .unusableText(text: url, field: "issuer's URL"))
        }
        try add(NID_info_access, "caIssuers;URI:\(url)", issuer)
    }

    // SAFETY: the caller keeps the issuer until this returns.
    private func add(_ extensionNumber: Int32, _ value: String, _ issuer: OpaquePointer) throws(CertificateError) {
        var context = X509V3_CTX()
        // SAFETY: the context only lends both certificates to the call below it; the extension is copied and freed.
        X509V3_set_ctx(&context, issuer, pointer, nil, nil, 0)
        guard let made = X509V3_EXT_conf_nid(nil, &context, extensionNumber, value) else {
            throw failure("making the extension \(value)", for: template)
        }
        defer { X509_EXTENSION_free(made) }
        guard X509_add_ext(pointer, made, -1) == 1 else {
            throw failure("adding the extension \(value)", for: template)
        }
    }

    /// As strong as the key that signs.
    // SAFETY: digests are constants of the library.
    private func digest(for key: KeyKind) -> OpaquePointer? {
        switch key {
        case .ellipticCurve("P-384", _): EVP_sha384()
        case .ellipticCurve("P-521", _): EVP_sha512()
        default: EVP_sha256()
        }
    }
}

private func failure(_ step: String, for template: CertificateTemplate) -> CertificateError {
    CertificateError(
        path: "certificate for \(template.commonName.debugDescription)",
        reason: .failed(step: step, detail: takeOpenSSLReason())
    )
}
