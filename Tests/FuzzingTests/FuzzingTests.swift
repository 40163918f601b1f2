import Glibc
import LinuxSystem
import TelemetryFixtures
import Testing

/// The parsers of untrusted bytes, fed with damaged inputs for a moment; `make fuzz` does it for longer.
struct FuzzingTests {
    /// `make test` names an optimised build, which does in a second what one for debugging does in a minute.
    private static let optimised = getenv("FLEET_FUZZ").map { String(cString: $0) }
    private static let executable: String = {
        let own = (try? Tool.run("readlink /proc/\(getpid())/exe").output) ?? ""
        return optimised ?? "\(own[..<(own.lastIndex(of: "/") ?? own.startIndex)])/fleet-fuzz"
    }()

    @Test(arguments: ["proxy", "http", "frames", "envelope", "payload", "spool", "configuration", "views", "signals"])
    func `damaged inputs do no harm`(target: String) throws {
        let executions = Self.optimised == nil ? 1_000 : 50_000
        let folder = try TemporaryDirectory(prefix: "fuzzing")
        let outcome = try Tool.run(
            "'\(Self.executable)' --target \(target) --executions \(executions) --out '\(folder.path)'"
        )
        print(outcome.output)
        #expect(outcome.status == 0, "\(outcome.output)")
        let taken = outcome.output.firstMatch(of: /executions, (\d+) taken/).flatMap { Int($0.1) }
        #expect(try #require(taken) > executions / 50, "hardly more than refusals was tried")
    }
}
