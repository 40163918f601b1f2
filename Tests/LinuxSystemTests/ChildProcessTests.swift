import LinuxSystem
import Testing

struct ChildProcessTests {
    private func run(_ script: String, cpu: Int? = nil) throws -> ChildProcess {
        try ChildProcess("/bin/sh", ["-c", script], errorPath: "/dev/null", cpu: cpu)
    }

    @Test func `its lines are read one by one, and how it ended`() throws {
        let process = try run("echo one; echo two; exit 7")
        #expect(process.readLine(timeoutMilliseconds: 5000) == "one")
        #expect(process.readLine(timeoutMilliseconds: 5000) == "two")
        #expect(process.readLine(timeoutMilliseconds: 5000) == nil)
        #expect(process.hasSaidAll)
        #expect(process.wait(timeoutMilliseconds: nil) == .exited(code: 7))
        #expect(process.wait(timeoutMilliseconds: 0) == .exited(code: 7))
    }

    @Test func `a signal ends it`() throws {
        let process = try run("echo ready; exec sleep 100")
        #expect(process.readLine(timeoutMilliseconds: 5000) == "ready")
        #expect(process.wait(timeoutMilliseconds: 0) == nil)
        process.signal(.terminate)
        #expect(process.wait(timeoutMilliseconds: 5000) == .killed(signal: 15))
    }

    @Test func `it does not outlive its value`() throws {
        var process: ChildProcess? = try run("exec sleep 100")
        let id = try #require(process?.id)
        #expect(ProcessUsage.read(of: id) != nil)
        process = nil
        #expect(ProcessUsage.read(of: id) == nil)
    }

    @Test func `it runs on the CPU that it was given`() throws {
        let ask = "grep Cpus_allowed_list /proc/self/status"
        let allowed = try #require(try run(ask).readLine(timeoutMilliseconds: 5000)).split(separator: "\t").last
        let first = try #require(allowed?.split { $0 == "-" || $0 == "," }.first.flatMap { Int($0) })
        let process = try run(ask, cpu: first)
        #expect(process.readLine(timeoutMilliseconds: 5000) == "Cpus_allowed_list:\t\(first)")
    }

    @Test func `what it uses can be read`() throws {
        let process = try run("i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done; echo done; exec sleep 100")
        #expect(process.readLine(timeoutMilliseconds: 20_000) == "done")
        let usage = try #require(ProcessUsage.read(of: process.id))
        #expect(usage.cpuNanoseconds > 0 && usage.residentBytes > 0)
    }

    @Test func `a program that is not there is an error with its path`() {
        #expect(throws: SystemCallError(call: "posix_spawn", code: SystemCallError.noSuchFile, subject: "/no/such")) {
            _ = try ChildProcess("/no/such", [], errorPath: "/dev/null")
        }
    }

    @Test func `the soft limit of descriptors becomes the hard one`() throws {
        let limit = try #require(ProcessLimits.raiseDescriptors())
        #expect(ProcessFacts.maximumDescriptors == limit)
        #expect(ProcessLimits.raiseDescriptors() == limit)
    }
}
