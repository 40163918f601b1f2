import CommandLineInterface
import LinuxSystem

/// Executes one target in this process until enough was executed or something is wrong.
enum FuzzWorker {
    /// Growth beyond this after the first executions is taken for a leak or for memory without bound.
    private static let growthLimitBytes = 96 << 20

    static func run(_ target: any FuzzTarget.Type, _ options: FuzzOptions, _ progressPath: String) throws -> ExitCode {
        let subject = try target.init()
        let mutator = try Mutator(target)
        let progress = try PositionedFile(path: progressPath, .writing)
        var number = 0
        var taken = 0
        var residentAtFirst: Int?
        while number < options.executions {
            // Where this process stopped is all that its parent needs to make the input again.
            let mark = withUnsafeBytes(of: number.littleEndian) { Array($0) }
            try progress.write(mark.span, at: 0)
            do throws(FuzzFinding) {
                if try subject.run(mutator.input(number, seed: options.seed)) { taken += 1 }
            } catch {
                Fuzzing.say("\(error)\n")
                return .problemFound
            }
            number += 1
            guard number % 1024 == 0, let resident = ProcessFacts.residentMemoryBytes else { continue }
            if let residentAtFirst, resident - residentAtFirst > growthLimitBytes {
                Fuzzing.say("memory has grown from \(residentAtFirst) to \(resident) bytes\n")
                return .problemFound
            }
            if residentAtFirst == nil { residentAtFirst = resident }
        }
        Fuzzing.say("done \(taken)\n")
        return .fine
    }
}
