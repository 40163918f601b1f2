import CommandLineInterface
import LinuxSystem

/// The whole of `make fuzz`: one child process after the other executes a target, so that what stops it is seen and
/// told with the input that did it.
enum Fuzzing {
    static func run(_ words: [String]) -> ExitCode {
        let options: FuzzOptions
        switch FuzzOptions.read(words) {
        case .options(let read): options = read
        case .text(let text):
            say(text)
            return .fine
        case .fault(let fault):
            complain(fault)
            return .usage
        }
        do {
            if let path = options.replayPath { return try replay(path, options.targets[0]) }
            if let path = options.progressPath { return try FuzzWorker.run(options.targets[0], options, path) }
            var isFine = true
            for target in options.targets {
                isFine = try FuzzSupervisor(target, options).run() && isFine
            }
            return isFine ? .fine : .problemFound
        } catch {
            complain("fleet-fuzz: \(error)")
            return .environment
        }
    }

    private static func replay(_ path: String, _ target: any FuzzTarget.Type) throws -> ExitCode {
        let subject = try target.init()
        let input = try Files.read(path, limitBytes: 1 << 24)
        do throws(FuzzFinding) {
            _ = try subject.run(input)
        } catch {
            complain("\(target.name): \(error)")
            return .problemFound
        }
        say("\(target.name): nothing wrong with \(path)\n")
        return .fine
    }

    static func say(_ text: String) { _ = StandardStream.output.write(Array(text.utf8)) }
    static func complain(_ text: String) { _ = StandardStream.error.write(Array("\(text)\n".utf8)) }
}
