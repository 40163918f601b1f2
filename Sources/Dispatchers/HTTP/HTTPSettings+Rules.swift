package import ConfigurationSchema
internal import HTTPClient
internal import HTTPCodec

extension HTTPSettings {
    package func examine(at path: String, _ reader: inout SettingReader) {
        examineHeaders(at: settingPath(path, "headers"), &reader)
        examineBatch(at: path, &reader)
        examineSigning(at: path, &reader)
        examineTransport(at: path, &reader)
    }

    /// Headers that the request has by itself: two of them would be two requests to some, and an error to others.
    private static let reservedHeaders: Set = [
        "host", "content-length", "transfer-encoding", "connection", "expect", "upgrade", "te", "trailer",
    ]

    private func examineHeaders(at path: String, _ reader: inout SettingReader) {
        for (name, value) in (headers ?? [:]).sorted(by: { $0.key < $1.key }) {
            let fault: (problem: String, remedy: String)
            if !isHeaderName(name) {
                fault = ("this is no header name", "names hold letters, digits and hyphens; remove blanks and colons")
            } else if !isHeaderValue(value) {
                fault = ("the value holds a line break or another control character", "write it on one line")
            } else if Self.reservedHeaders.contains(name.lowercased()) {
                fault = ("the request sets this header itself", "remove it")
            } else if name.lowercased() == "authorization" {
                fault = ("it has a section of its own", "write \"authorization\": {\"value\": ...} beside \"headers\"")
            } else {
                continue
            }
            reader.report(
                .malformed,
                at: settingPath(path, name),
                problem: fault.problem,
                reason: "Each request would carry the header, and the endpoint could read two requests in one.",
                remedy: fault.remedy
            )
        }
    }

    private func examineBatch(at path: String, _ reader: inout SettingReader) {
        let key = "\(path).batch.max_records"
        guard !format.holdsSeveral, batch.maxRecords > 1, !reader.hasFinding(at: key) else { return }
        reader.report(
            .contradiction,
            at: key,
            problem: "the format \(format.rawValue) holds one record, and \(batch.maxRecords) are asked for",
            reason: "Whoever reads the format expects one record in each request.",
            remedy: "choose the format ndjson, json_array, splunk or cloudevents, or remove max_records"
        )
    }

    private func examineSigning(at path: String, _ reader: inout SettingReader) {
        guard let secret = signingSecret, !secret.value.isEmpty, WebhookSigner(secret: secret.value.revealed) == nil
        else { return }
        reader.report(
            .malformed,
            at: "\(path).signing_secret.value",
            problem: "this is no signing secret",
            reason: "Standard Webhooks signs with 24 to 64 random bytes, written as whsec_ and their base64.",
            remedy: "write whsec_ and what this prints: head -c 32 /dev/urandom | base64"
        )
    }

    private func examineTransport(at path: String, _ reader: inout SettingReader) {
        if clientCert.isEmpty != clientKey.isEmpty {
            let (given, missing) = clientCert.isEmpty ? ("client_key", "client_cert") : ("client_cert", "client_key")
            reader.report(
                .missing,
                at: "\(path).\(given)",
                problem: "\(missing) is missing beside it",
                reason: "A certificate proves something only with its private key.",
                remedy: "add \"\(missing)\", or remove \"\(given)\""
            )
        }
        guard let address = try? HTTPAddress(url) else { return }
        if address.isSecure { return }
        if !caFile.isEmpty {
            reader.report(
                .ineffective,
                at: "\(path).ca_file",
                severity: .warning,
                problem: "has no effect, because url begins with http://",
                reason: "Without TLS there is no certificate to verify.",
                remedy: "write https:// in url, or remove ca_file"
            )
        }
        let isLocal = ["localhost", "::1"].contains(address.host) || address.host.hasPrefix("127.")
        guard !isLocal else { return }
        reader.report(
            .unusual,
            at: "\(path).url",
            severity: .warning,
            problem: "records travel unencrypted",
            reason: "They say where cars are, and whoever sees them on the way sees authorization as well.",
            remedy: "write https://, unless nobody else is on the network in between"
        )
    }
}
