internal import LinuxSystem
package import Spooling
internal import TelemetryModel

/// What `fleet-telemetry spool drop` does: removes things from a spool that no server uses.
package enum SpoolDrop {
    /// - Returns: the files that were removed.
    /// - Throws: in plain words, when a server has the directory or it can't be used.
    package static func run(_ targets: [SpoolCleaner.Target], in directory: String) throws(Refusal) -> [String] {
        // Taking the lock would make the directory.
        guard Files.isDirectory(directory) else {
            throw Refusal(description: "\(directory): no such directory; name the spool's, as spool.directory has it")
        }
        do throws(SpoolOpeningError) {
            let cleaner = try SpoolCleaner(directory: directory)
            var removed: [String] = []
            for target in targets { removed += try cleaner.drop(target) }
            return removed
        } catch {
            guard case .inUse(let holder) = error.reason else { throw Refusal(description: "\(error)") }
            let process = holder.map { "process \($0)" } ?? "another process"
            throw Refusal(
                description: "\(directory) is in use by \(process): a server locks its spool; stop it first "
                    + "(status, inspect and replay work while it runs)"
            )
        }
    }

    /// Why nothing, or not everything, was removed.
    package struct Refusal: Error, Sendable, CustomStringConvertible {
        package let description: String
    }
}
