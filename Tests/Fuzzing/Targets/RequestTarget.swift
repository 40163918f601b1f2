import HTTPCodec
import WebSocketCodec

/// Heads of requests and answers, and chunked bodies: however the bytes are cut, the outcome is that of the whole.
final class RequestTarget: FuzzTarget {
    static let name = "http"
    static let limitBytes = 1200

    static let words: [[UInt8]] = [
        "\r\n", "\n", "\r", ": ", "GET ", " HTTP/1.1", "Host: a\r\n", "Content-Length: ",
        "Transfer-Encoding: chunked\r\n",
        "Connection: Upgrade\r\n", "Upgrade: websocket\r\n", "Sec-WebSocket-Version: 13\r\n", "http://", "?", "%", "*",
        "ffffffffffffffff", "0\r\n\r\n", "\t", " ", ",",
    ].map { Array($0.utf8) }

    static func seeds() -> [[UInt8]] {
        [
            "GET / HTTP/1.1\r\nHost: car.example:4443\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\nX-TXID: abc\r\n"
                + "X-Network-Interface: cellular\r\nVersion: 1.2.0\r\n\r\n",
            "POST /v1/x?y=z HTTP/1.1\r\nHost: h\r\nContent-Length: 12\r\nX-TXID: 1\r\n\r\nhello, world",
            "\r\nGET http://h/status HTTP/1.0\nAccept: */*\n\n",
            "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
            "GET /metrics HTTP/1.1\r\nHost: h\r\nAccept-Encoding: gzip, deflate\r\nConnection: close\r\n\r\n",
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                + "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n",
            "HTTP/1.1 503 Busy\r\nRetry-After: 3\r\nContent-Length: 4\r\n\r\nbusy",
            "5\r\nhello\r\n6;a=b\r\n world\r\n0\r\nX: y\r\n\r\n", "a\r\n0123456789\r\n0\r\n\r\n",
        ].map { Array($0.utf8) }
    }

    init() {}

    func run(_ input: [UInt8]) throws(FuzzFinding) -> Bool {
        var random = choices(for: input)
        let cut = random.below(input.count + 1)
        let isRequest = try compare(input, cut, "request", request)
        let isAnswer = try compare(input, cut, "answer", response)
        let isBody = try compare(input, cut, "chunked body", chunks)
        return isRequest || isAnswer || isBody
    }

    private func compare(
        _ input: [UInt8],
        _ cut: Int,
        _ what: String,
        _ read: ([UInt8], [Int]) throws(FuzzFinding) -> Outcome
    ) throws(FuzzFinding) -> Bool {
        let whole = try read(input, [input.count])
        let pieces = try read(input, [cut, input.count])
        guard whole == pieces else { throw FuzzFinding("\(what) cut at \(cut) gives \(pieces), whole \(whole)") }
        let single = try read(input, Array(0...input.count))
        guard whole == single else { throw FuzzFinding("\(what) byte by byte gives \(single), whole \(whole)") }
        switch whole {
        case .request, .response, .body: return true
        case .needsMore, .refused: return false
        }
    }

    private enum Outcome: Equatable {
        case request(RequestHead)
        case response(ResponseHead)
        case body([UInt8], used: Int)
        case needsMore
        case refused(Int, String)
    }

    private func refusal(_ error: HTTPError) throws(FuzzFinding) -> Outcome {
        guard [400, 413, 431, 501, 505].contains(error.status), !error.reason.isEmpty else {
            throw FuzzFinding("refused with status \(error.status) and reason \"\(error.reason)\"")
        }
        return .refused(error.status, error.reason)
    }

    private func request(_ input: [UInt8], _ ends: [Int]) throws(FuzzFinding) -> Outcome {
        var reader = RequestHeadReader()
        do throws(HTTPError) {
            for end in ends {
                guard let head = try reader.read(input.span, in: 0..<end) else { continue }
                return .request(head)
            }
        } catch {
            return try refusal(error)
        }
        return .needsMore
    }

    private func response(_ input: [UInt8], _ ends: [Int]) throws(FuzzFinding) -> Outcome {
        var reader = ResponseHeadReader()
        do throws(HTTPError) {
            for end in ends {
                guard let head = try reader.read(input.span, in: 0..<end) else { continue }
                _ = try? WebSocketHandshake.checkAnswer(
                    status: head.status,
                    key: "dGhlIHNhbXBsZSBub25jZQ==",
                    headers: { head.headers.all($0) }
                )
                return .response(head)
            }
        } catch {
            return try refusal(error)
        }
        return .needsMore
    }

    private func chunks(_ input: [UInt8], _ ends: [Int]) throws(FuzzFinding) -> Outcome {
        let limit = 300
        var decoder = ChunkedBodyDecoder(limit: limit)
        var body: [UInt8] = []
        var start = 0
        for end in ends {
            var pending = start..<end
            let isWhole: Bool
            do throws(HTTPError) {
                isWhole = try decoder.take(input.span, &pending, into: &body)
            } catch {
                return try refusal(error)
            }
            start = pending.lowerBound
            guard body.count <= limit else { throw FuzzFinding("a body of \(body.count) bytes passed") }
            if isWhole { return .body(body, used: start) }
            guard start == end else { throw FuzzFinding("\(end - start) bytes of a body were left") }
        }
        return .needsMore
    }
}
