package import HTTPCodec

/// A request as the caller puts it together.
package struct HTTPCall: Sendable {
    package struct Header: Sendable, Hashable {
        package let name: String
        package let value: String

        package init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    package var method: String
    /// Path and query; nil for those of the client's address.
    package var target: String?
    /// Host and Content-Length are added when it is sent.
    package var headers: [Header]
    /// Headers that only the address asked for may see; a redirect to another origin goes without them.
    package var privateHeaders: [Header]
    package var body: [UInt8]

    package init(
        method: String,
        target: String? = nil,
        headers: [Header] = [],
        privateHeaders: [Header] = [],
        body: [UInt8] = []
    ) {
        self.method = method
        self.target = target
        self.headers = headers
        self.privateHeaders = privateHeaders
        self.body = body
    }
}

/// What a server answered.
package struct HTTPAnswer: Sendable {
    /// 200 to 999.
    package let status: Int
    package let headers: HeaderFields
    package let body: [UInt8]
}

/// How an ``HTTPClient`` goes about it.
package struct HTTPClientSettings: Sendable {
    /// From the name to a connection that can be used, TLS included.
    package var connectMilliseconds = 10_000
    /// From the first byte sent to the last byte received; without connecting, and for each redirect anew.
    package var answerMilliseconds = 30_000
    /// The longest body of an answer.
    package var answerLimitBytes = 64 * 1024
    /// How many redirects in a row are followed; 0 hands them to the caller as answers.
    package var redirectLimit = 0

    package init() {}
}
