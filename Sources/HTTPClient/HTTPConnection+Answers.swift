internal import HTTPCodec
internal import LinuxSystem

extension HTTPConnection {
    /// An answer, and whether the connection can take another request.
    struct Outcome {
        let answer: HTTPAnswer
        let isReusable: Bool
    }

    /// Reads one answer whole, interim ones (100 to 199) read over.
    func readAnswer(limitBytes: Int, until deadline: MonotonicTime) throws(HTTPClientError) -> Outcome {
        while true {
            let head = try readHead(until: deadline)
            received.removeFirst(head.length)
            guard head.status >= 200 else {
                guard head.status != 101 else { throw .notHTTP("it changes the protocol, which nobody asked for") }
                continue
            }
            let body = try readBody(of: head, limitBytes, until: deadline)
            let isReusable =
                head.minorVersion >= 1 && !head.headers.lists("Connection", "close") && head.body != .untilClose
                && !isEnded && received.isEmpty
            return Outcome(
                answer: HTTPAnswer(status: head.status, headers: head.headers, body: body),
                isReusable: isReusable
            )
        }
    }

    private func readHead(until deadline: MonotonicTime) throws(HTTPClientError) -> ResponseHead {
        var reader = ResponseHeadReader()
        while true {
            let bytes = received
            do throws(HTTPError) {
                if let head = try reader.read(bytes.span) { return head }
            } catch {
                throw .notHTTP(error.reason)
            }
            if isEnded {
                throw .brokenOff(received.isEmpty ? "it closed without an answer" : "in the head of the answer")
            }
            try receiveMore(until: deadline)
        }
    }

    private func readBody(
        of head: ResponseHead,
        _ limitBytes: Int,
        until deadline: MonotonicTime
    ) throws(HTTPClientError) -> [UInt8] {
        let tooLong = HTTPClientError.answerTooLong(status: head.status, limitBytes: limitBytes)
        switch head.body {
        case .none:
            return []
        case .length(let count):
            guard count <= limitBytes else { throw tooLong }
            while received.count < count { try receiveRest(until: deadline) }
            defer { received.removeFirst(count) }
            return Array(received[..<count])
        case .chunked:
            return try readChunks(limitBytes, tooLong, until: deadline)
        case .untilClose:
            while !isEnded {
                guard received.count <= limitBytes else { throw tooLong }
                try receiveMore(until: deadline)
            }
            defer { received = [] }
            return received
        }
    }

    private func readChunks(
        _ limitBytes: Int,
        _ tooLong: HTTPClientError,
        until deadline: MonotonicTime
    ) throws(HTTPClientError) -> [UInt8] {
        var decoder = ChunkedBodyDecoder(limit: limitBytes)
        var body: [UInt8] = []
        while true {
            let bytes = received
            var pending = 0..<bytes.count
            do throws(HTTPError) {
                let isWhole = try decoder.take(bytes.span, &pending, into: &body)
                received.removeFirst(pending.lowerBound)
                if isWhole { return body }
            } catch {
                throw error.status == 413 ? tooLong : .notHTTP(error.reason)
            }
            try receiveRest(until: deadline)
        }
    }

    private func receiveRest(until deadline: MonotonicTime) throws(HTTPClientError) {
        guard !isEnded else { throw .brokenOff("in the middle of the answer") }
        try receiveMore(until: deadline)
    }
}
