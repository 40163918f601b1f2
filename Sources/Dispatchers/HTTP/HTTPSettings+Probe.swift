internal import Dispatching
internal import HTTPClient
internal import LinuxSystem
internal import OpenSSLTransport
internal import Symptoms

extension HTTPSettings {
    /// Sends a request without records: what it is answered with says whether the endpoint is there and lets us in.
    package func probe(_ context: DispatcherContext) -> DispatcherProbe? {
        let started = MonotonicTime.now
        func result(
            _ text: String,
            _ remedy: String?,
            status: Int? = nil,
            key: String = "url",
            _ symptom: SymptomCode = .dispatcherFailing
        ) -> DispatcherProbe {
            let milliseconds = Double(MonotonicTime.now.nanoseconds(since: started)) / 1_000_000
            return DispatcherProbe(
                result: text,
                remedy: remedy,
                key: key,
                status: status,
                milliseconds: milliseconds,
                symptom: symptom
            )
        }
        let endpoint: HTTPEndpoint
        do throws(DispatcherFailure) {
            endpoint = try HTTPEndpoint(self, context)
        } catch {
            return result("cannot be tried", error.detail)
        }
        let origin = endpoint.address.origin
        let answer: HTTPAnswer
        do throws(HTTPClientError) {
            let call = endpoint.call(endpoint.maker.headers(of: nil), body: endpoint.maker.body([]), id: "msg_probe")
            answer = try endpoint.makeClient().send(call)
        } catch {
            return result("\(origin) gave no answer", error.words, error.symptom)
        }
        let text = "\(origin) answered with status \(answer.status)"
        return switch HTTPVerdict(answer, from: origin) {
        case .delivered: result(text, nil, status: answer.status)
        // There are no records in it, which many refuse: it was read, and nobody asked who we are.
        case .rejected(_, _) where Self.isTaste(answer.status):
            result("\(text) to a request without records", nil, status: answer.status)
        case .rejected(let failure, _):
            result(text, Self.remedy(in: failure), status: answer.status, key: Self.key(failure), .endpointRefuses)
        case .retry(let failure, _): result(text, Self.remedy(in: failure), status: answer.status)
        case .gone: result(text, "it is gone for good: correct url", status: answer.status, .endpointGone)
        }
    }

    /// Whether a status says that the endpoint reads requests and does not like this one.
    private static func isTaste(_ status: Int) -> Bool { [400, 409, 411, 413, 422].contains(status) }

    private static func key(_ failure: DispatcherFailure) -> String {
        failure.code == .unauthorised ? "authorization" : "url"
    }

    /// What stands behind the facts.
    private static func remedy(in failure: DispatcherFailure) -> String {
        failure.detail.split(separator: ";", maxSplits: 1).last.map { String($0.drop { $0 == " " }) } ?? failure.detail
    }
}

extension HTTPClientError {
    /// What an endpoint that gives no answer is explained as.
    fileprivate var symptom: SymptomCode {
        switch self {
        case .untrusted, .tlsFailed(.peerCertificateRefused): .endpointCertificate
        default: .endpointUnreachable
        }
    }
}
