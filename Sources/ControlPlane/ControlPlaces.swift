internal import LinuxSystem

/// Where control sockets are when nobody says so.
///
/// Each is named after the vehicle port, so that servers on one machine don't meet, and stands in a directory that
/// only root or the server's user can write to.
package struct ControlPlaces: Sendable {
    /// The first is where a server of this user puts its own.
    package let directories: [String]

    private static let system = "/run/fleet-telemetry"

    /// - Parameters:
    ///   - environment: of the process. `RUNTIME_DIRECTORY` is what systemd made for a service (systemd.exec(5)),
    ///     `XDG_RUNTIME_DIR` what the log-in made for a user.
    ///   - user: the one that the process acts as.
    package init(environment: [String: String], user: UInt32 = UnixSocket.ownUser) {
        func directory(_ variable: String, _ suffix: String = "") -> String? {
            let text = environment[variable]?.split(separator: ":").first.map(String.init) ?? ""
            return text.hasPrefix("/") ? text + suffix : nil
        }
        var places: [String?] = [
            directory("RUNTIME_DIRECTORY"), directory("XDG_RUNTIME_DIR", "/fleet-telemetry"),
            "/tmp/fleet-telemetry-\(user)",
        ]
        // Only root can put one there without systemd; others look there last and find what systemd started.
        places.insert(Self.system, at: user == 0 ? 1 : places.count)
        var seen: Set<String> = []
        directories = places.compactMap(\.self).filter { seen.insert($0).inserted }
    }

    /// Where a server with this vehicle port puts its socket; nil when the directory stands and others can write to it.
    package func path(port: Int) -> String? {
        let directory = directories[0]
        guard !Files.isOccupied(directory) || Files.isOwnDirectory(directory) else { return nil }
        return "\(directory)/\(Self.name(port: port))"
    }

    /// Where a client looks for the server with this vehicle port.
    package func candidates(port: Int) -> [String] { directories.map { "\($0)/\(Self.name(port: port))" } }

    private static func name(port: Int) -> String { "control-\(port).sock" }

    /// What a search for servers came to.
    package enum Finding: Sendable, Hashable {
        case one(String)
        case several([String])
        /// Some are there, or directories of them, and this user may not use any.
        case forbidden([String])
        case none
    }

    /// Looks for servers that listen.
    package func search() -> Finding {
        var paths: [String] = []
        var closed: [String] = []
        // In a directory that all may write to, whoever comes first makes the one below it.
        for directory in directories where !directory.hasPrefix("/tmp/") || Files.isOwnDirectory(directory) {
            do throws(SystemCallError) {
                let names = try Files.list(directory).filter { $0.hasPrefix("control-") && $0.hasSuffix(".sock") }
                paths += names.sorted().map { "\(directory)/\($0)" }
            } catch {
                if error.code == SystemCallError.permissionDenied { closed.append(directory) }
            }
        }
        return search(paths, closed: closed)
    }

    /// Looks for the server with this vehicle port.
    package func search(port: Int) -> Finding { search(candidates(port: port), closed: []) }

    private func search(_ paths: [String], closed: [String]) -> Finding {
        var living: [String] = []
        var forbidden = closed
        for path in paths {
            do throws(SystemCallError) {
                _ = try UnixSocket.connect(path: path, until: .now.adding(milliseconds: 1_000))
                living.append(path)
            } catch {
                switch error.code {
                case SystemCallError.permissionDenied, SystemCallError.notPermitted: forbidden.append(path)
                // It is there, and busy.
                case SystemCallError.tryAgain: living.append(path)
                default: break
                }
            }
        }
        if living.count > 1 { return .several(living) }
        return living.first.map { .one($0) } ?? (forbidden.isEmpty ? .none : .forbidden(forbidden))
    }
}
