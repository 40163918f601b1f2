internal import CommandLineInterface
internal import ConfigurationSchema
internal import ControlPlane
internal import LinuxSystem
internal import ServerAssembly

/// Which running server a command asks, from its options.
enum ControlTarget {
    static let socket = Option<String?>.file("socket", "PATH", "The server's control socket (control.socket)")
    static let config = Option<String?>.file("config", "FILE", "The server's configuration, which tells the socket")
    static let options = [socket.specification, config.specification]

    /// For the help of commands that take ``options``.
    static let discussion = """
        Without --socket and --config it asks the one server that runs on this machine. Only root and the server's own
        user are answered.
        """

    /// Why no server can be asked.
    enum Failure: Error {
        case bothGiven
        case unusableConfiguration(String)
        /// `control.enabled` is false.
        case switchedOff(String)
        case noServer(looked: [String])
        case several([String])
        case forbidden([String])

        /// What is wrong and what to do next.
        var words: String {
            switch self {
            case .bothGiven: "--socket and --config are given; one of them tells the server, so leave the other out"
            case .unusableConfiguration(let path):
                "\(path): not usable; '\(Program.name) config check \(path)' tells why, or give --socket"
            case .switchedOff(let path):
                "\(path): control.enabled is false, so the server cannot be asked; set it to true and restart"
            case .noServer(let looked):
                "no server runs here that says so in \(looked.joined(separator: " or ")); start it, or give --socket "
                    + "or --config"
            case .several(let paths):
                "several servers run here; choose one with --socket: \(paths.joined(separator: ", "))"
            case .forbidden(let paths):
                "\(paths.joined(separator: ", ")): not for this user; ask as root or as the server's user "
                    + "(sudo -u USER \(Program.name) …)"
            }
        }
    }

    /// The path of the socket to ask.
    static func path(_ command: ParsedCommand) throws(Failure) -> String {
        let (socket, file) = (command[socket], command[config])
        guard socket == nil || file == nil else { throw .bothGiven }
        if let socket { return socket }
        let environment = ProcessEnvironment.variables
        let places = ControlPlaces(environment: environment)
        guard let file else { return try choice(places.search(), looked: places.directories) }
        let configuration = try configuration(file)
        guard configuration.control.isEnabled else { throw .switchedOff(file) }
        guard configuration.control.socket.isEmpty else { return configuration.control.socket }
        return try choice(
            places.search(port: configuration.port),
            looked: places.candidates(port: configuration.port)
        )
    }

    /// The configuration, read without a look at the machine.
    static func configuration(_ path: String) throws(Failure) -> ServerConfiguration {
        let environment = ProcessEnvironment.variables
        let checked = ConfigurationCommands.checked(path: path, environment: environment, machine: nil)
        guard let configuration = checked.configuration else { throw .unusableConfiguration(path) }
        return configuration
    }

    private static func choice(_ finding: ControlPlaces.Finding, looked: [String]) throws(Failure) -> String {
        switch finding {
        case .one(let path): return path
        case .several(let paths): throw .several(paths)
        case .forbidden(let paths): throw .forbidden(paths)
        case .none: throw .noServer(looked: looked)
        }
    }

    /// Runs a command that asks a server, and says what prevents it.
    ///
    /// - Parameter name: the command's, for messages.
    static func ask(
        _ command: ParsedCommand,
        as name: String,
        _ body: (ControlClient) throws(ControlFailure) -> ExitCode
    ) -> ExitCode {
        let path: String
        do throws(Failure) {
            path = try self.path(command)
        } catch {
            Console.complain("\(name): \(error.words)")
            return switch error {
            case .bothGiven, .unusableConfiguration, .switchedOff, .several: .usage
            case .noServer, .forbidden: .environment
            }
        }
        do throws(ControlFailure) {
            return try ProgressLine.during("\(name): asking the server") { (_) throws(ControlFailure) in
                try body(ControlClient(path: path))
            }
        } catch {
            Console.complain("\(name): \(error.words)")
            return .environment
        }
    }
}
