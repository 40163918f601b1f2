import Foundation
import Glibc
import JSONText
import LinuxSystem
import OpenSSLTransport
import TelemetryFixtures
import Testing
import VehicleFixtures

/// What an operator's machine says to the process, and what the process says back.
struct LifeCycleTests {
    /// The supervisor's end of `NOTIFY_SOCKET`.
    private final class Supervisor {
        let number: Int32
        /// The value of `NOTIFY_SOCKET`.
        let address: String

        /// - Parameter path: of the socket; nil for an abstract name.
        init(path: String?) throws {
            number = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
            address = path ?? "@fleet-telemetry-test-\(UUID().uuidString)"
            var name = sockaddr_un()
            name.sun_family = sa_family_t(AF_UNIX)
            let bytes = path == nil ? [0] + Array(address.utf8.dropFirst()) : Array(address.utf8) + [0]
            withUnsafeMutableBytes(of: &name.sun_path) { $0.copyBytes(from: bytes) }
            let length = socklen_t(MemoryLayout<sockaddr_un>.offset(of: \.sun_path)! + bytes.count)
            let code = withUnsafePointer(to: &name) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(number, $0, length) }
            }
            try #require(code == 0)
            var time = timeval(tv_sec: 20, tv_usec: 0)
            setsockopt(number, SOL_SOCKET, SO_RCVTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
        }

        deinit { close(number) }

        /// The next message that is no heartbeat.
        func message() throws -> [String] {
            while true {
                let lines = try next()
                if lines != ["WATCHDOG=1"] { return lines }
            }
        }

        func next() throws -> [String] {
            var buffer = [UInt8](repeating: 0, count: 4096)
            let count = recv(number, &buffer, buffer.count, 0)
            try #require(count > 0, "no message came")
            return String(decoding: buffer[..<count], as: UTF8.self).split(separator: "\n").map(String.init)
        }
    }

    @Test(arguments: [true, false])
    func `a supervisor hears of start, life, reload and stop`(_ isAbstract: Bool) throws {
        let shop = try Workshop()
        let supervisor = try Supervisor(path: isAbstract ? nil : shop.path("notify"))
        let child = try Child(
            ["serve", "--config", try shop.write(shop.configuration)],
            environment: ["NOTIFY_SOCKET=\(supervisor.address)", "WATCHDOG_USEC=100000"]
        )
        let ready = try supervisor.message()
        #expect(ready == ["READY=1", "STATUS=serving vehicles on 127.0.0.1:\(shop.port)"])
        // Served when it says so.
        let vehicle = try shop.vehicle()
        for _ in 0..<3 { #expect(try supervisor.next() == ["WATCHDOG=1"]) }
        child.send(.hangUp)
        let reloading = try supervisor.message()
        #expect(reloading.first == "RELOADING=1")
        #expect(reloading.last?.hasPrefix("MONOTONIC_USEC=") == true)
        #expect(try supervisor.message() == ready)
        try child.line(.error, containing: "certificates_reloaded")
        try vehicle.send(Workshop.frame("after", speed: 1))
        #expect(try vehicle.nextFrame().flatMap(Workshop.acknowledged) == "after")
        child.send(.terminate)
        #expect(try supervisor.message().first == "STOPPING=1")
        #expect(try vehicle.nextFrame()?.closeCode == 1001)
        #expect(try child.exitCode() == 0)
    }

    @Test func `a reload that fails keeps serving, and the supervisor and the log hear why`() throws {
        let shop = try Workshop()
        let supervisor = try Supervisor(path: nil)
        let child = try Child(
            ["serve", "--config", try shop.write(shop.configuration)],
            environment: ["NOTIFY_SOCKET=\(supervisor.address)"]
        )
        _ = try supervisor.message()
        let vehicle = try shop.vehicle()
        try Data("no key".utf8).write(to: URL(filePath: shop.files.serverKeyPath))
        child.send(.hangUp)
        _ = try supervisor.message()
        let status = try supervisor.message()
        #expect(status.first == "READY=1")
        #expect(status.last?.contains("certificates: not reloaded, the old stay in use") == true)
        #expect(try child.line(.error, containing: "tls_reload_failed").contains(shop.files.serverKeyPath))
        try vehicle.send(Workshop.frame("after", speed: 1))
        #expect(try vehicle.nextFrame().flatMap(Workshop.acknowledged) == "after")
        _ = try shop.vehicle(Workshop.vins[1])
        child.send(.terminate)
        #expect(try child.exitCode() == 0)
    }

    @Test func `a log file that was moved away is let go of at SIGHUP, and a new one begins`() throws {
        let shop = try Workshop()
        let child = try shop.serve()
        let vehicle = try shop.vehicle()
        func send(_ txid: String) throws {
            try vehicle.send(Workshop.frame(txid, speed: 1))
            #expect(try vehicle.nextFrame().flatMap(Workshop.acknowledged) == txid)
        }
        /// What the process has open, so that a moved file's room can be had back.
        func isHeld(_ path: String) throws -> Bool {
            let folder = "/proc/\(child.processIdentifier)/fd"
            return try FileManager.default.contentsOfDirectory(atPath: folder).contains { number in
                (try? FileManager.default.destinationOfSymbolicLink(atPath: "\(folder)/\(number)")) == path
            }
        }
        try send("before")
        let moved = shop.path("records.jsonl.1")
        try FileManager.default.moveItem(atPath: shop.recordsPath, toPath: moved)
        #expect(try isHeld(moved))
        child.send(.hangUp)
        try #require(eventually { try !isHeld(moved) })
        try send("after")
        #expect(try shop.recordedLines("records.jsonl.1").map { $0["txid"] as? String } == ["before"])
        #expect(try shop.recordedLines().map { $0["txid"] as? String } == ["after"])
        child.send(.terminate)
        #expect(try child.exitCode() == 0)
    }

    @Test(arguments: [Child.Signal.interrupt, .terminate])
    func `a second signal ends a stop that takes long, and says so`(_ signal: Child.Signal) throws {
        let shop = try Workshop()
        var configuration = shop.configuration
        // The vehicle below never closes its end, so that the stop would take this long.
        configuration["connection"] = ["close_timeout_seconds": 60]
        let child = try shop.serve(configuration)
        let vehicle = try shop.vehicle()
        child.send(.terminate)
        #expect(try vehicle.nextFrame()?.closeCode == 1001)
        child.send(signal)
        #expect(try child.exitCode() == 1)
        #expect(try child.line(.error, containing: "second signal").contains("send again"))
    }

    @Test func `a socket that was opened before the start is served by all loops, and waits for a restart`() throws {
        let shop = try Workshop()
        let socket = try ListeningSocket(TCP.listen(host: "127.0.0.1", port: 0, sharesPort: false))
        let port = socket.address.port
        for round in 0..<2 {
            // Nobody accepts yet: it waits in the socket's queue.
            let early = try TCP.connect(host: "127.0.0.1", port: port, isBlocking: true)
            let child = try Child(
                ["serve", "--config", try shop.write(shop.configuration)],
                listening: socket.descriptor.number
            )
            #expect(try child.line(.error, containing: "starting_server").contains("127.0.0.1:\(port)"))
            _ = try TCP.send(Array("GET / HTTP/1.1\r\n\r\n".utf8).span, to: early)
            var buffer = [UInt8](repeating: 0, count: 100)
            let count = try #require(try early.read(into: &buffer))
            #expect(String(decoding: buffer[..<count], as: UTF8.self).hasPrefix("HTTP/1.1 400 "))
            let vehicles = try (0..<4).map { _ in try shop.vehicle(port: port) }
            for (number, vehicle) in vehicles.enumerated() {
                try vehicle.send(Workshop.frame("\(round)-\(number)", speed: 1))
                #expect(try vehicle.nextFrame().flatMap(Workshop.acknowledged) == "\(round)-\(number)")
            }
            child.send(.terminate)
            for vehicle in vehicles { #expect(try vehicle.nextFrame()?.closeCode == 1001) }
            #expect(try child.exitCode() == 0)
        }
    }

    @Test func `something else than a listening socket is refused with what to do`() throws {
        let shop = try Workshop()
        let file = try FileHandle(forReadingFrom: URL(filePath: try shop.write(shop.configuration)))
        let child = try Child(["serve", "--config", shop.path("server.json")], listening: file.fileDescriptor)
        #expect(try child.exitCode() == 3)
        #expect(try child.line(.error, containing: "LISTEN_FDS").contains("descriptor 3 is no stream socket"))
    }

    @Test func `a low limit on descriptors is said at the start, and running out of them ends nothing`() throws {
        let shop = try Workshop()
        var configuration = shop.configuration
        configuration["max_connections"] = 1000
        configuration["connection"] = ["close_timeout_seconds": 0.1, "handshake_timeout_seconds": 60]
        let child = try Child(["serve", "--config", try shop.write(configuration)], descriptorLimit: 36)
        let warning = try child.line(.error, containing: "descriptor_limit_low")
        #expect(warning.contains("max_connections=1000") && warning.contains("descriptors=36"))
        try child.line(.error, containing: "starting_server")
        let vehicle = try shop.vehicle()
        do {
            let crowd = try (0..<60).map { _ in
                try ListeningSocket(TCP.connect(host: "127.0.0.1", port: UInt16(shop.port), isBlocking: true))
            }
            let refusal = try child.line(.error, containing: "_re", seconds: 30)
            #expect(refusal.contains("connection_limit_reached") || refusal.contains("accept_failed"), "\(refusal)")
            try vehicle.send(Workshop.frame("crowded", speed: 1))
            #expect(try vehicle.nextFrame().flatMap(Workshop.acknowledged) == "crowded")
            withExtendedLifetime(crowd) {}
        }
        // They are gone, and with them the need, as soon as the server has seen it.
        let deadline = MonotonicTime.now.adding(milliseconds: 20_000)
        var found: TestVehicle?
        while found == nil {
            do {
                found = try shop.vehicle(Workshop.vins[1])
            } catch {
                try #require(MonotonicTime.now < deadline, "\(error)\n\(child.everything)")
            }
        }
        let late = try #require(found)
        try late.send(Workshop.frame("late", speed: 1, vin: Workshop.vins[1]))
        #expect(try late.nextFrame().flatMap(Workshop.acknowledged) == "late")
        child.send(.terminate)
        #expect(try child.exitCode() == 0)
    }
}
