internal import Dispatching
internal import HTTPClient
internal import RecordEncoding
internal import TelemetryModel

/// Sends the records of some vehicles, one request after the other, over one connection. Belongs to one thread.
struct HTTPPartition {
    private let endpoint: HTTPEndpoint
    private let client: HTTPClient
    private var selection: HTTPSelection

    init(_ endpoint: HTTPEndpoint) {
        self.endpoint = endpoint
        client = endpoint.makeClient()
        selection = HTTPSelection(endpoint.settings.filter)
    }

    /// Sends as far as the endpoint takes it. After the first record that must be tried again nothing more is sent, so
    /// that the order holds.
    mutating func deliver(_ records: [Record]) -> [DeliveryReport.Outcome] {
        var outcomes: [DeliveryReport.Outcome] = []
        outcomes.reserveCapacity(records.count)
        var failure: DispatcherFailure?
        while outcomes.count < records.count, failure == nil {
            failure = send(records[outcomes.count...], atMost: endpoint.recordLimit, &outcomes)
        }
        if let failure {
            outcomes += Array(repeating: .retry(failure), count: records.count - outcomes.count)
        }
        return outcomes
    }

    /// Sends one request with the first of the records, and adds the outcomes of those that are done with.
    ///
    /// A request that is refused because of what is in it is sent again in halves, until the records that are to blame
    /// stand alone.
    ///
    /// - Returns: why nothing more can be sent now.
    private mutating func send(
        _ records: ArraySlice<Record>,
        atMost limit: Int,
        _ outcomes: inout [DeliveryReport.Outcome]
    ) -> DispatcherFailure? {
        let request = assemble(records, atMost: limit)
        if request.pieces.isEmpty {
            outcomes += request.outcomes
            return nil
        }
        switch exchange(request) {
        case .delivered:
            selection.commit(request.draft)
            outcomes += request.outcomes
            return nil
        case .retry(let failure, let milliseconds):
            if let milliseconds { endpoint.notePause(milliseconds: milliseconds) }
            return endpoint.hindrance ?? failure
        case .gone:
            endpoint.noteGone()
            return endpoint.hindrance
        case .rejected(let failure, let isAboutContent):
            guard isAboutContent, request.pieces.count > 1 else {
                outcomes += request.outcomes.map { $0 == Self.sent ? .rejected(failure) : $0 }
                return nil
            }
            let end = outcomes.count + request.outcomes.count
            let half = (request.pieces.count + 1) / 2
            var rest = records.prefix(request.outcomes.count)
            while outcomes.count < end {
                let before = outcomes.count
                if let failure = send(rest, atMost: half, &outcomes) { return failure }
                rest = rest.dropFirst(outcomes.count - before)
            }
            return nil
        }
    }

    // MARK: Requests

    private struct Request {
        var pieces: [[UInt8]] = []
        var bytes = 0
        /// What is in it, as it is sent.
        var records: [Record] = []
        /// Of the records that the request covers; ``sent`` for those in it.
        var outcomes: [DeliveryReport.Outcome] = []
        var draft = ChangeTracker.Draft()
    }

    private static let sent = DeliveryReport.Outcome.delivered

    private func assemble(_ records: ArraySlice<Record>, atMost limit: Int) -> Request {
        var request = Request()
        for record in records {
            if request.pieces.count >= limit { break }
            var draft = request.draft
            guard let part = selection.part(of: record, in: &draft) else {
                // Nobody wants it, which is as good as delivered.
                request.outcomes.append(.delivered)
                continue
            }
            let piece: [UInt8]
            do throws(RecordEncodingError) {
                piece = try endpoint.maker.piece(part)
            } catch {
                request.outcomes.append(.rejected(DispatcherFailure(.unencodable, "\(error)")))
                continue
            }
            let bytes = piece.count + HTTPBodyMaker.separatorBytes
            if !request.pieces.isEmpty, request.bytes + bytes > endpoint.settings.batch.maxBytes { break }
            request.draft = draft
            request.pieces.append(piece)
            request.bytes += bytes
            request.records.append(part)
            request.outcomes.append(Self.sent)
        }
        return request
    }

    private func exchange(_ request: Request) -> HTTPVerdict {
        if let hindrance = endpoint.hindrance { return .retry(hindrance) }
        let verdict = exchangeOnce(request)
        // A secret in a file may have been replaced since it was read.
        guard case .rejected(let failure, _) = verdict, failure.code == .unauthorised, endpoint.renewSecrets() else {
            return verdict
        }
        return exchangeOnce(request)
    }

    private func exchangeOnce(_ request: Request) -> HTTPVerdict {
        let call = endpoint.call(
            endpoint.maker.headers(of: request.records.first),
            body: endpoint.maker.body(request.pieces),
            id: "msg_\(RecordKey(request.records).hexadecimal)"
        )
        let origin = endpoint.address.origin
        do throws(HTTPClientError) {
            return HTTPVerdict(try client.send(call), from: origin)
        } catch {
            return .retry(error.failure(at: origin))
        }
    }
}
