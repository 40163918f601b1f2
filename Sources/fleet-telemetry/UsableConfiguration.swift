internal import ConfigurationSchema
internal import LinuxSystem
internal import ServerAssembly

/// The configuration for commands that work beside a server: read and checked, the machine left out of it.
enum UsableConfiguration {
    /// Says what is wrong on standard error if it can't be used.
    ///
    /// - Parameter command: its words, e.g. `spool replay`.
    /// - Returns: nil if the file has errors or can't be read.
    static func read(_ path: String, for command: String) -> ServerConfiguration? {
        let checked = ConfigurationCommands.checked(
            path: path,
            environment: ProcessEnvironment.variables,
            machine: nil
        )
        if checked.configuration == nil {
            Console.print(error: checked.report.text(Console.errorStyle))
            Console.complain("\(command): \(path): not usable; see above")
        }
        return checked.configuration
    }
}
