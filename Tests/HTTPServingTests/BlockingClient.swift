import HTTPCodec
import HTTPServing
import LinuxSystem
import Observability
import Testing

/// What a client got for one request.
struct ReceivedResponse: Equatable {
    var status: Int
    /// Names in lower case.
    var headers: [String: String]
    var body: String
}

/// A client that does what a test tells it, byte by byte, and waits at most ten seconds for anything.
final class BlockingClient {
    private let descriptor: FileDescriptor
    private var input: [UInt8] = []

    init(_ server: HTTPServer) throws {
        descriptor = try TCP.connect(host: "127.0.0.1", port: server.address.port, isBlocking: true)
        TCP.setTimeout(descriptor, milliseconds: 10_000)
    }

    /// Sends text and ignores a server that has closed.
    func send(_ text: String) {
        _ = sendAll(Array(text.utf8))
    }

    /// - Returns: false when the server takes no more.
    func sendAll(_ bytes: [UInt8]) -> Bool {
        var sent = 0
        while sent < bytes.count {
            guard let count = try? TCP.send(bytes.span.extracting(sent...), to: descriptor) else { return false }
            sent += count
        }
        return true
    }

    func finishSending() { TCP.shutdownSending(descriptor) }

    /// The next bytes; empty at the end of the stream or after a reset.
    private func read() throws -> ArraySlice<UInt8> {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        do {
            let count = try #require(try descriptor.read(into: &buffer), "nothing came within ten seconds")
            return buffer[..<count]
        } catch let error as SystemCallError where error.code == SystemCallError.connectionReset {
            return []
        }
    }

    /// The next response; nil at the end of the stream.
    func receive(hasBody: Bool = true) throws -> ReceivedResponse? {
        while true {
            if let response = try parse(hasBody: hasBody) { return response }
            let bytes = try read()
            if bytes.isEmpty {
                try #require(
                    input.isEmpty,
                    "the stream ended within a response: \(String(decoding: input, as: UTF8.self))"
                )
                return nil
            }
            input += bytes
        }
    }

    private func parse(hasBody: Bool) throws -> ReceivedResponse? {
        let separator = Array("\r\n\r\n".utf8)
        guard let end = input.indices.first(where: { input[$0...].starts(with: separator) }) else { return nil }
        let lines = String(decoding: input[..<end], as: UTF8.self).split(separator: "\r\n")
        try #require(lines[0].hasPrefix("HTTP/1.1 "))
        let status = try #require(Int(lines[0].dropFirst(9).prefix(3)))
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            headers[parts[0].lowercased()] = String(parts[1].drop { $0 == " " })
        }
        let length = hasBody ? try #require(Int(headers["content-length"] ?? "")) : 0
        let start = end + separator.count
        guard input.count >= start + length else { return nil }
        let body = String(decoding: input[start..<start + length], as: UTF8.self)
        input.removeFirst(start + length)
        return ReceivedResponse(status: status, headers: headers, body: body)
    }

    func get(_ path: String) throws -> ReceivedResponse? {
        send("GET \(path) HTTP/1.1\r\nHost: x\r\n\r\n")
        return try receive()
    }
}

/// A server on a free port of loopback that ends with the test.
final class TestServer: Sendable {
    let server: HTTPServer
    let log = LogCapture()

    init(_ routes: HTTPRoutes = TestServer.routes, _ change: (inout HTTPServerSettings) -> Void = { _ in }) throws {
        var settings = HTTPServerSettings(name: "test", host: "127.0.0.1", port: 0)
        change(&settings)
        server = try HTTPServer(settings, routes: routes, log: Log(level: .debug, format: .json, output: .capture(log)))
    }

    deinit { server.close() }

    static let routes = HTTPRoutes([
        "GET /status": { _ in .text("ok") },
        "GET /large": { _ in .text(String(repeating: "0123456789abcdef", count: 1 << 20)) },
        "POST /echo": { request in
            let header = request.headers.first("X-A") ?? "-"
            return .text("\(request.query)|\(header)|\(String(decoding: request.body, as: UTF8.self))")
        },
    ])
}
