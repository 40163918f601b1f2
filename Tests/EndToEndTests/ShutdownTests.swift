import Foundation
import LinuxSystem
import Synchronization
import Testing
import VehicleFixtures

/// What a stop in the middle of everything leaves behind.
struct ShutdownTests {
    /// What vehicles saw.
    private final class Seen: Sendable {
        struct State {
            var acked: Set<String> = []
            var closeCodes: [Int] = []
            var failures: [String] = []
        }

        let state = Mutex(State())
        let enough = ThreadSignal()
    }

    /// Sends records, some at a time, and waits for their acks, until the server ends the connection.
    private static func drive(_ vehicle: TestVehicle, _ vin: String, name: String, window: Int, _ seen: Seen) throws {
        var number = 0
        while true {
            do {
                for _ in 0..<window {
                    number += 1
                    try vehicle.send(Workshop.frame("\(name)-\(number)", speed: Double(number), vin: vin))
                }
            } catch is SystemCallError {
                // The server is gone; what it said before is still to be read.
            }
            for _ in 0..<window {
                guard let frame = try vehicle.nextFrame() else { return }
                if let code = frame.closeCode {
                    seen.state.withLock { $0.closeCodes.append(code) }
                    return
                }
                guard let txid = try Workshop.acknowledged(frame) else { continue }
                let count = seen.state.withLock { state in
                    state.acked.insert(txid)
                    return state.acked.count
                }
                if count == 1000 { seen.enough.raise() }
            }
        }
    }

    @Test func `SIGTERM under load loses nothing that was acked, and says goodbye`() throws {
        let shop = try Workshop()
        let child = try shop.serve()
        let seen = Seen()
        let drivers = Workshop.vins.enumerated().flatMap { index, vin in
            [1, 50].map { (vin: vin, name: "v\(index)w\($0)", window: $0) }
        }
        let vehicles = try drivers.map { try Handed(shop.vehicle($0.vin)) }
        let threads = try zip(drivers, vehicles).map { driver, vehicle in
            try LoopThread(name: driver.name) {
                do {
                    try Self.drive(vehicle.value, driver.vin, name: driver.name, window: driver.window, seen)
                } catch {
                    seen.state.withLock { $0.failures.append("\(driver.name): \(error)") }
                }
            }
        }
        #expect(seen.enough.wait(until: MonotonicTime.now.adding(milliseconds: 60_000)))
        child.send(.terminate)
        #expect(try child.exitCode() == 0)
        for thread in threads { thread.join() }

        let (acked, codes, failures) = seen.state.withLock { ($0.acked, $0.closeCodes, $0.failures) }
        #expect(failures.isEmpty)
        #expect(codes == Array(repeating: 1001, count: drivers.count))
        let written = Set(try shop.recordedLines().compactMap { $0["txid"] as? String })
        #expect(acked.count >= 1000)
        #expect(acked.subtracting(written).isEmpty)
        let drained = try child.line(.error, containing: "dispatcher_drained")
        #expect(drained.contains("dispatcher=file"))
        #expect(drained.contains("left=0"))
        #expect(try child.line(.error, containing: "stopped_server").contains("left=0"))
        // Names all that was written: only lines of the log stand on standard error.
        #expect(!child.text(.error).contains("Fatal error"))
    }

    @Test func `records that no dispatcher took are a warning at the end, and were not acked`() throws {
        let shop = try Workshop()
        var configuration = shop.configuration
        configuration["file"] = ["path": "/dev/full"]
        configuration["shutdown_timeout_seconds"] = 1
        let child = try shop.serve(configuration)
        let vehicle = try shop.vehicle()
        try vehicle.send(Workshop.frame("kept by the vehicle", speed: 1))
        _ = try child.line(.error, containing: "dispatch")
        child.send(.terminate)
        #expect(try child.exitCode() == 0)
        let left = try child.line(.error, containing: "dispatcher_left_records")
        #expect(left.contains("dispatcher=file") && left.contains("level=warning"))
        #expect(try vehicle.nextFrame().flatMap(Workshop.acknowledged) == nil)
    }

    /// A vehicle on its way to the one thread that will use it.
    private final class Handed: @unchecked Sendable {
        // SAFETY: set before the thread starts, and touched by that thread alone.
        let value: TestVehicle

        init(_ value: TestVehicle) {
            self.value = value
        }
    }
}
