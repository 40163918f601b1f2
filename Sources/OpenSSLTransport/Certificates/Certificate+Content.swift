internal import COpenSSL
internal import Glibc

/// What kind of public key a certificate or key file holds.
package enum KeyKind: Sendable, Hashable, CustomStringConvertible {
    case rsa(bits: Int)
    /// Name as NIST writes it where it has one: `P-256`, `P-384`, `P-521`.
    case ellipticCurve(name: String, bits: Int)
    case other(name: String, bits: Int)
    /// The key cannot be decoded.
    case unreadable

    package var description: String {
        switch self {
        case .rsa(let bits): "RSA \(bits)"
        case .ellipticCurve(let name, _): "EC \(name)"
        case .other(let name, let bits): "\(name) \(bits)"
        case .unreadable: "unreadable key"
        }
    }

    /// Below what OpenSSL's defaults accept.
    package var isWeak: Bool {
        switch self {
        case .rsa(let bits): bits < 2048
        case .ellipticCurve(_, let bits): bits < 224
        case .other, .unreadable: false
        }
    }
}

extension Certificate {
    /// The subject in one line, e.g. `C=US,O=Tesla,CN=Tesla Product Root CA`.
    package var subject: String { CertificateName(X509_get_subject_name(pointer)).line }
    package var issuer: String { CertificateName(X509_get_issuer_name(pointer)).line }
    package var subjectCommonName: String { CertificateName(X509_get_subject_name(pointer)).commonName }
    package var issuerCommonName: String { CertificateName(X509_get_issuer_name(pointer)).commonName }

    /// Extended key usages in dotted form, in certificate order.
    package var extendedKeyUsages: [String] { OpenSSLTransport.extendedKeyUsages(of: pointer) }

    /// Whether a TLS server may use it: its usages name servers, or anything, or are not limited at all.
    package var isForServers: Bool {
        let (usages, anyUsage) = (extendedKeyUsages, "2.5.29.37.0")
        return usages.isEmpty || usages.contains(CertificateTemplate.serverAuthentication) || usages.contains(anyUsage)
    }

    /// DNS names of the subject alternative name, in order.
    package var dnsNames: [String] { alternativeNames().dns }

    /// IP addresses of the subject alternative name, in order, as numbers.
    package var ipAddresses: [String] { alternativeNames().ip }

    /// Unix seconds from which it is valid. A date that cannot be read counts as never reached.
    package var notBefore: Int64 { unixSeconds(X509_get0_notBefore(pointer)) ?? .max }

    /// Unix seconds until which it is valid. A date that cannot be read counts as over.
    package var notAfter: Int64 { unixSeconds(X509_get0_notAfter(pointer)) ?? .min }

    package var key: KeyKind {
        defer { ERR_clear_error() }
        return keyKind(X509_get0_pubkey(pointer))
    }

    /// Whether it may issue certificates.
    package var isCertificateAuthority: Bool { X509_check_ca(pointer) > 0 }

    /// Whether its own key signed it.
    package var isSelfSigned: Bool {
        defer { ERR_clear_error() }
        return X509_self_signed(pointer, 1) == 1
    }

    /// The serial number in lower-case hexadecimal digits, two per byte.
    package var serial: String {
        // SAFETY: the number belongs to the certificate; its bytes are copied.
        guard let number = X509_get0_serialNumber(pointer), let data = ASN1_STRING_get0_data(number) else { return "" }
        let sign = ASN1_STRING_type(number) == V_ASN1_NEG_INTEGER ? "-" : ""
        return sign + hexadecimal(UnsafeBufferPointer(start: data, count: Int(ASN1_STRING_length(number))))
    }

    /// Name of the algorithm that its issuer signed it with, e.g. `ecdsa-with-SHA256`.
    package var signatureAlgorithm: String {
        // SAFETY: the name is a constant of the library.
        OBJ_nid2ln(X509_get_signature_nid(pointer)).map { String(cString: $0) } ?? "unknown"
    }

    /// SHA-256 of the whole certificate, in lower-case hexadecimal digits: its fingerprint.
    package var sha256: String {
        var digest = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
        var count: UInt32 = 0
        // SAFETY: OpenSSL writes at most EVP_MAX_MD_SIZE bytes.
        guard X509_digest(pointer, EVP_sha256(), &digest, &count) == 1 else { return "" }
        return hexadecimal(digest.prefix(Int(count)))
    }

    /// SHA-256 of the public key with its algorithm, in lower-case hexadecimal digits.
    package var publicKeySHA256: String {
        // SAFETY: the encoding is allocated for us and freed here.
        var encoded: UnsafeMutablePointer<UInt8>?
        let length = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(pointer), &encoded)
        defer { fleet_OPENSSL_free(encoded) }
        guard length > 0, let encoded else {
            ERR_clear_error()
            return ""
        }
        // SAFETY: OpenSSL wrote as many bytes as it says.
        return sha256Text(UnsafeBufferPointer(start: encoded, count: Int(length)))
    }

    /// The certificate as binary DER.
    package var der: [UInt8] {
        // SAFETY: the encoding is allocated for us, copied, and freed here.
        var encoded: UnsafeMutablePointer<UInt8>?
        let length = i2d_X509(pointer, &encoded)
        defer { fleet_OPENSSL_free(encoded) }
        guard length > 0, let encoded else { return [] }
        return Array(UnsafeBufferPointer(start: encoded, count: Int(length)))
    }

    /// The certificate as PEM text, with a line break at the end.
    package var pem: [UInt8] { writePEM { PEM_write_bio_X509($0, pointer) } }

    /// Where the issuer's certificate may be fetched, when it says so.
    package var issuerURL: String? {
        guard let raw = X509_get_ext_d2i(pointer, NID_info_access, nil, nil) else {
            ERR_clear_error()
            return nil
        }
        // SAFETY: the list was decoded for us and is freed here; the descriptions belong to it.
        let list = OpaquePointer(raw)
        defer { fleet_sk_ACCESS_DESCRIPTION_pop_free(list) }
        for index in 0..<max(0, fleet_sk_ACCESS_DESCRIPTION_num(list)) {
            // SAFETY: the type of a name says which member of its union is set.
            guard let description = fleet_sk_ACCESS_DESCRIPTION_value(list, index)?.pointee,
                OBJ_obj2nid(description.method) == NID_ad_ca_issuers,
                let location = description.location, location.pointee.type == GEN_URI,
                let text = location.pointee.d.uniformResourceIdentifier
            else { continue }
            return readText(text)
        }
        return nil
    }

    /// Whether `issuer` signed this certificate: names, key identifiers and the signature itself are compared.
    package func isIssued(by issuer: Certificate) -> Bool {
        defer { ERR_clear_error() }
        guard X509_check_issued(issuer.pointer, pointer) == X509_V_OK,
            // SAFETY: the key belongs to the issuer, which the caller keeps.
            let key = X509_get0_pubkey(issuer.pointer)
        else { return false }
        return X509_verify(pointer, key) == 1
    }

    /// What the key may be used for, as X.509 names it, e.g. `digitalSignature`; empty when nothing is said of it.
    package var keyUsages: [String] {
        guard X509_get_extension_flags(pointer) & UInt32(EXFLAG_KUSAGE) != 0 else { return [] }
        let bits = X509_get_key_usage(pointer)
        return Self.keyUsageNames.filter { bits & UInt32($0.bit) != 0 }.map(\.name)
    }

    private static let keyUsageNames = [
        (KU_DIGITAL_SIGNATURE, "digitalSignature"), (KU_NON_REPUDIATION, "nonRepudiation"),
        (KU_KEY_ENCIPHERMENT, "keyEncipherment"), (KU_DATA_ENCIPHERMENT, "dataEncipherment"),
        (KU_KEY_AGREEMENT, "keyAgreement"), (KU_KEY_CERT_SIGN, "keyCertSign"), (KU_CRL_SIGN, "cRLSign"),
    ].map { (bit: $0.0, name: $0.1) }

    private func alternativeNames() -> (dns: [String], ip: [String]) {
        guard let raw = X509_get_ext_d2i(pointer, NID_subject_alt_name, nil, nil) else {
            ERR_clear_error()
            return ([], [])
        }
        // SAFETY: the list was decoded for us, and is handed over.
        return OpenSSLTransport.alternativeNames(owning: OpaquePointer(raw))
    }
}

/// DNS names and IP addresses of a decoded list, which is freed here.
// SAFETY: the caller hands the list over; the names belong to it.
func alternativeNames(owning list: OpaquePointer) -> (dns: [String], ip: [String]) {
    defer { GENERAL_NAMES_free(list) }
    var found: (dns: [String], ip: [String]) = ([], [])
    for index in 0..<max(0, fleet_sk_GENERAL_NAME_num(list)) {
        guard let name = fleet_sk_GENERAL_NAME_value(list, index)?.pointee else { continue }
        // SAFETY: the type says which member of the union is set.
        if name.type == GEN_DNS, let text = name.d.dNSName { found.dns.append(readText(text)) }
        if name.type == GEN_IPADD, let address = name.d.iPAddress, let text = readAddress(address) {
            found.ip.append(text)
        }
    }
    return found
}

// SAFETY: the caller owns the string and keeps it until this returns.
private func readAddress(_ octets: UnsafePointer<ASN1_STRING>) -> String? {
    let length = ASN1_STRING_length(octets)
    guard length == 4 || length == 16, let data = ASN1_STRING_get0_data(octets) else { return nil }
    var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
    // SAFETY: `data` holds 4 or 16 bytes, as the family needs; the text has room for either form.
    guard inet_ntop(length == 4 ? AF_INET : AF_INET6, data, &text, socklen_t(text.count)) != nil else { return nil }
    return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
}

// SAFETY: the caller owns the time and keeps it until this returns.
private func unixSeconds(_ time: UnsafePointer<ASN1_TIME>?) -> Int64? {
    guard let time else { return nil }
    var parts = tm()
    guard ASN1_TIME_to_tm(time, &parts) == 1 else {
        ERR_clear_error()
        return nil
    }
    return Int64(timegm(&parts))
}

// SAFETY: the caller owns the key and keeps it until this returns.
func keyKind(_ key: OpaquePointer?) -> KeyKind {
    guard let key else { return .unreadable }
    let bits = Int(EVP_PKEY_get_bits(key))
    switch EVP_PKEY_get_base_id(key) {
    case EVP_PKEY_RSA, EVP_PKEY_RSA_PSS: return .rsa(bits: bits)
    case EVP_PKEY_EC:
        var name = [CChar](repeating: 0, count: 80)
        var length = 0
        guard EVP_PKEY_get_group_name(key, &name, name.count, &length) == 1 else {
            return .ellipticCurve(name: "explicit parameters", bits: bits)
        }
        let text = String(decoding: name.prefix(length).map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let common = ["prime256v1": "P-256", "secp384r1": "P-384", "secp521r1": "P-521"]
        return .ellipticCurve(name: common[text] ?? text, bits: bits)
    default:
        // SAFETY: the name belongs to the key and is copied.
        return .other(name: EVP_PKEY_get0_type_name(key).map { String(cString: $0) } ?? "unknown", bits: bits)
    }
}

/// What a writer of PEM puts into the memory BIO that it gets.
// SAFETY: the BIO lives for the call; its content is copied.
func writePEM(_ write: (OpaquePointer) -> Int32) -> [UInt8] {
    guard let bio = BIO_new(BIO_s_mem()) else { return [] }
    defer { BIO_free(bio) }
    var data: UnsafeMutablePointer<CChar>?
    guard write(bio) == 1, case let count = fleet_BIO_get_mem_data(bio, &data), count > 0, let data else {
        ERR_clear_error()
        return []
    }
    // SAFETY: the BIO owns `count` bytes at `data`, and is freed after they were copied.
    return UnsafeRawBufferPointer(start: data, count: count).map { $0 }
}
