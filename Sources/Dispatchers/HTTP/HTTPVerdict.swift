internal import Dispatching
internal import HTTPClient
internal import HTTPCodec
internal import LinuxSystem

/// What an answer, or its absence, means for the records of a request.
enum HTTPVerdict {
    case delivered
    /// The same request may go through later.
    case retry(DispatcherFailure, pauseMilliseconds: Int? = nil)
    /// These records will never be taken.
    ///
    /// - `isAboutContent`: the answer may be due to some of the records only.
    case rejected(DispatcherFailure, isAboutContent: Bool)
    /// Nothing will ever be taken here.
    case gone

    init(_ answer: HTTPAnswer, from origin: String) {
        let what = "\(origin) answered with status \(answer.status)"
        func rejected(_ code: DispatcherFailure.Code, _ remedy: String, isAboutContent: Bool = false) -> HTTPVerdict {
            .rejected(DispatcherFailure(code, "\(what); \(remedy)"), isAboutContent: isAboutContent)
        }
        func retry(_ code: DispatcherFailure.Code, _ remedy: String) -> HTTPVerdict {
            .retry(DispatcherFailure(code, "\(what); \(remedy)"), pauseMilliseconds: Self.pause(answer))
        }
        self =
            switch answer.status {
            case 200...299: .delivered
            case 300...399: retry(.refused, Self.redirectRemedy(answer))
            case 401, 403, 407: rejected(.unauthorised, "check authorization, headers and signing_secret")
            case 404, 405: rejected(.refused, "check the path of url, and method")
            case 408, 425: retry(.timedOut, "it is slow; check its load")
            case 410: .gone
            case 413: rejected(.tooLarge, "lower batch.max_records or batch.max_bytes", isAboutContent: true)
            case 406, 411, 414, 415, 421, 426, 431:
                rejected(.refused, "it does not understand such requests; check format and headers")
            case 429: retry(.full, "it takes no more requests for now; raise its limits")
            case 400...499:
                rejected(.refused, "it refuses the record; check format, and its log", isAboutContent: true)
            case 503: retry(.full, "it is busy or being restarted")
            default: retry(.refused, "see its log")
            }
    }

    private static func pause(_ answer: HTTPAnswer) -> Int? {
        answer.headers.first("Retry-After").flatMap {
            RetryAfter.milliseconds(
                $0,
                now: WallClock.milliseconds / 1000,
                limitSeconds: HTTPEndpoint.longestPauseSeconds
            )
        }
    }

    /// Names the origin only: paths may hold secrets.
    private static func redirectRemedy(_ answer: HTTPAnswer) -> String {
        let place = answer.headers.first("Location").flatMap { try? HTTPAddress($0) }.map { " to \($0.origin)" } ?? ""
        return "it redirects\(place): write the final address in url, or set follow_redirects"
    }
}

extension HTTPClientError {
    /// What the lane is told: nothing was taken, as far as we know.
    func failure(at origin: String) -> DispatcherFailure {
        let code: DispatcherFailure.Code =
            switch self {
            case .unknownHost, .unreachable, .noSocket, .brokenOff: .unreachable
            case .timedOut, .cancelled: .timedOut
            case .untrusted, .tlsFailed: .unauthorised
            case .notHTTP, .answerTooLong, .redirectLoop, .badRedirect: .refused
            }
        return DispatcherFailure(code, "\(origin): \(words)")
    }
}
