import EnvelopeCodec
import Glibc
import LinuxSystem
import OpenSSLTransport
import Synchronization
import TelemetryFixtures
import VehicleFixtures

/// Peers that break the rules on threads of their own, until they are told to stop.
final class Siege: Sendable {
    /// Hostile peers come from here, so that limits per address hit them and nobody else.
    static let address = "127.0.0.66"

    /// What peers share that do the same.
    final class Front: Sendable {
        let port: UInt16
        let seed: UInt64
        fileprivate let over = Atomic<Bool>(false)
        fileprivate let stands = ThreadSignal()
        private let identity: TLSIdentity
        private let authorities: [Certificate]

        fileprivate init(_ site: Site, seed: UInt64) throws {
            port = site.port
            self.seed = seed
            let vin = Site.vins[0]
            identity = try TLSIdentity(
                chainPath: site.files.vehiclePath(vin),
                keyPath: site.files.vehicleKeyPath(vin)
            )
            authorities = try Certificate.readAll(path: site.files.authorityPath)
        }

        var isOver: Bool { over.load(ordering: .relaxed) }

        /// Says that something hostile was done, and that honest vehicles may begin.
        func noteAttempt() { stands.raise() }

        func context() throws -> TLSClientContext {
            try TLSClientContext(authorities: authorities, identity: identity)
        }

        /// A connection without TLS.
        func socket() throws -> PlainSocket { try PlainSocket(port: port) }

        /// A vehicle after the TLS handshake.
        func vehicle(_ context: TLSClientContext) throws -> TestVehicle {
            try TestVehicle(port: port, context: context, localHost: Siege.address, timeoutMilliseconds: 2_000)
        }

        /// A vehicle after the upgrade.
        func upgraded(_ context: TLSClientContext) throws -> TestVehicle {
            let vehicle = try vehicle(context)
            try vehicle.upgrade()
            return vehicle
        }

        /// What a client says first.
        func clientHello() throws -> [UInt8] {
            let session = TLSSession(try context(), serverName: "localhost", buffers: TLSBuffers())
            _ = session.handshake()
            return session.takeOutbound()
        }
    }

    private let front: Front
    private let threads: [LoopThread]

    init(_ attack: Attack, on site: Site) throws {
        let front = try Front(site, seed: .random(in: 0 ... .max))
        self.front = front
        print("\(attack.name): seed \(front.seed)")
        let count = FaultForm.isLong ? attack.threads : 1
        threads = try (0..<count).map { index in
            try LoopThread(name: "siege-\(index)") {
                // Attackers have machines of their own; here they must not take the CPU from honest vehicles.
                setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, 19)
                var random = SeededRandom(seed: front.seed &+ UInt64(index))
                while !front.isOver {
                    // A connection that the server ends is what should happen; the next one follows.
                    try? attack.body(front, &random)
                    usleep(attack.pauseMicroseconds)
                }
            }
        }
    }

    /// Waits until the attack goes on.
    func waitUntilItStands() -> Bool {
        front.stands.wait(until: MonotonicTime.now.adding(milliseconds: 60_000))
    }

    func end() {
        front.over.store(true, ordering: .relaxed)
        for thread in threads { thread.join() }
    }
}

/// A way to break the rules.
struct Attack: Sendable, CustomStringConvertible {
    let name: String
    /// In the long form.
    var threads = 2
    /// Between two connections, so that the machine measures the server and not handshakes of attackers.
    var pauseMicroseconds: UInt32 = 5_000
    /// Connects, does harm, and returns when the connection is no use any more or the siege is over.
    let body: @Sendable (Siege.Front, inout SeededRandom) throws -> Void

    var description: String { name }
}

/// A connection without TLS.
final class PlainSocket {
    private let descriptor: FileDescriptor

    init(port: UInt16) throws {
        descriptor = try TCP.connect(host: "127.0.0.1", port: port, isBlocking: true, localHost: Siege.address)
        TCP.setTimeout(descriptor, milliseconds: 2_000)
    }

    func send(_ bytes: [UInt8]) throws { _ = try TCP.send(bytes.span, to: descriptor) }

    /// Waits for an answer or the end.
    func readSome() -> Int {
        var buffer = [UInt8](repeating: 0, count: 4_096)
        return (try? descriptor.read(into: &buffer)) ?? 0
    }
}
