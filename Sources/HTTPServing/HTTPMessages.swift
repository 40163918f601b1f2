package import HTTPCodec

/// A complete request, as handlers see it.
package struct HTTPRequest: Sendable, Hashable {
    /// As sent, e.g. `GET`; methods are case-sensitive.
    package let method: String
    /// What stands before the question mark, as sent.
    package let path: String
    /// What stands after it, as sent; empty when there is none.
    package let query: String
    package let headers: HeaderFields
    /// At most ``HTTPServerSettings/maximumBodyBytes`` long.
    package let body: [UInt8]

    package init(
        method: String,
        path: String,
        query: String = "",
        headers: HeaderFields = HeaderFields(),
        body: [UInt8] = []
    ) {
        self.method = method
        self.path = path
        self.query = query
        self.headers = headers
        self.body = body
    }
}

/// One header of a response. Line breaks in the value are sent as spaces.
package struct HTTPHeader: Sendable, Hashable {
    package let name: String
    package let value: String

    package init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}

/// What a handler answers. Length and connection headers are added when it is sent.
package struct HTTPResponse: Sendable, Hashable {
    package var status: Int
    package var contentType: String
    package var headers: [HTTPHeader]
    package var body: [UInt8]

    package init(status: Int = 200, contentType: String, headers: [HTTPHeader] = [], body: [UInt8]) {
        self.status = status
        self.contentType = contentType
        self.headers = headers
        self.body = body
    }

    /// Plain UTF-8 text, sent as it is.
    package static func text(_ text: String, status: Int = 200, headers: [HTTPHeader] = []) -> HTTPResponse {
        HTTPResponse(status: status, contentType: "text/plain; charset=utf-8", headers: headers, body: Array(text.utf8))
    }

    /// A finished JSON text.
    package static func json(_ body: [UInt8], status: Int = 200) -> HTTPResponse {
        HTTPResponse(status: status, contentType: "application/json", body: body)
    }
}
