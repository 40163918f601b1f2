import Foundation
import Glibc
import LinuxSystem
import Synchronization
import Testing

/// Sockets with a path, in a directory of the test's own.
@Suite struct UnixSocketTests {
    private final class Place: Sendable {
        private let directory: TemporaryDirectory

        init() throws { directory = try TemporaryDirectory(prefix: "unix-socket") }

        func path(_ name: String = "s.sock") -> String { "\(directory.path)/\(name)" }
    }

    private static func connect(_ path: String) throws -> FileDescriptor {
        try UnixSocket.connect(path: path, until: .now.adding(milliseconds: 5_000))
    }

    private static func failure(_ path: String) -> UnixListenerFailure? {
        do throws(UnixListenerFailure) {
            _ = try UnixListener.listen(at: path)
            return nil
        } catch {
            return error
        }
    }

    @Test func `a socket is for its owner, and both ends know each other`() throws {
        let place = try Place()
        let listener = try UnixListener.listen(at: place.path())
        #expect(Files.mode(of: place.path()) == 0o600)
        let socketPlace = listener.place
        let descriptor = listener.take()
        let client = try Self.connect(place.path())
        guard let socket = try TCP.accept(descriptor) else { return #expect(Bool(false), "nobody waits") }
        let accepted = socket.take()
        let (peer, server) = (UnixSocket.peer(of: accepted), UnixSocket.peer(of: client))
        #expect(peer?.user == UnixSocket.ownUser && peer?.process == getpid() && server == peer)
        _ = try TCP.send([1, 2, 3].span, to: client)
        var buffer = [UInt8](repeating: 0, count: 8)
        #expect(TCP.wait(for: accepted, until: .now.adding(milliseconds: 5_000)) == .ready)
        #expect(try accepted.read(into: &buffer) == 3)
        socketPlace.remove()
        #expect(!Files.isOccupied(place.path()))
    }

    @Test func `a socket with a port has no peer of this kind`() throws {
        let listener = try TCP.listen(host: "127.0.0.1", port: 0, sharesPort: false)
        let address = TCP.localAddress(of: listener)
        let client = try TCP.connect(host: "127.0.0.1", port: address?.port ?? 0, isBlocking: true)
        let peer = UnixSocket.peer(of: client)
        #expect(peer == nil)
    }

    @Test func `what a dead server left is replaced, and nobody listens there before`() throws {
        let place = try Place()
        do { _ = try UnixListener.listen(at: place.path()).take() }
        #expect(Files.isOccupied(place.path()))
        let error = #expect(throws: SystemCallError.self) { _ = try Self.connect(place.path()) }
        #expect(error?.code == SystemCallError.connectionRefused)
        let listener = try UnixListener.listen(at: place.path())
        _ = try Self.connect(place.path())
        withExtendedLifetime(listener) {}
    }

    @Test func `a socket that somebody listens on is left alone, also when its queue is full`() throws {
        let place = try Place()
        let listener = try UnixListener.listen(at: place.path(), backlog: 1)
        #expect(Self.failure(place.path()) == .inUse)
        var waiting: [Int32] = []
        defer { for number in waiting { close(number) } }
        // Until the queue takes no more.
        while let client = try? UnixSocket.connect(path: place.path(), until: .now.adding(milliseconds: 20)) {
            waiting.append(client.surrender())
            try #require(waiting.count < 100)
        }
        #expect(Self.failure(place.path()) == .inUse)
        withExtendedLifetime(listener) {}
    }

    @Test func `of many that start at once with what a dead one left, one gets the place`() throws {
        for _ in 0..<20 {
            let place = try Place()
            do { _ = try UnixListener.listen(at: place.path()).take() }
            let outcomes = Mutex<[UnixListenerFailure?]>([])
            let listening = Mutex<[Int32]>([])
            let threads = try (0..<8).map { _ in
                try LoopThread(name: "starter") {
                    do throws(UnixListenerFailure) {
                        let number = try UnixListener.listen(at: place.path()).take().surrender()
                        listening.withLock { $0.append(number) }
                        outcomes.withLock { $0.append(nil) }
                    } catch {
                        outcomes.withLock { $0.append(error) }
                    }
                }
            }
            for thread in threads { thread.join() }
            let all = outcomes.withLock { $0 }
            #expect(all.count { $0 == nil } == 1 && all.count { $0 == .inUse } == 7, "\(all)")
            _ = try Self.connect(place.path())
            for number in listening.withLock({ $0 }) { close(number) }
        }
    }

    @Test func `what is no socket stays as it is`() throws {
        let place = try Place()
        try Data("precious".utf8).write(to: URL(filePath: place.path()))
        #expect(Self.failure(place.path()) == .noSocket)
        #expect(try Files.read(place.path(), limitBytes: 100) == Array("precious".utf8))
        symlink("/nowhere", place.path("link"))
        #expect(Self.failure(place.path("link")) == .noSocket)
        mkdir(place.path("folder"), 0o700)
        #expect(Self.failure(place.path("folder")) == .noSocket)
    }

    @Test func `a path may be as long as the kernel takes, and one byte more is said`() throws {
        let place = try Place()
        let start = place.path("")
        let longest = start + String(repeating: "x", count: UnixSocket.pathLimitBytes - start.utf8.count)
        let listener = try UnixListener.listen(at: longest)
        _ = try Self.connect(longest)
        #expect(Self.failure(longest + "x") == .pathTooLong(bytes: UnixSocket.pathLimitBytes + 1))
        let error = #expect(throws: SystemCallError.self) { _ = try Self.connect(longest + "x") }
        #expect(error?.code == SystemCallError.nameTooLong)
        withExtendedLifetime(listener) {}
    }

    @Test func `odd paths are refused`() throws {
        let place = try Place()
        #expect(Self.failure("") != nil)
        #expect(Self.failure(place.path("a\0b")) != nil)
        guard case .system(let error) = Self.failure(place.path("absent/s.sock")) else {
            return #expect(Bool(false), "no error")
        }
        #expect(error.code == SystemCallError.noSuchFile)
    }

    @Test func `only the own file is removed`() throws {
        let place = try Place()
        let first = try UnixListener.listen(at: place.path())
        let ours = first.place
        try Files.remove(place.path())
        let second = try UnixListener.listen(at: place.path())
        ours.remove()
        _ = try Self.connect(place.path())
        second.place.remove()
        second.place.remove()
        #expect(!Files.isOccupied(place.path()))
        withExtendedLifetime(first) {}
    }

    @Test func `a directory is one's own when nobody else can write to it`() throws {
        let place = try Place()
        mkdir(place.path("own"), 0o700)
        #expect(Files.isOwnDirectory(place.path("own")))
        chmod(place.path("own"), 0o770)
        #expect(!Files.isOwnDirectory(place.path("own")))
        symlink(place.path("own"), place.path("link"))
        chmod(place.path("own"), 0o700)
        #expect(!Files.isOwnDirectory(place.path("link")))
        #expect(!Files.isOwnDirectory(place.path("absent")))
    }
}
