import ControlPlane
import Foundation
import Glibc
import HTTPClient
import HTTPServing
import LinuxSystem
import Observability
import TelemetryFixtures
import Testing

/// A control socket with routes of the test, and clients that behave in every way.
@Suite struct ControlSocketTests {
    private final class Site {
        let directory: TemporaryDirectory
        let path: String
        let socket: ControlSocket
        let log = LogCapture()

        init(_ routes: HTTPRoutes = Site.routes) throws {
            directory = try TemporaryDirectory(prefix: "control-socket")
            path = "\(directory.path)/deeper/c.sock"
            socket = try ControlSocket(
                path: path,
                routes: routes,
                log: Log(level: .debug, format: .json, output: .capture(log))
            )
        }

        deinit { socket.close() }

        static let routes = HTTPRoutes([
            "GET /v1/status": { _ in .json(MessageTests.status.line) },
            // More than socket buffers take.
            "GET /v1/vehicles": { _ in .text(String(repeating: "x", count: 4 << 20)) },
        ])

        func connect() throws -> FileDescriptor {
            let descriptor = try UnixSocket.connect(path: path, until: .now.adding(milliseconds: 10_000))
            TCP.setBlocking(descriptor, true)
            TCP.setTimeout(descriptor, milliseconds: 10_000)
            return descriptor
        }

        func expectAnswer(sourceLocation: SourceLocation = #_sourceLocation) throws {
            let status = try ControlClient(path: path).status()
            #expect(status.process.id == 4711, sourceLocation: sourceLocation)
        }
    }

    private static func failure(_ path: String, milliseconds: Int = 10_000) -> ControlFailure? {
        do throws(ControlFailure) {
            _ = try ControlClient(path: path, timeoutMilliseconds: milliseconds).status()
            return nil
        } catch {
            return error
        }
    }

    @Test func `a client asks as often as it likes over one connection`() throws {
        let site = try Site()
        #expect(Files.mode(of: site.path) == 0o600)
        #expect(Files.mode(of: "\(site.directory.path)/deeper") == 0o700)
        let client = ControlClient(path: site.path)
        for _ in 0..<100 { #expect(try client.status().line == MessageTests.status.line) }
    }

    @Test func `nobody listens after the end, and nothing is left`() throws {
        let site = try Site()
        site.socket.close()
        #expect(!Files.isOccupied(site.path))
        #expect(Self.failure(site.path) == .notRunning(path: site.path))
    }

    @Test func `a second one at the same path is told so, and the first goes on`() throws {
        let site = try Site()
        let error = #expect(throws: ControlSocketError.self) {
            _ = try ControlSocket(path: site.path, routes: Site.routes, log: .silent)
        }
        #expect(error?.failure == .inUse)
        #expect(error?.description.contains("another server listens there") == true)
        try site.expectAnswer()
    }

    @Test func `what stops a socket is said in words`() throws {
        let directory = try TemporaryDirectory(prefix: "control-socket")
        func words(_ path: String) -> String {
            do throws(ControlSocketError) {
                try ControlSocket(path: path, routes: Site.routes, log: .silent).close()
                return ""
            } catch {
                return error.description
            }
        }
        let long = directory.path + "/" + String(repeating: "x", count: 200)
        #expect(
            words(long)
                == "\(long): is \(long.utf8.count) bytes long, and the path of a socket may have 107; choose a "
                + "shorter one"
        )
        try Data("x".utf8).write(to: URL(filePath: directory.path + "/file"))
        #expect(words(directory.path + "/file").contains("no socket; remove it"))
        #expect(words(directory.path + "/file/c.sock").contains("Not a directory"))
        #expect(words("/proc/c.sock").contains("choose a place where the server's user may make files"))
    }

    @Test(
        arguments: [
            (#"{"protocol":2}"#, "version 2"), (#"{"protocol":1,"process":[]}"#, "process is not an object"),
            ("hello", "no JSON"), ("{}", "no protocol version"), (#"{"protocol":1,"#, "no JSON"),
        ]
    )
    func `an answer that is none is told so`(_ body: String, _ words: String) throws {
        let site = try Site(HTTPRoutes(["GET /v1/status": { _ in .text(body) }]))
        #expect(try #require(Self.failure(site.path)).words.contains(words))
    }

    @Test func `a refusal, a foreign server and a silent one are told apart`() throws {
        let site = try Site(HTTPRoutes(["GET /x": { _ in .text("x") }]))
        guard case .refused(_, status: 404, _) = Self.failure(site.path) else {
            return #expect(Bool(false), "\(String(describing: Self.failure(site.path)))")
        }
        let silent = try UnixListener.listen(at: "\(site.directory.path)/silent")
        guard case .noAnswer = Self.failure("\(site.directory.path)/silent", milliseconds: 20) else {
            return #expect(Bool(false), "a silent one answered")
        }
        withExtendedLifetime(silent) {}
    }

    // MARK: Hostile clients

    @Test func `clients that stall do not stop others`() throws {
        let site = try Site()
        let silent = try site.connect()
        let halfway = try site.connect()
        let deaf = try site.connect()
        _ = try TCP.send(Array("GET /v1/sta".utf8).span, to: halfway)
        _ = try TCP.send(Array("GET /v1/vehicles HTTP/1.1\r\nHost: x\r\n\r\n".utf8).span, to: deaf)
        for _ in 0..<50 { try site.expectAnswer() }
        withExtendedLifetime(silent) {}
        withExtendedLifetime(halfway) {}
        withExtendedLifetime(deaf) {}
    }

    @Test func `a thousand connections take no more room than allowed, and askers get their turn`() throws {
        let site = try Site()
        var crowd: [Int32] = []
        defer { for number in crowd { close(number) } }
        for round in 0..<1_000 {
            crowd.append(try site.connect().surrender())
            if round % 100 == 99 { try site.expectAnswer() }
        }
        try site.expectAnswer()
        #expect(!site.log.lines(of: "http_connection_limit_reached").isEmpty)
    }

    @Test func `garbage is answered with a refusal and ends nothing`() throws {
        let seed = UInt64.random(in: 0 ... .max)
        var random = SeededRandom(seed: seed)
        let site = try Site()
        let valid = Array("GET /v1/status HTTP/1.1\r\nHost: x\r\n\r\n".utf8)
        for round in 0..<300 {
            var bytes = valid
            if round % 2 == 0 {
                bytes = (0..<Int.random(in: 1...2_000, using: &random)).map { _ in
                    UInt8.random(in: 0...255, using: &random)
                }
            } else {
                bytes[Int.random(in: bytes.indices, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            _ = try? TCP.send(bytes.span, to: try site.connect())
        }
        try site.expectAnswer()
        #expect(Bool(true), "seed \(seed)")
    }

    @Test func `a body is not read beyond its limit`() throws {
        let site = try Site()
        let client = try site.connect()
        let head = "POST /v1/status HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000000\r\n\r\n"
        _ = try TCP.send(Array(head.utf8).span, to: client)
        var buffer = [UInt8](repeating: 0, count: 1_000)
        let count = try #require(try client.read(into: &buffer))
        #expect(String(decoding: buffer[..<count], as: UTF8.self).hasPrefix("HTTP/1.1 413 "))
    }
}
