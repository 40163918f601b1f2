/// Appends a whole answer.
///
/// - Parameters:
///   - reason: the words after the status; nil takes the registered ones.
///   - headers: without Content-Length and Connection, which are added here. Line breaks in values become spaces.
///   - omitsBody: true in an answer to HEAD, which tells the length and sends nothing.
///   - closes: whether to tell the peer that the connection ends with this answer.
package func appendResponse(
    status: Int,
    reason: String? = nil,
    headers: [(name: String, value: String)] = [],
    body: [UInt8] = [],
    omitsBody: Bool = false,
    closes: Bool = false,
    to output: inout [UInt8]
) {
    output.append(contentsOf: "HTTP/1.1 \(status) \(reason ?? reasonPhrase(status))\r\n".utf8)
    for header in headers { appendHeader(header.name, header.value, to: &output) }
    // RFC 9110 section 8.6 forbids the header in these answers.
    let mayHaveBody = status >= 200 && status != 204
    if mayHaveBody { appendHeader("Content-Length", String(body.count), to: &output) }
    if closes { appendHeader("Connection", "close", to: &output) }
    output.append(contentsOf: "\r\n".utf8)
    if mayHaveBody, !omitsBody { output.append(contentsOf: body) }
}

/// Appends an answer whose body is a line of plain text.
package func appendTextResponse(
    status: Int,
    text: String,
    headers: [(name: String, value: String)] = [],
    closes: Bool = false,
    to output: inout [UInt8]
) {
    appendResponse(
        status: status,
        headers: [(name: "Content-Type", value: "text/plain; charset=utf-8")] + headers,
        body: Array(text.utf8) + [0x0a],
        closes: closes,
        to: &output
    )
}

func appendHeader(_ name: String, _ value: String, to output: inout [UInt8]) {
    output.append(contentsOf: name.utf8)
    output.append(contentsOf: ": ".utf8)
    output.append(contentsOf: value.utf8.lazy.map { $0 == 0x0d || $0 == 0x0a || $0 == 0 ? 0x20 : $0 })
    output.append(contentsOf: "\r\n".utf8)
}

/// The registered words for the statuses that we send; empty for others.
package func reasonPhrase(_ status: Int) -> String {
    switch status {
    case 101: "Switching Protocols"
    case 200: "OK"
    case 204: "No Content"
    case 400: "Bad Request"
    case 401: "Unauthorized"
    case 403: "Forbidden"
    case 404: "Not Found"
    case 405: "Method Not Allowed"
    case 408: "Request Timeout"
    case 413: "Content Too Large"
    case 426: "Upgrade Required"
    case 429: "Too Many Requests"
    case 431: "Request Header Fields Too Large"
    case 500: "Internal Server Error"
    case 503: "Service Unavailable"
    default: ""
    }
}
