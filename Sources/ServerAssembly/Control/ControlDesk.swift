internal import ControlPlane
internal import Observability
internal import Symptoms
internal import Receiving

/// The control socket with everything behind it.
final class ControlDesk: Sendable {
    private let socket: ControlSocket
    private let rates: TrafficRates

    var path: String { socket.path }

    private init(_ socket: ControlSocket, _ rates: TrafficRates) {
        self.socket = socket
        self.rates = rates
    }

    /// Opens the socket that the configuration names, or the one of the default path.
    ///
    /// - Parameter defaultPath: nil where nobody asked for one.
    /// - Returns: nil when there shall be none, and when there can be none at the default path, which the log says.
    static func open(
        _ source: StatusSource,
        defaultPath: String?,
        _ log: Log
    ) throws(StartError) -> ControlDesk? {
        let settings = source.configuration.control
        guard settings.isEnabled else { return nil }
        do throws(ControlSocketError) {
            if !settings.socket.isEmpty { return try open(source, at: settings.socket, log) }
            return try defaultPath.map { path throws(ControlSocketError) in try open(source, at: path, log) }
        } catch {
            guard settings.socket.isEmpty else {
                throw StartError(
                    step: .controlSocket(error.path),
                    reason: error.reason,
                    systemCode: error.systemCode,
                    symptom: .controlSocketUnavailable
                )
            }
            // A receiver that nobody can ask is better than none.
            log.observe(
                .controlSocketUnavailable,
                [
                    "error": .text(error.description),
                    "remedy": "write \"control\": {\"socket\": PATH}, or {\"enabled\": false} to do without",
                ]
            )
            return nil
        }
    }

    private static func open(
        _ source: StatusSource,
        at path: String,
        _ log: Log
    ) throws(ControlSocketError) -> ControlDesk {
        let rates = TrafficRates(source.receiver.meters)
        let routes = ControlRoutes.routes(source, rates, path: path)
        let socket = try ControlSocket(path: path, routes: routes, log: log)
        rates.start()
        log.observe(.controlSocketOpened, ["path": .text(path)])
        return ControlDesk(socket, rates)
    }

    func close() {
        socket.close()
        rates.stop()
    }
}
