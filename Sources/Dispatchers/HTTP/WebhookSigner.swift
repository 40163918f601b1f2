package import HTTPClient
internal import OpenSSLTransport
internal import TextCodec

/// Signs requests as Standard Webhooks does with a shared secret.
///
/// Source: github.com/standard-webhooks/standard-webhooks, spec: "symmetric" signatures.
package struct WebhookSigner: Sendable {
    private let key: [UInt8]

    /// - Parameter secret: base64 of 24 to 64 bytes, mostly behind `whsec_`; nil when it is anything else.
    package init?(secret: String) {
        let digits = secret.hasPrefix("whsec_") ? secret.dropFirst("whsec_".count) : secret[...]
        guard let key = Base64.decode(digits.utf8, .lenient), (24...64).contains(key.count) else { return nil }
        self.key = key
    }

    /// The three headers of a request.
    ///
    /// - Parameters:
    ///   - id: of the event, the same in each attempt.
    ///   - timestamp: of this attempt, in seconds since 1970-01-01T00:00:00Z.
    package func headers(id: String, timestamp: Int64, body: [UInt8]) -> [HTTPCall.Header] {
        let text = Array("\(id).\(timestamp).".utf8) + body
        let code = SHA256.authenticate(text.span, key: key.span)
        return [
            .init("webhook-id", id),
            .init("webhook-timestamp", String(timestamp)),
            .init("webhook-signature", "v1,\(Base64.encode(code))"),
        ]
    }
}
