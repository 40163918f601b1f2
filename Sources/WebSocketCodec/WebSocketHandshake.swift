internal import TextCodec

/// Why an HTTP request does not become a WebSocket, in HTTP's terms.
package struct UpgradeRefusal: Error, Sendable, Hashable, CustomStringConvertible {
    /// Status of the answer: 400, 405 or 426.
    package let status: Int
    /// What was wrong and what to do, for the answer's body.
    package let reason: String
    /// Headers that the status demands.
    package let headers: [Header]

    package struct Header: Sendable, Hashable {
        package let name: String
        package let value: String
    }

    package var description: String { reason }
}

/// Why a server's answer does not open a WebSocket.
package enum UpgradeAnswerError: Error, Sendable, Hashable, CustomStringConvertible {
    case notSwitchingProtocols(status: Int)
    case headerMissing(name: String, expected: String)
    /// The server did not prove that it read our key.
    case acceptWrong(expected: String, found: String?)
    /// The server chose what we never offered.
    case unexpected(header: String, value: String)

    package var description: String {
        switch self {
        case .notSwitchingProtocols(let status): "the server answered \(status) instead of 101"
        case .headerMissing(let name, let expected): "the answer's header \(name) does not contain \(expected)"
        case .acceptWrong(let expected, let found):
            "the answer's Sec-WebSocket-Accept is \(found ?? "missing"), not \(expected)"
        case .unexpected(let header, let value): "the server chose \(header): \(value), which was not offered"
        }
    }
}

/// The HTTP exchange that opens a WebSocket, for both sides.
///
/// Independent of how HTTP is read: headers are asked for by name, in any case, and come as all their values in
/// order. Origin, subprotocols and extensions are ignored by servers, as the reference does.
///
/// Source: RFC 6455 sections 4.1 and 4.2.
package enum WebSocketHandshake {
    private static let salt = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"

    /// What the server must answer to a client's key.
    package static func accept(for key: String) -> String {
        Base64.encode(SHA1.digest(of: Array(key.utf8) + Array(salt.utf8)))
    }

    /// A client's key: 16 random bytes, written down.
    package static func key(from bytes: [UInt8]) -> String { Base64.encode(bytes) }

    // MARK: Server

    /// Checks a request.
    ///
    /// - Parameters:
    ///   - method: as it stands in the request, e.g. `GET`.
    ///   - minorVersion: of HTTP/1; 1 or higher is needed.
    ///   - values: all values of a header.
    /// - Returns: the client's key, for ``appendResponse(key:headers:to:)``.
    package static func check(
        method: String,
        minorVersion: Int,
        headers values: (_ name: String) -> [String]
    ) throws(UpgradeRefusal) -> String {
        guard method == "GET" else {
            throw refusal(405, "A WebSocket is opened with GET, not \(method).", [("Allow", "GET")])
        }
        guard minorVersion >= 1 else {
            throw refusal(400, "A WebSocket needs HTTP/1.1; this request came over HTTP/1.0.")
        }
        guard contains(values("Upgrade"), "websocket") else {
            throw refusal(400, "This address speaks WebSocket only: the request lacks the header 'Upgrade: websocket'.")
        }
        guard contains(values("Connection"), "upgrade") else {
            throw refusal(
                400,
                "The request lacks the header 'Connection: Upgrade'; a proxy in between may have removed it."
            )
        }
        let versions = values("Sec-WebSocket-Version")
        guard versions.count == 1, trimmed(versions[0]) == "13" else {
            let found = versions.isEmpty ? "none" : versions.joined(separator: ", ")
            throw refusal(
                426,
                "WebSocket version 13 is needed; the request's Sec-WebSocket-Version is \(found).",
                [("Upgrade", "websocket"), ("Connection", "Upgrade"), ("Sec-WebSocket-Version", "13")]
            )
        }
        let keys = values("Sec-WebSocket-Key")
        guard keys.count == 1, case let key = trimmed(keys[0]), Base64.decode(key.utf8, .standard)?.count == 16 else {
            throw refusal(400, "The request needs exactly one Sec-WebSocket-Key, 16 bytes in Base64.")
        }
        return key
    }

    /// Appends the answer after which both sides speak WebSocket.
    package static func appendResponse(
        key: String,
        headers: [(name: String, value: String)] = [],
        to output: inout [UInt8]
    ) {
        output.append(contentsOf: "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n".utf8)
        output.append(contentsOf: "Connection: Upgrade\r\nSec-WebSocket-Accept: \(accept(for: key))\r\n".utf8)
        appendHeaders(headers, to: &output)
    }

    // MARK: Client

    /// Appends a client's request.
    ///
    /// - Parameters:
    ///   - host: with the port when it is not the scheme's own.
    ///   - key: from ``key(from:)``.
    package static func appendRequest(
        host: String,
        path: String = "/",
        key: String,
        headers: [(name: String, value: String)] = [],
        to output: inout [UInt8]
    ) {
        output.append(contentsOf: "GET \(path) HTTP/1.1\r\nHost: \(host)\r\nUpgrade: websocket\r\n".utf8)
        output.append(contentsOf: "Connection: Upgrade\r\nSec-WebSocket-Key: \(key)\r\n".utf8)
        output.append(contentsOf: "Sec-WebSocket-Version: 13\r\n".utf8)
        appendHeaders(headers, to: &output)
    }

    /// Checks a server's answer to a request with `key` that offered no subprotocols and extensions.
    package static func checkAnswer(
        status: Int,
        key: String,
        headers values: (_ name: String) -> [String]
    ) throws(UpgradeAnswerError) {
        guard status == 101 else { throw .notSwitchingProtocols(status: status) }
        guard contains(values("Upgrade"), "websocket") else {
            throw .headerMissing(name: "Upgrade", expected: "websocket")
        }
        guard contains(values("Connection"), "upgrade") else {
            throw .headerMissing(name: "Connection", expected: "Upgrade")
        }
        let expected = accept(for: key)
        let found = values("Sec-WebSocket-Accept")
        guard found.count == 1, trimmed(found[0]) == expected else {
            throw .acceptWrong(expected: expected, found: found.first)
        }
        for header in ["Sec-WebSocket-Extensions", "Sec-WebSocket-Protocol"] {
            if let value = values(header).first(where: { !trimmed($0).isEmpty }) {
                throw .unexpected(header: header, value: value)
            }
        }
    }

    // MARK: Words

    /// Whether one of the comma-separated lists contains the word, in any case.
    private static func contains(_ lists: [String], _ word: String) -> Bool {
        lists.contains { list in
            list.split(separator: ",").contains { trimmed($0).lowercased() == word }
        }
    }

    private static func trimmed(_ text: some StringProtocol) -> String {
        var characters = Substring(text)
        while let first = characters.utf8.first, first == 0x20 || first == 0x09 { characters.removeFirst() }
        while let last = characters.utf8.last, last == 0x20 || last == 0x09 { characters.removeLast() }
        return String(characters)
    }

    private static func appendHeaders(_ headers: [(name: String, value: String)], to output: inout [UInt8]) {
        for header in headers {
            output.append(contentsOf: "\(header.name): \(header.value)\r\n".utf8)
        }
        output.append(contentsOf: "\r\n".utf8)
    }

    private static func refusal(
        _ status: Int,
        _ reason: String,
        _ headers: [(name: String, value: String)] = []
    ) -> UpgradeRefusal {
        UpgradeRefusal(
            status: status,
            reason: reason,
            headers: headers.map { UpgradeRefusal.Header(name: $0.name, value: $0.value) }
        )
    }
}
