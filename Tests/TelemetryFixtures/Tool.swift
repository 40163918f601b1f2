internal import Foundation
internal import Glibc

/// Runs programs that tests compare us with.
package enum Tool {
    package struct Outcome: Sendable {
        package let status: Int32
        /// Standard output and error together.
        package let output: String
    }

    /// Runs a command of the shell to its end. Not Foundation's Process, whose wait can miss the end of a child.
    ///
    /// - Parameter input: what the command reads on standard input.
    package static func run(_ command: String, input: [UInt8] = []) throws -> Outcome {
        let folder = FileManager.default.temporaryDirectory.appending(path: "tool-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let input = (folder.appending(path: "in"), Data(input))
        try input.1.write(to: input.0)
        let output = folder.appending(path: "out")
        let status = system("{ \(command); } <'\(input.0.path)' >'\(output.path)' 2>&1")
        return Outcome(
            status: status & 0x7f == 0 ? status >> 8 & 0xff : -(status & 0x7f),
            output: String(decoding: try Data(contentsOf: output), as: UTF8.self)
        )
    }
}
