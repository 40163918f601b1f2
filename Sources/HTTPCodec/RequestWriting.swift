/// Appends a whole request.
///
/// - Parameters:
///   - target: path and query, as they stand in the first line.
///   - headers: without Content-Length, which is added here. Line breaks in values become spaces.
package func appendRequest(
    method: String,
    target: String,
    headers: [(name: String, value: String)],
    body: [UInt8],
    to output: inout [UInt8]
) {
    output.append(contentsOf: "\(method) \(target) HTTP/1.1\r\n".utf8)
    for header in headers { appendHeader(header.name, header.value, to: &output) }
    // RFC 9110 section 8.6: methods that give a body no meaning go without the header when there is none.
    if !body.isEmpty || !["GET", "HEAD", "OPTIONS", "DELETE"].contains(method) {
        appendHeader("Content-Length", String(body.count), to: &output)
    }
    output.append(contentsOf: "\r\n".utf8)
    output.append(contentsOf: body)
}

/// Whether a text can be a header's name.
///
/// Source: RFC 9110 section 5.6.2.
package func isHeaderName(_ text: String) -> Bool { !text.isEmpty && text.utf8.allSatisfy(isTokenByte) }

/// Whether a text can be a header's value: no line break, no other control character.
package func isHeaderValue(_ text: String) -> Bool { text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7f || $0 == 0x09 } }
