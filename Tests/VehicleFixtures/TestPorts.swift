package import LinuxSystem
internal import Synchronization

/// Port numbers for servers that are told their port, not asked for it.
///
/// A number is given out once: not twice in a run, not by two runs on one machine at the same time, and not while
/// somebody listens there. All numbers lie below those that the kernel gives to outgoing connections, so that no
/// connection takes one between the look and the use.
package enum TestPorts {
    private static let range = 20_000..<32_000

    /// What keeps other runs from a number: held until the process ends.
    private final class Hold: Sendable {
        let lock: LockFile

        init(_ lock: consuming LockFile) { self.lock = lock }
    }

    private static let holds = Mutex<[Hold]>([])
    private static let taken = Atomic<Int>(Int.random(in: 0..<range.count))

    package static func free() -> UInt16 {
        try? Files.makeDirectories(folder)
        for _ in range {
            let port = range.lowerBound + taken.add(1, ordering: .relaxed).newValue % range.count
            guard let lock = try? LockFile(path: "\(folder)/\(port)") else { continue }
            let hold = Hold(lock)
            guard (try? TCP.listen(host: "127.0.0.1", port: UInt16(port), sharesPort: false)) != nil else { continue }
            holds.withLock { $0.append(hold) }
            return UInt16(port)
        }
        fatalError("every port from \(range.lowerBound) to \(range.upperBound - 1) is taken; end what listens there")
    }

    private static let folder = "/tmp/fleet-telemetry-test-ports"
}
