internal import Diagnosis
internal import HTTPCodec
internal import LinuxSystem
internal import OpenSSLTransport

/// Looks at one server as a vehicle meets it.
struct Probe: Sendable {
    let environment: DoctorEnvironment

    /// Whom a port belongs to, as far as a stranger can tell.
    enum Look: Sendable {
        case tls(ServerSighting)
        /// It answered in plain HTTP.
        case plainHTTP(WebAnswer)
        /// It said something that is neither; the first bytes.
        case other([UInt8])
        /// It ended the connection without a word.
        case closed
        /// It took the connection and said nothing.
        case silence
        /// It speaks TLS and wants none with us.
        case refused(TLSFailure)
        case unreachable(String)
    }

    /// What an HTTP answer tells of who gave it.
    struct WebAnswer: Sendable, Hashable {
        let status: Int
        /// Its Server header.
        let server: String?
        /// Its Date header, in Unix seconds.
        let date: Int64?
        let body: String

        init(_ answer: ProbeConnection.Answer) {
            status = answer.head.status
            server = answer.head.headers.first("Server")
            date = answer.head.headers.first("Date").flatMap(RetryAfter.date)
            body = answer.body
        }

        var words: String { "HTTP status \(status)" + (server.map { ", Server: \($0)" } ?? "") }
    }

    /// Shakes hands without a certificate of ours, and where that fails finds out what else is spoken there.
    func look(at address: String, port: UInt16, serverName: String?) -> Look {
        let deadline = environment.deadline
        guard let descriptor = try? environment.connect(address, port, deadline) else {
            return .unreachable("no connection")
        }
        do throws(ServerHandshakeFailure) {
            return .tls(try ServerHandshake.sight(over: descriptor, serverName: serverName, until: deadline))
        } catch {
            switch error {
            case .tls(let failure) where failure != .notTLS && failure != .plainHTTP && !failure.isUnnamed:
                return .refused(failure)
            case .silent: return lookWithoutTLS(at: address, port: port, otherwise: .silence)
            default: return lookWithoutTLS(at: address, port: port, otherwise: .closed)
            }
        }
    }

    private func lookWithoutTLS(at address: String, port: UInt16, otherwise look: Look) -> Look {
        guard let connection = openPlain(address, port) else { return look }
        guard connection.send(Self.question(address)) else { return look }
        if case .success(let answer) = connection.readAnswer() { return .plainHTTP(WebAnswer(answer)) }
        return connection.received.isEmpty ? look : .other(connection.received)
    }

    /// Asks over TLS as a browser does, to see who answers; nil when the answer is no HTTP.
    ///
    func ask(_ address: String, _ port: UInt16, host: String, serverName: String?) -> WebAnswer? {
        guard let connection = open(address, port, serverName: serverName, identity: nil),
            connection.handshake() == nil, connection.send(Self.question(host)),
            case .success(let answer) = connection.readAnswer()
        else { return nil }
        return WebAnswer(answer)
    }

    private static func question(_ host: String) -> [UInt8] {
        let name = host.contains(":") ? "[\(host)]" : host
        return Array("GET / HTTP/1.1\r\nHost: \(name)\r\nConnection: close\r\n\r\n".utf8)
    }

    /// A TLS connection before its handshake; nil when no connection stands or the identity cannot be used.
    func open(
        _ address: String,
        _ port: UInt16,
        serverName: String?,
        identity: TLSIdentity?
    ) -> ProbeConnection? {
        let deadline = environment.deadline
        guard let descriptor = try? environment.connect(address, port, deadline),
            let context = try? TLSClientContext(authorities: nil, identity: identity)
        else { return nil }
        return ProbeConnection(descriptor, tls: (context, serverName), until: deadline)
    }

    private func openPlain(_ address: String, _ port: UInt16) -> ProbeConnection? {
        let deadline = environment.deadline
        guard let descriptor = try? environment.connect(address, port, deadline) else { return nil }
        return ProbeConnection(descriptor, tls: nil, until: deadline)
    }
}

extension TLSFailure {
    /// Whether OpenSSL says no more than that something was odd.
    fileprivate var isUnnamed: Bool { if case .other = self { true } else { false } }
}
