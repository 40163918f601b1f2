import Foundation
import Testing

struct HelpTests {
    @Test func `help comes at once`() throws {
        let times = try (0..<5).map { _ in
            let clock = ContinuousClock()
            return try clock.measure {
                let (code, output, _) = try Child.run(["--help"])
                #expect(code == 0)
                #expect(output.contains("Usage: fleet-telemetry COMMAND"))
            }
        }
        // 10 ms on a quiet machine. The best of five and wide, as other tests run beside this one, and sanitizers
        // take their time: what this finds is help that does something else first.
        #expect(try #require(times.min()) < .seconds(2))
    }

    @Test(arguments: [
        ["serve"], ["demo"], ["simulate"], ["decode"], ["replay"], ["certs"], ["certs", "demo"], ["config"],
        ["fields"], ["config", "check"], ["config", "schema"], ["config", "example"], ["config", "migrate"],
        ["dead-letters"], ["dead-letters", "list"], ["dead-letters", "show"], ["dead-letters", "replay"],
        ["dead-letters", "drop"], ["status"], ["vehicles"], ["check"], ["check", "cert"], ["check", "spool"],
        ["check", "dispatcher"], ["check", "vehicle"], ["check", "endpoint"],
    ])
    func `every command explains itself`(_ command: [String]) throws {
        let (code, output, error) = try Child.run(command + ["--help"])
        #expect(code == 0)
        #expect(error.isEmpty)
        #expect(output.contains("Usage: fleet-telemetry \(command.joined(separator: " "))"))
        // Examples are there to be copied, so they stand on one line however long they are.
        let prose = output.split(separator: "\n").filter { !$0.hasPrefix("  fleet-telemetry ") }
        #expect(prose.allSatisfy { $0.count <= 120 })
    }

    @Test func `the version is told`() throws {
        let (code, output, _) = try Child.run(["--version"])
        #expect(code == 0)
        #expect(output.wholeMatch(of: /fleet-telemetry \d+\.\d+\.\d+\n/) != nil)
    }
}
