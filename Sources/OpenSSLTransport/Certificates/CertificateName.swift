internal import COpenSSL
internal import TelemetryModel

/// What a distinguished name says.
struct CertificateName {
    /// `C=US,O=Tesla,CN=…`: attributes in certificate order, special and control characters escaped.
    var line = ""
    /// The last one, as the reference takes it; empty when there is none.
    var commonName = ""
    var organizationalUnits: [String] = []

    // SAFETY: the caller owns the name and keeps it until this returns.
    init(_ name: OpaquePointer?) {
        guard let name else { return }
        var previousSet: Int32 = -1
        for index in 0..<max(0, X509_NAME_entry_count(name)) {
            // SAFETY: entry, object and value belong to the name; their content is copied.
            guard let entry = X509_NAME_get_entry(name, index), let object = X509_NAME_ENTRY_get_object(entry),
                let value = X509_NAME_ENTRY_get_data(entry)
            else { continue }
            let nid = OBJ_obj2nid(object)
            let text = readText(value)
            switch nid {
            case NID_commonName: commonName = text
            case NID_organizationalUnitName: organizationalUnits.append(text)
            default: break
            }
            let set = X509_NAME_ENTRY_set(entry)
            if !line.isEmpty { line += set == previousSet ? "+" : "," }
            previousSet = set
            line += label(of: object, nid: nid)
            line += "="
            line += escaped(text)
        }
    }
}

/// What identity depends on, of a certificate that the caller keeps alive.
///
/// Costs a few microseconds: it is called once per handshake.
// SAFETY: the caller owns the certificate and keeps it until this returns; everything is copied.
func certificateFacts(of x509: OpaquePointer) -> CertificateFacts {
    let subject = CertificateName(X509_get_subject_name(x509))
    let issuer = CertificateName(X509_get_issuer_name(x509))
    return CertificateFacts(
        issuerCommonName: issuer.commonName,
        subjectCommonName: subject.commonName,
        organizationalUnits: subject.organizationalUnits,
        extendedKeyUsages: extendedKeyUsages(of: x509),
        subject: subject.line,
        issuer: issuer.line
    )
}

/// Extended key usages in dotted form, in certificate order; empty when the certificate has none.
// SAFETY: the caller owns the certificate and keeps it until this returns.
func extendedKeyUsages(of x509: OpaquePointer) -> [String] {
    guard let raw = X509_get_ext_d2i(x509, NID_ext_key_usage, nil, nil) else {
        ERR_clear_error()
        return []
    }
    // SAFETY: the list was decoded for us and is freed here; the objects belong to it.
    let list = OpaquePointer(raw)
    defer { fleet_sk_ASN1_OBJECT_pop_free(list) }
    return (0..<max(0, fleet_sk_ASN1_OBJECT_num(list))).compactMap { index in
        fleet_sk_ASN1_OBJECT_value(list, index).map(dotted)
    }
}

/// An object identifier as numbers and dots.
// SAFETY: the caller owns the object and keeps it until this returns.
func dotted(_ object: OpaquePointer) -> String {
    var buffer = [CChar](repeating: 0, count: 128)
    let length = OBJ_obj2txt(&buffer, Int32(buffer.count), object, 1)
    guard length > 0 else {
        ERR_clear_error()
        return ""
    }
    if Int(length) >= buffer.count {
        // The length is that of the whole text, of which only the beginning fitted.
        buffer = [CChar](repeating: 0, count: Int(length) + 1)
        _ = OBJ_obj2txt(&buffer, Int32(buffer.count), object, 1)
    }
    return String(decoding: buffer.prefix(Int(length)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
}

/// The text of an ASN.1 string, NUL bytes included; what is not valid becomes U+FFFD.
// SAFETY: the caller owns the string and keeps it until this returns; the text is copied.
func readText(_ string: UnsafePointer<ASN1_STRING>) -> String {
    let length = Int(ASN1_STRING_length(string))
    guard length > 0, let data = ASN1_STRING_get0_data(string) else { return "" }
    switch ASN1_STRING_type(string) {
    case V_ASN1_BMPSTRING, V_ASN1_UNIVERSALSTRING, V_ASN1_T61STRING:
        var converted: UnsafeMutablePointer<UInt8>?
        // SAFETY: the converted text was allocated for us, and is freed here.
        let count = ASN1_STRING_to_UTF8(&converted, string)
        defer { fleet_OPENSSL_free(converted) }
        if count >= 0, let converted {
            return String(decoding: UnsafeBufferPointer(start: converted, count: Int(count)), as: UTF8.self)
        }
        ERR_clear_error()
    default: break
    }
    // SAFETY: `data` holds `length` bytes of the string.
    return String(decoding: UnsafeBufferPointer(start: data, count: length), as: UTF8.self)
}

// SAFETY: the caller owns the object; the short names are constants of the library.
private func label(of object: OpaquePointer, nid: Int32) -> String {
    guard nid != NID_undef, let name = OBJ_nid2sn(nid) else { return dotted(object) }
    return String(cString: name)
}

/// As RFC 4514 escapes, so that a value cannot pretend to be another attribute or another line.
private func escaped(_ text: String) -> String {
    let needsEscape = text.utf8.contains { byte in byte < 0x20 || byte == 0x7F || specials.contains(byte) }
    guard needsEscape || text.utf8.first == 0x20 || text.utf8.first == 0x23 || text.utf8.last == 0x20 else {
        return text
    }
    var result: [UInt8] = []
    let lastIndex = text.utf8.count - 1
    for (index, byte) in text.utf8.enumerated() {
        if byte < 0x20 || byte == 0x7F {
            result.append(UInt8(ascii: "\\"))
            result.append(contentsOf: hexadecimal([byte]).utf8)
            continue
        }
        let isEdge = (byte == 0x20 && (index == 0 || index == lastIndex)) || (byte == 0x23 && index == 0)
        if isEdge || specials.contains(byte) { result.append(UInt8(ascii: "\\")) }
        result.append(byte)
    }
    return String(decoding: result, as: UTF8.self)
}

private let specials: [UInt8] = Array("\\\",+;<>".utf8)

/// Lower-case digits, two per byte.
func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
    let digits = Array("0123456789abcdef".utf8)
    var text: [UInt8] = []
    for byte in bytes {
        text.append(digits[Int(byte >> 4)])
        text.append(digits[Int(byte & 15)])
    }
    return String(decoding: text, as: UTF8.self)
}
