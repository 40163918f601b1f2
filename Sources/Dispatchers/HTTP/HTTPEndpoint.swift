internal import Dispatching
internal import HTTPClient
internal import LinuxSystem
internal import Observability
internal import OpenSSLTransport
internal import RecordEncoding
internal import Synchronization

/// What the threads of one endpoint share: where requests go, what they carry, and whether they may be sent at all.
final class HTTPEndpoint: Sendable {
    private struct State {
        /// The server has said that the endpoint is gone for good.
        var isGone = false
        /// The server wants no request before.
        var notBefore: MonotonicTime?
        var secrets = Secrets()
    }

    /// What requests carry and nobody may see.
    struct Secrets: Equatable {
        var authorization: String?
        var signing: String?
    }

    /// The longest pause that an answer can ask for.
    static let longestPauseSeconds = 3600
    private static let redirectLimit = 5

    let settings: HTTPSettings
    let address: HTTPAddress
    let maker: HTTPBodyMaker
    let recordLimit: Int
    private let environment: [String: String]
    private let log: Log
    private let state = Mutex(State())
    /// Rung when the time for draining is over.
    private let cancellation: Wakeup
    private let authorities: [Certificate]
    private let identity: TLSIdentity?

    /// Reads secrets and authorities.
    ///
    /// - Throws: what the configuration or the machine lacks, for people.
    init(_ settings: HTTPSettings, _ context: DispatcherContext) throws(DispatcherFailure) {
        self.settings = settings
        environment = ProcessEnvironment.variables
        log = context.log
        recordLimit = settings.recordLimit
        do throws(HTTPAddressError) {
            address = try HTTPAddress(settings.url)
        } catch {
            throw DispatcherFailure(.refused, "url is no address: \(error.problem); \(error.remedy)")
        }
        do throws(SystemCallError) {
            cancellation = try Wakeup()
        } catch {
            throw DispatcherFailure(.full, "no descriptor is left (\(error.reason)); raise the limit (ulimit -n)")
        }
        maker = HTTPBodyMaker(
            format: settings.format,
            isBatching: settings.format.holdsSeveral && settings.recordLimit > 1,
            mode: context.encodingMode,
            transmittedForm: context.transmittedForm,
            host: Self.hostName,
            subscription: settings.pubsubSubscription,
            includesFindings: settings.includesFindings
        )
        authorities = try Self.authorities(of: settings, isSecure: address.isSecure, environment)
        identity = try Self.identity(of: settings)
        warnAboutOpenFiles()
        let secrets = try readSecrets()
        state.withLock { $0.secrets = secrets }
    }

    private static var hostName: String {
        let bytes = (try? Files.read("/proc/sys/kernel/hostname", limitBytes: 256)) ?? []
        return String(decoding: bytes.prefix { $0 > 0x20 }, as: UTF8.self)
    }

    private static func authorities(
        of settings: HTTPSettings,
        isSecure: Bool,
        _ environment: [String: String]
    ) throws(DispatcherFailure) -> [Certificate] {
        guard isSecure else { return [] }
        do throws(CertificateError) {
            if !settings.caFile.isEmpty { return try Certificate.readAll(path: settings.caFile) }
            return try WebAuthorities.read(environment)
        } catch {
            throw DispatcherFailure(
                .unauthorised,
                "\(address(settings)) cannot be verified: \(error); install ca-certificates, or name a PEM file in "
                    + "ca_file"
            )
        }
    }

    private static func identity(of settings: HTTPSettings) throws(DispatcherFailure) -> TLSIdentity? {
        guard !settings.clientCert.isEmpty else { return nil }
        do throws(TLSContextError) {
            return try TLSIdentity(chainPath: settings.clientCert, keyPath: settings.clientKey)
        } catch {
            throw DispatcherFailure(.unauthorised, "our certificate cannot be used: \(error)")
        }
    }

    private static func address(_ settings: HTTPSettings) -> String {
        (try? HTTPAddress(settings.url))?.origin ?? "the server"
    }

    /// A client for one thread. It gives up when ``cancel()`` is called.
    func makeClient() -> HTTPClient {
        var client = HTTPClientSettings()
        client.connectMilliseconds = settings.connectTimeout.milliseconds
        client.answerMilliseconds = settings.requestTimeout.milliseconds
        client.redirectLimit = settings.followsRedirects ? Self.redirectLimit : 0
        return HTTPClient(address, client, trusting: authorities, identity: identity, wakeup: cancellation)
    }

    func cancel() { cancellation.ring() }

    var isCancelled: Bool { cancellation.isRinging }

    // MARK: Secrets

    private func warnAboutOpenFiles() {
        for file in [settings.authorization?.file, settings.signingSecret?.file, settings.clientKey] {
            guard let file, !file.isEmpty, let mode = Files.mode(of: file), mode & 0o004 != 0 else { continue }
            log.observe(.secretFileReadableByAll, ["file": .text(file), "remedy": .text("chmod 0600 \(file)")])
        }
    }

    private func readSecrets() throws(DispatcherFailure) -> Secrets {
        let secrets = Secrets(
            authorization: try settings.authorization?.read(environment),
            signing: try settings.signingSecret?.read(environment)
        )
        if let signing = secrets.signing, WebhookSigner(secret: signing) == nil {
            throw DispatcherFailure(
                .unauthorised,
                "signing_secret is no secret of Standard Webhooks; write whsec_ and the base64 of 24 to 64 random bytes"
            )
        }
        return secrets
    }

    /// Reads the secrets again, because the endpoint has refused them.
    ///
    /// - Returns: whether they have changed, so that another attempt is worth it.
    func renewSecrets() -> Bool {
        guard let secrets = try? readSecrets() else { return false }
        return state.withLock { state in
            defer { state.secrets = secrets }
            return state.secrets != secrets
        }
    }

    /// A request with everything that is the same for all records.
    func call(_ headers: [HTTPCall.Header], body: [UInt8], id: String) -> HTTPCall {
        let secrets = state.withLock { $0.secrets }
        var call = HTTPCall(method: settings.method.rawValue, body: body)
        let own = settings.headers ?? [:]
        call.headers = headers.filter { header in
            !own.keys.contains { $0.lowercased() == header.name.lowercased() }
        }
        call.privateHeaders = own.sorted { $0.key < $1.key }.map { .init($0.key, $0.value) }
        if let authorization = secrets.authorization {
            call.privateHeaders.append(.init("Authorization", authorization))
        }
        if let signer = secrets.signing.flatMap({ WebhookSigner(secret: $0) }) {
            call.privateHeaders += signer.headers(id: id, timestamp: WallClock.milliseconds / 1000, body: body)
        }
        return call
    }

    // MARK: What the server has said

    func noteGone() {
        let isNew = state.withLock { state in
            defer { state.isGone = true }
            return !state.isGone
        }
        guard isNew else { return }
        log.observe(
            .httpEndpointGone,
            [
                "endpoint": .text(address.origin),
                "remedy": "nothing more is sent until the server starts again: correct url, or take it out of records",
            ]
        )
    }

    func notePause(milliseconds: Int) {
        let moment = MonotonicTime.now.adding(milliseconds: milliseconds)
        state.withLock { $0.notBefore = max($0.notBefore ?? moment, moment) }
    }

    /// Why nothing may be sent now; nil when it may.
    var hindrance: DispatcherFailure? {
        let (isGone, notBefore) = state.withLock { ($0.isGone, $0.notBefore) }
        if isGone {
            return DispatcherFailure(
                .refused,
                "\(address.origin) has answered with status 410 (Gone), so nothing more is sent to it; records wait. "
                    + "Correct url, or take the endpoint out of records, and start the server again"
            )
        }
        guard let milliseconds = pauseMilliseconds(until: notBefore) else { return nil }
        return DispatcherFailure(
            .full,
            "\(address.origin) wants no request for \((milliseconds + 999) / 1000) s (Retry-After); records wait",
            retryMilliseconds: milliseconds
        )
    }

    private func pauseMilliseconds(until moment: MonotonicTime?) -> Int? {
        guard let moment else { return nil }
        let left = moment.nanoseconds(since: .now)
        return left == 0 ? nil : Int(left / 1_000_000) + 1
    }
}

extension Duration {
    /// Rounded down.
    var milliseconds: Int {
        let (seconds, attoseconds) = components
        return Int(clamping: seconds.multipliedReportingOverflow(by: 1000).partialValue)
            + Int(attoseconds / 1_000_000_000_000_000)
    }
}
