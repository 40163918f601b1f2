package import OpenSSLTransport

/// The `ca` text of a vehicle's configuration: PEM of the authorities that the vehicle shall believe.
///
/// Source: fleet_telemetry_config, `ca`: PEM text, the complete chain that signs the server's certificate.
package struct AuthorityText: Sendable {
    /// In the order of the text. Never empty.
    package let certificates: [Certificate]

    /// Where a text was found, which decides what its escapes mean.
    package enum Origin: Sendable, Hashable {
        /// A file of its own. Somebody may have copied the string out of a JSON file, with `\n` for line breaks.
        case file(String)
        /// The value of a JSON string, which a vehicle gets as it is.
        case value(String)

        package var name: String {
            switch self {
            case .file(let path): path
            case .value(let key): key
            }
        }
    }

    /// - Throws: an ``AuthorityFinding`` that says what stands there instead.
    package init(_ text: [UInt8], from origin: Origin) throws(AuthorityFinding) {
        var text = text
        if case .file = origin { text = Self.withLineBreaks(text) }
        if let fault = Self.fault(in: text) { throw fault }
        do throws(CertificateError) {
            certificates = try Certificate.readAll(pem: text, from: origin.name)
        } catch {
            throw .unusable(reason: error.reasonText, remedy: error.remedy)
        }
    }

    /// A copied JSON string, with real line breaks.
    private static func withLineBreaks(_ text: [UInt8]) -> [UInt8] {
        guard !text.dropLast().contains(UInt8(ascii: "\n")), contains(text, #"\n"#) else { return text }
        let words = String(decoding: text, as: UTF8.self)
        return Array(words.replacing(#"\n"#, with: "\n").replacing("\"", with: "").utf8)
    }

    private static func fault(in text: [UInt8]) -> AuthorityFinding? {
        let words = String(decoding: text, as: UTF8.self)
        let trimmed = words.trimmed
        if trimmed.isEmpty {
            return .unusable(reason: "is empty", remedy: "write the PEM text of the CA chain into it")
        }
        guard contains(text, "-----BEGIN ") else {
            if isPath(trimmed) { return .isPath(String(trimmed)) }
            return .unusable(
                reason: "is no PEM text: it has no line that begins with -----BEGIN",
                remedy: "write the PEM text of the CA chain, from -----BEGIN CERTIFICATE----- on"
            )
        }
        if contains(text, "PRIVATE KEY-----") { return .holdsPrivateKey }
        if contains(text, #"-----\n"#) {
            return .unusable(
                reason: #"has the two characters \n where line breaks belong: it was escaped twice"#,
                remedy: "let one tool alone write the JSON, e.g. jq --rawfile ca ca.pem '.ca = $ca'"
            )
        }
        guard trimmed.contains("\n") else {
            return .unusable(
                reason: "has lost its line breaks: the whole PEM text stands on one line",
                remedy: #"keep the line breaks; in JSON each is written as \n"#
            )
        }
        return nil
    }

    /// One line without spaces that looks like the name of a file.
    private static func isPath(_ text: Substring) -> Bool {
        guard !text.contains(where: \.isWhitespace), text.utf8.count < 4096 else { return false }
        let endings = [".pem", ".crt", ".cer", ".der", ".ca", ".key", ".txt"]
        return text.hasPrefix("/") || text.hasPrefix("./") || text.hasPrefix("../") || text.hasPrefix("~")
            || text.hasPrefix("@") || endings.contains { text.lowercased().hasSuffix($0) }
    }

    private static func contains(_ text: [UInt8], _ words: String) -> Bool {
        let wanted = Array(words.utf8)
        guard text.count >= wanted.count else { return false }
        return (0...(text.count - wanted.count)).contains { text[$0] == wanted[0] && text[$0...].starts(with: wanted) }
    }
}

extension String {
    fileprivate var trimmed: Substring {
        var rest = self[...]
        while rest.first?.isWhitespace == true { rest.removeFirst() }
        while rest.last?.isWhitespace == true { rest.removeLast() }
        return rest
    }
}
