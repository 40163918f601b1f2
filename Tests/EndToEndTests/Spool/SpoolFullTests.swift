import Foundation
import Glibc
import LinuxSystem
import Testing
import VehicleFixtures

/// A disk without room: vehicles are held back, nothing is lost, and it goes on by itself.
@Suite(.serialized) struct SpoolFullTests {
    /// Ports that a test asks for.
    private static func configuration(_ shop: Workshop, spool: [String: Any], status: Int) -> [String: Any] {
        var configuration = SpoolCrashTests.configuration(shop)
        configuration["spool"] = spool
        configuration["status_port"] = status
        configuration["status_host"] = "127.0.0.1"
        return configuration
    }

    /// Not under the thread sanitizer, with which the least `max_bytes` takes ten minutes to fill.
    @Test(.enabled(if: dlsym(nil, "__tsan_init") == nil))
    func `at max_bytes vehicles wait, readyz says why, and when the sink is back all goes on`() throws {
        let shop = try Workshop()
        let status = Int(TestPorts.free())
        var configuration = Self.configuration(
            shop,
            spool: ["directory": shop.path("spool"), "max_bytes": 16_777_216],
            status: status
        )
        configuration["file"] = ["path": shop.path("sink/records.jsonl")]
        let server = try shop.serve(configuration)
        let vehicles = try SpoolVehicles(shop, padding: 50_000)
        defer { vehicles.stop() }
        let answer = try Workshop.readiness(port: status) { $0.contains("spool: ") }
        #expect(answer.hasPrefix("HTTP/1.1 503 "))
        #expect(answer.contains("raise spool.max_bytes; vehicles are held back and lose nothing"), "\(answer)")
        #expect(try server.line(.error, containing: "spool_blocked").contains("of 16777216 bytes"))
        try FileManager.default.createDirectory(atPath: shop.path("sink"), withIntermediateDirectories: true)
        #expect(vehicles.waitForAcks(500))
        try server.line(.error, containing: "spool_unblocked")
        server.send(.terminate)
        #expect(try server.exitCode() == 0)
        _ = try SpoolCrashTests.finish(shop, vehicles, configuration)
        try SpoolCrashTests.check([shop.path("sink/records.jsonl")], vehicles, kills: 0, "spool full")
    }

    /// Needs the right to mount; without it `at max_bytes` stands for it.
    @Test(.enabled(if: geteuid() == 0 && SmallDisk.canMount))
    func `a disk that is full is waited for, through a kill too, and freed it goes on by itself`() throws {
        let shop = try Workshop()
        let status = Int(TestPorts.free())
        let disk = try SmallDisk(shop.path("disk"), megabytes: 24)
        defer { disk.unmount() }
        let configuration = Self.configuration(
            shop,
            spool: ["directory": "\(disk.path)/spool", "max_bytes": 1 << 30],
            status: status
        )
        let server = try shop.serve(configuration)
        let vehicles = try SpoolVehicles(shop, padding: 5_000)
        defer { vehicles.stop() }
        #expect(vehicles.waitForAcks(50))
        let filler = try disk.fill()
        let answer = try Workshop.readiness(port: status) { $0.contains("spool: ") }
        #expect(answer.hasPrefix("HTTP/1.1 503 "))
        #expect(answer.contains("No space left on device; free room on its disk"), "\(answer)")
        server.send(.kill)
        try server.waitForEnd()
        // Starting needs no room.
        let again = try shop.serve(configuration)
        _ = try Workshop.readiness(port: status) { $0.hasPrefix("HTTP/1.1 503 ") && $0.contains("spool: ") }
        unlink(filler)
        #expect(vehicles.waitForAcks(200))
        _ = try Workshop.readiness(port: status) { $0.hasPrefix("HTTP/1.1 200 ") }
        again.send(.terminate)
        #expect(try again.exitCode() == 0)
        _ = try SpoolCrashTests.finish(shop, vehicles, configuration)
        try SpoolCrashTests.check([shop.recordsPath], vehicles, kills: 1, "disk full")
    }

    /// Needs the right to mount, as the one above.
    @Test(.enabled(if: geteuid() == 0 && SmallDisk.canMount))
    func `a disk that only the spool has filled goes on when the sink is back, and nobody frees anything`() throws {
        let shop = try Workshop()
        let status = Int(TestPorts.free())
        let disk = try SmallDisk(shop.path("disk"), megabytes: 8)
        defer { disk.unmount() }
        var configuration = Self.configuration(
            shop,
            spool: ["directory": "\(disk.path)/spool", "max_bytes": 1 << 30, "retain_seconds": 86_400],
            status: status
        )
        configuration["file"] = ["path": shop.path("sink/records.jsonl")]
        let server = try shop.serve(configuration)
        let vehicles = try SpoolVehicles(shop, padding: 5_000)
        defer { vehicles.stop() }
        _ = try Workshop.readiness(port: status) { $0.contains("No space left on device") }
        try FileManager.default.createDirectory(atPath: shop.path("sink"), withIntermediateDirectories: true)
        // More than the disk holds.
        #expect(vehicles.waitForAcks(3_000))
        server.send(.terminate)
        #expect(try server.exitCode() == 0)
        _ = try SpoolCrashTests.finish(shop, vehicles, configuration)
        try SpoolCrashTests.check([shop.path("sink/records.jsonl")], vehicles, kills: 0, "disk full by itself")
    }
}

/// A file system of a few megabytes in memory.
private struct SmallDisk {
    let path: String

    static let canMount: Bool = {
        guard let directory = try? TemporaryDirectory(prefix: "mount") else { return false }
        guard let disk = try? SmallDisk(directory.path, megabytes: 1) else { return false }
        disk.unmount()
        return true
    }()

    init(_ path: String, megabytes: Int) throws {
        self.path = path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        guard mount("tmpfs", path, "tmpfs", 0, "size=\(megabytes)m") == 0 else {
            throw Child.Failure(description: "mount: \(String(cString: strerror(errno)))")
        }
    }

    /// Takes all room that is left.
    func fill() throws -> String {
        let name = "\(path)/filler"
        let number = open(name, O_WRONLY | O_CREAT, 0o600)
        defer { close(number) }
        let block = [UInt8](repeating: 0, count: 4_096)
        while write(number, block, block.count) > 0 {}
        return name
    }

    func unmount() {
        umount2(path, Int32(MNT_DETACH))
    }
}
