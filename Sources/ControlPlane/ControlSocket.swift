package import HTTPServing
package import LinuxSystem
package import Observability

/// Why a server has no control socket.
package struct ControlSocketError: Error, Sendable, Hashable, CustomStringConvertible {
    package let path: String
    package let failure: UnixListenerFailure

    package init(path: String, failure: UnixListenerFailure) {
        self.path = path
        self.failure = failure
    }

    /// The value of errno, if a system call failed.
    package var systemCode: Int32? { if case .system(let error) = failure { error.code } else { nil } }

    /// What is wrong and what to do, without the path.
    package var reason: String {
        switch failure {
        case .pathTooLong(let bytes):
            "is \(bytes) bytes long, and the path of a socket may have \(UnixSocket.pathLimitBytes); choose a shorter "
                + "one"
        case .inUse: "another server listens there; stop it, or give each a control.socket of its own"
        case .noSocket: "something stands there that is no socket; remove it, or choose another path"
        case .directoryLocked:
            "another program holds the lock of its directory; choose a directory that only servers use"
        case .system(let error):
            "\(error.reason) (\(error.call) \(error.subject)); choose a place where the server's user may make files"
        }
    }

    package var description: String { "\(path): \(reason)" }
}

/// The control socket of a running server.
///
/// It has a thread of its own: whatever its clients do, no event loop hears of it.
package final class ControlSocket: Sendable {
    package let path: String
    private let server: HTTPServer
    private let place: UnixSocketPlace

    /// Listens and serves at once, for root and the server's own user alone.
    ///
    /// - Parameter path: its directory is made where it is missing, for this user alone.
    package init(path: String, routes: HTTPRoutes, log: Log) throws(ControlSocketError) {
        let listener: UnixListener
        do throws(UnixListenerFailure) {
            try Self.makeDirectory(of: path)
            listener = try UnixListener.listen(at: path)
        } catch {
            throw ControlSocketError(path: path, failure: error)
        }
        self.path = path
        place = listener.place
        do throws(SystemCallError) {
            server = try HTTPServer(Self.settings(path), listener: listener.take(), routes: routes, log: log)
        } catch {
            place.remove()
            throw ControlSocketError(path: path, failure: .system(error))
        }
    }

    private static func makeDirectory(of path: String) throws(UnixListenerFailure) {
        guard let slash = path.lastIndex(of: "/"), slash > path.startIndex else { return }
        let directory = String(path[..<slash])
        guard !Files.isDirectory(directory), path.utf8.count <= UnixSocket.pathLimitBytes else { return }
        do throws(SystemCallError) {
            try Files.makeDirectories(directory, mode: 0o700)
        } catch {
            throw .system(error)
        }
    }

    private static func settings(_ path: String) -> HTTPServerSettings {
        var settings = HTTPServerSettings(name: "control", host: path, port: 0)
        settings.clients = .ownUser
        settings.maximumConnections = 32
        settings.maximumBodyBytes = 1024
        settings.requestTimeoutMilliseconds = 5_000
        settings.idleTimeoutMilliseconds = 30_000
        return settings
    }

    /// Removes the socket and ends the thread; answers on their way get at most a second.
    package func close() {
        place.remove()
        server.close()
    }
}
