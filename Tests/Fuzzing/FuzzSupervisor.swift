import LinuxSystem

/// Watches the process that executes one target, and tells what went wrong with the input that did it.
final class FuzzSupervisor {
    /// An execution takes microseconds; this is for machines that do much else, and for sanitizers.
    private static let hangMilliseconds = 30_000

    private let target: any FuzzTarget.Type
    private let options: FuzzOptions
    private let folder: TemporaryDirectory

    init(_ target: any FuzzTarget.Type, _ options: FuzzOptions) throws {
        self.target = target
        self.options = options
        folder = try TemporaryDirectory(prefix: "fleet-fuzz")
    }

    private var progressPath: String { "\(folder.path)/progress" }
    private var errorPath: String { "\(folder.path)/errors" }

    /// - Returns: whether nothing was wrong.
    func run() throws -> Bool {
        try Files.write([UInt8](repeating: 0, count: 8), to: progressPath, mode: 0o600)
        let start = MonotonicTime.now
        let process = try ChildProcess(
            "/proc/self/exe",
            [
                "--target", target.name, "--executions", "\(options.executions)", "--seed", "\(options.seed)",
                "--progress", progressPath,
            ],
            errorPath: errorPath
        )
        var said = ""
        var number = currentNumber()
        var movedAt = MonotonicTime.now
        while !process.hasSaidAll {
            if let line = process.readLine(timeoutMilliseconds: 250) { said += "\(line)\n" }
            let now = currentNumber()
            if now != number {
                number = now
                movedAt = .now
            } else if movedAt.adding(milliseconds: Self.hangMilliseconds) < .now {
                process.signal(.kill)
                _ = process.wait(timeoutMilliseconds: nil)
                return try tell("input \(number) was not done after \(Self.hangMilliseconds) ms", number)
            }
        }
        let end = process.wait(timeoutMilliseconds: nil)
        let milliseconds = MonotonicTime.now.nanoseconds(since: start) / 1_000_000
        if said.hasPrefix("done "), end == .exited(code: 0) {
            let what = "\(options.executions) executions, \(said.dropFirst(5).dropLast()) taken, in \(milliseconds) ms"
            Fuzzing.say("\(target.name): \(what), seed \(options.seed)\n")
            return true
        }
        let crash = "the process ended with \(end.map { "\($0)" } ?? "nothing"): \(lastWords())"
        return try tell(said.isEmpty ? crash : said, currentNumber())
    }

    /// Writes the input down.
    private func tell(_ what: String, _ number: Int) throws -> Bool {
        let path = "\(options.outputDirectory)/\(target.name)-\(options.seed)-\(number).bin"
        try Files.write(try Mutator(target).input(number, seed: options.seed), to: path, mode: 0o600)
        Fuzzing.complain(
            """
            \(target.name): \(what)
              seed \(options.seed), input \(number), which is in \(path)
              again: fleet-fuzz --target \(target.name) --replay \(path)
            """
        )
        return false
    }

    private func currentNumber() -> Int {
        guard let bytes = try? Files.read(progressPath, limitBytes: 64), bytes.count == 8 else { return 0 }
        return bytes.reversed().reduce(0) { $0 << 8 | Int($1) }
    }

    private func lastWords() -> String {
        let bytes = (try? Files.read(errorPath, limitBytes: 16 << 20)) ?? []
        return String(decoding: bytes.prefix(4000), as: UTF8.self)
    }
}
