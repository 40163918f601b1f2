internal import CommandLineInterface
internal import LinuxSystem
internal import VehicleSimulation

/// `decode`: what frames say.
enum DecodeCommand: Command {
    /// Longest file, in bytes.
    private static let limitBytes = 1 << 30
    /// Output is written when it reaches this size, in bytes.
    private static let chunkBytes = 1 << 16

    static let specification = CommandSpecification(
        name: "decode",
        summary: "Show what frames say, as JSON lines",
        discussion: """
            FILE holds one frame as it is, frames in hex or base64 (one per line, or one over several lines), or a
            recording. Payloads are shown as the vehicle sent them. A damaged frame becomes a line with error and
            offset, and the next one follows; so do bytes behind a frame as it is. The exit code is then 1.
            """,
        arguments: [ArgumentSpecification("FILE", .one, kind: .file, "The frames; - reads standard input")],
        examples: [
            .init("\(Program.name) decode recording.jsonl", "A recording of 'serve --record'."),
            .init("xxd -p frame.bin | \(Program.name) decode -", "One frame in hex from standard input."),
        ]
    )

    static func run(_ command: ParsedCommand) -> ExitCode {
        let name = command.arguments[0]
        let bytes: [UInt8]
        do throws(SystemCallError) {
            bytes = try Files.read(name == "-" ? "/dev/stdin" : name, limitBytes: limitBytes)
        } catch {
            return Console.complain(error, doing: "decode")
        }
        let file = FrameFile(bytes)
        guard !file.pieces.isEmpty else {
            Console.complain("decode: \(name): no frames in it; name a file with at least one")
            return .problemFound
        }
        var content = FrameContent()
        var output: [UInt8] = []
        var damaged = 0
        for piece in file.pieces {
            if let damage = piece.appendLine(&content, to: &output) {
                damaged += 1
                let place = damage.offset.map { " at byte \($0)" } ?? ""
                Console.complain("decode: \(name): frame \(piece.number)\(place): \(damage.reason)")
            }
            if output.count >= chunkBytes {
                let printed = Console.print(output)
                guard printed == .fine, Console.hasReader else { return printed }
                output.removeAll(keepingCapacity: true)
            }
        }
        let printed = Console.print(output)
        guard printed == .fine, Console.hasReader else { return printed }
        guard damaged > 0 else { return .fine }
        Console.complain("decode: \(name): \(damaged) of \(file.pieces.count) frames (\(file.format.rawValue)) damaged")
        return .problemFound
    }
}
