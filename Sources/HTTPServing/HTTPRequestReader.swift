internal import HTTPCodec

/// Reads one request from the bytes of a connection as they arrive. Looks at each byte once.
struct HTTPRequestReader {
    enum Progress {
        case incomplete
        /// A whole request, and whether the connection stays open after its answer.
        case request(HTTPRequest, keepsOpen: Bool)
    }

    private let maximumBodyBytes: Int
    private var head = RequestHeadReader()
    private var stage = Stage.head

    private enum Stage {
        case head
        case body(RequestHead, length: Int)
        case chunks(RequestHead)
    }

    private var chunks: ChunkedBodyDecoder
    private var body: [UInt8] = []

    init(maximumBodyBytes: Int) {
        self.maximumBodyBytes = maximumBodyBytes
        chunks = ChunkedBodyDecoder(limit: maximumBodyBytes)
    }

    /// - Parameter input: all bytes that came and were not consumed; a whole request is taken out of it.
    /// - Throws: what came is no request that we take; the connection ends after an answer that says so.
    mutating func read(_ input: inout [UInt8]) throws(HTTPError) -> Progress {
        if case .head = stage {
            guard let head = try head.read(input.span) else { return .incomplete }
            stage = try stage(after: head)
            input.removeFirst(head.length)
        }
        switch stage {
        case .head: return .incomplete
        case .body(let head, let length):
            guard input.count >= length else { return .incomplete }
            body = Array(input[..<length])
            input.removeFirst(length)
            return request(head)
        case .chunks(let head):
            var pending = 0..<input.count
            let isWhole = try chunks.take(input.span, &pending, into: &body)
            input.removeFirst(pending.lowerBound)
            return isWhole ? request(head) : .incomplete
        }
    }

    /// Whether a request's head has been read and its body has not.
    var isInBody: Bool {
        if case .head = stage { false } else { true }
    }

    private func stage(after head: RequestHead) throws(HTTPError) -> Stage {
        switch head.body {
        case .none, .untilClose: return .body(head, length: 0)
        case .length(let length):
            guard length <= maximumBodyBytes else {
                throw HTTPError(
                    status: 413,
                    reason:
                        "The body of \(length) bytes is longer than the \(maximumBodyBytes) bytes that are read here."
                )
            }
            return .body(head, length: length)
        case .chunked: return .chunks(head)
        }
    }

    private func request(_ head: RequestHead) -> Progress {
        let request = HTTPRequest(
            method: head.method,
            path: head.path,
            query: head.query ?? "",
            headers: head.headers,
            body: body
        )
        return .request(request, keepsOpen: head.keepsAlive)
    }
}
