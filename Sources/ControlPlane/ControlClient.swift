package import HTTPClient
internal import JSONText
internal import LinuxSystem

/// Why a running server was not heard.
package enum ControlFailure: Error, Sendable, Hashable {
    /// Nobody listens at the path.
    case notRunning(path: String)
    /// This user may not connect.
    case forbidden(path: String)
    /// Something listens and does not answer in time, or breaks off.
    case noAnswer(path: String, HTTPClientError)
    /// The server refuses the question.
    case refused(path: String, status: Int, text: String)
    /// The server speaks another version of ``ControlProtocol``.
    case otherVersion(path: String, version: Int)
    /// What came is no message of the protocol.
    case notUnderstood(path: String, String)

    /// What is wrong, where, and what to do next.
    package var words: String {
        switch self {
        case .notRunning(let path):
            "\(path): no server listens there; start it, or name the right socket with --socket or --config"
        case .forbidden(let path):
            "\(path): this user may not connect; ask as root or as the server's user (sudo -u USER fleet-telemetry …)"
        case .noAnswer(let path, let error): "\(path): \(error.words)"
        case .refused(let path, let status, let text): "\(path): refused with status \(status): \(text)"
        case .otherVersion(let path, let version):
            "\(path): the server speaks version \(version) of the control protocol, and this program version "
                + "\(ControlProtocol.version); use the program that the server was started from"
        case .notUnderstood(let path, let reason):
            "\(path): \(reason); check that the socket is the one of a fleet-telemetry server"
        }
    }
}

/// Asks a running server over its control socket. Belongs to one thread, which it blocks.
package final class ControlClient {
    private let path: String
    private let client: HTTPClient

    /// - Parameter timeoutMilliseconds: for connecting, and for each answer.
    package init(path: String, timeoutMilliseconds: Int = 10_000) {
        self.path = path
        var settings = HTTPClientSettings()
        settings.connectMilliseconds = timeoutMilliseconds
        settings.answerMilliseconds = timeoutMilliseconds
        settings.answerLimitBytes = ControlProtocol.answerLimitBytes
        client = HTTPClient(socketPath: path, settings)
    }

    /// The whole server.
    package func status() throws(ControlFailure) -> ServerStatus { try get(ControlProtocol.statusPath) }

    /// One page.
    package func vehicles(_ query: VehicleQuery) throws(ControlFailure) -> VehiclePage { try get(query.target) }

    /// Vehicles that the lists kept out.
    package func refusedVehicles() throws(ControlFailure) -> RefusedVehicles { try get(ControlProtocol.refusedPath) }

    private func get<Answer: ControlObject>(_ target: String) throws(ControlFailure) -> Answer {
        let answer: HTTPAnswer
        do throws(HTTPClientError) {
            answer = try client.send(HTTPCall(method: "GET", target: target))
        } catch {
            throw failure(error)
        }
        guard answer.status == 200 else {
            let text = String(decoding: answer.body.prefix(300).filter { $0 >= 0x20 }, as: UTF8.self)
            throw .refused(path: path, status: answer.status, text: text)
        }
        return try read(answer.body)
    }

    private func failure(_ error: HTTPClientError) -> ControlFailure {
        guard case .noSocket(let error) = error else { return .noAnswer(path: path, error) }
        return switch error.code {
        case SystemCallError.noSuchFile, SystemCallError.connectionRefused, SystemCallError.notDirectory:
            .notRunning(path: path)
        case SystemCallError.permissionDenied, SystemCallError.notPermitted: .forbidden(path: path)
        default: .noAnswer(path: path, .noSocket(error))
        }
    }

    private func read<Answer: ControlObject>(_ body: [UInt8]) throws(ControlFailure) -> Answer {
        let json: JSONValue
        do throws(JSONReaderError) {
            json = try JSONReader.read(body).root
        } catch {
            throw .notUnderstood(path: path, "the answer is no JSON (\(error.summary))")
        }
        guard let version = json["protocol"]?.wholeNumber else {
            throw .notUnderstood(path: path, "the answer names no protocol version")
        }
        guard version == ControlProtocol.version else {
            throw .otherVersion(path: path, version: Int(clamping: version))
        }
        do throws(ControlFormatError) {
            return try Answer(json: json)
        } catch {
            throw .notUnderstood(path: path, error.description)
        }
    }
}

@available(*, unavailable)
extension ControlClient: Sendable {}
