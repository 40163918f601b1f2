import Foundation
import Glibc
import LinuxSystem
import Testing
import VehicleFixtures

/// `status`, `vehicles` and `check`, asked of a running server as an operator asks.
struct ControlTests {
    /// A server with a control socket of the test's own.
    private final class Site {
        let shop: Workshop
        var configuration: [String: Any]
        var path: String { shop.path("control.sock") }

        init() throws {
            shop = try Workshop()
            configuration = shop.configuration
        }

        func serve() throws -> Child { try shop.serve(configuration) }

        /// Runs a command with `--socket`.
        func ask(_ words: String...) throws -> (code: Int32, output: String, error: String) {
            try Child.run(words + ["--socket", path])
        }

        func check(_ words: String...) throws -> (code: Int32, line: String) {
            let (code, output, _) = try Child.run(["check"] + words + ["--socket", path])
            return (code, output)
        }
    }

    private static func object(_ text: String) throws -> [String: Any] { try #require(Workshop.objects(text).first) }

    @Test func `status and vehicles show what happens`() throws {
        let site = try Site()
        let server = try site.serve()
        let vehicle = try site.shop.vehicle()
        try vehicle.send(Workshop.frame("first", speed: 1))
        #expect(try vehicle.nextFrame().flatMap(Workshop.acknowledged) == "first")
        let (code, text, error) = try site.ask("status")
        #expect(code == 0 && error.isEmpty, "\(error)")
        #expect(text.firstMatch(of: /^fleet-telemetry \d+\.\d+\.\d+, process \d+, up \d+ s, ready\n/) != nil, "\(text)")
        for line in [
            "configuration  \(site.shop.path("server.json"))", "listens        vehicles 127.0.0.1:\(site.shop.port)",
            "listens        control \(site.path)", "1 open of ", "1 vehicle connected", "1 received (1 V)", "1 sent",
            "certificate    ends in 364 days", "healthy since ",
        ] { #expect(text.contains(line), "\(line)\n\(text)") }
        let status = try Self.object(try site.ask("status", "--json").output)
        #expect(status["protocol"] as? Int == 1)
        #expect((status["records"] as? [String: Any])?["received"] as? Int == 1)
        let table = try site.ask("vehicles").output.split(separator: "\n")
        #expect(table.count == 2 && table[0].hasPrefix("VIN ") && table[1].hasPrefix(Workshop.vins[0]), "\(table)")
        #expect(table[1].contains(" V, ") && table[1].contains(" 1.2.0 ") && table[1].contains("127.0.0.1:"))
        let line = try Self.object(try site.ask("vehicles", "--json", "--connected").output)
        #expect(line["vin"] as? String == Workshop.vins[0] && line["last_record_type"] as? String == "V")
        let detail = try site.ask("vehicles", "--vin", Workshop.vins[0]).output
        #expect(detail.contains("connection      ") && detail.contains("client version  1.2.0"), "\(detail)")
        // The configuration tells the socket as well.
        #expect(try Child.run(["status", "--config", site.shop.path("server.json")]).code == 0)
        server.send(.terminate)
        #expect(try server.exitCode() == 0)
        #expect(!Files.isOccupied(site.path))
    }

    @Test func `refused vehicles come with the line for the allow list, and with it they get in`() throws {
        let site = try Site()
        site.configuration["vehicles"] = ["allow": [Workshop.vins[2]], "deny": [Workshop.vins[1]]]
        let server = try site.serve()
        for vin in Workshop.vins[..<2] { #expect(throws: (any Error).self) { _ = try site.shop.vehicle(vin) } }
        let text = try site.ask("vehicles", "--refused").output
        #expect(text.contains("\(Workshop.vins[1])  denied       1 times"), "\(text)")
        let line = try #require(text.firstMatch(of: /"allow": \[.*\]/)).output
        #expect(line == "\"allow\": [\"\(Workshop.vins[0])\"]")
        // Copied as it is.
        let copied = try JSONSerialization.jsonObject(with: Data("{\(line)}".utf8)) as? [String: [String]]
        site.configuration["vehicles"] = ["allow": try #require(copied?["allow"]) + [Workshop.vins[2]]]
        try site.shop.write(site.configuration)
        server.send(.hangUp)
        try server.line(.error, containing: "vehicle_lists_reloaded")
        _ = try site.shop.vehicle(Workshop.vins[0])
        let (code, output, error) = try site.ask("vehicles", "--vin", Workshop.vins[1])
        #expect(code == 1 && output.contains("denied") && error.contains("nothing is known of \(Workshop.vins[1])"))
        #expect(try site.ask("vehicles", "--vin", "absent").code == 1)
        server.send(.terminate)
        #expect(try server.exitCode() == 0)
    }

    // MARK: Checks

    @Test func `checks end as monitoring systems expect`() throws {
        let site = try Site()
        site.configuration["records"] = ["V": ["file", "http:hook"]]
        site.configuration["http"] = ["hook": ["url": "http://127.0.0.1:\(TestPorts.free())/"]]
        site.configuration["spool"] = ["directory": site.shop.path("spool")]
        let server = try site.serve()
        let vehicle = try site.shop.vehicle()
        try vehicle.send(Workshop.frame("first", speed: 1))
        #expect(try vehicle.nextFrame().flatMap(Workshop.acknowledged) == "first")
        try server.line(.error, containing: "dispatcher_failing")
        func expect(
            _ code: Int32,
            _ pattern: Regex<Substring>,
            _ words: String...,
            sourceLocation: SourceLocation = #_sourceLocation
        ) throws {
            let (found, output, _) = try Child.run(["check"] + words + ["--socket", site.path])
            #expect(found == code, "\(output)", sourceLocation: sourceLocation)
            #expect(output.wholeMatch(of: pattern) != nil, "\(output)", sourceLocation: sourceLocation)
        }
        try expect(
            0,
            /CERT OK: the server's certificate ends in 364 days: .* \| 'days'=364;21:;7:;0; 'ca_days'=\d+;21:;7:;0;\n/,
            "cert"
        )
        try expect(
            1,
            /CERT WARNING: .*\(warning below 400\): CN=localhost \| 'days'=364;400:;7:;0;\n/,
            "cert",
            "--which",
            "server",
            "--warn",
            "400:"
        )
        try expect(2, /CERT CRITICAL: .*critical from 300 to 400.*\n/, "cert", "--which=server", "--crit=@300:400")
        try expect(0, /SPOOL OK: .* \| 'used'=0.*%;~:80;~:95;0;100 'bytes'=\d+B;;;0;8589934592 .*\n/, "spool")
        try expect(2, /SPOOL CRITICAL: .*\n/, "spool", "--by", "seconds", "--crit", "@0:1000000")
        try expect(
            1,
            /DISPATCHER WARNING: http:hook retrying \(unreachable: .*\n/,
            "dispatcher",
            "--crit",
            "~:100000"
        )
        try expect(0, /DISPATCHER OK: file healthy, 0 records and 0 s behind \| .*\n/, "dispatcher", "--name", "file")
        try expect(
            2,
            /DISPATCHER CRITICAL: http:hook .*'http:hook_records'=1;~:10000;0;0;.*\n/,
            "dispatcher",
            "--by",
            "records",
            "--crit",
            "0"
        )
        try expect(
            3,
            /DISPATCHER UNKNOWN: no dispatcher is named x; there is file, http:hook\n/,
            "dispatcher",
            "--name",
            "x"
        )
        try expect(
            0,
            /VEHICLE OK: .* connected, last record of type V .* \| 'age'=.*\n/,
            "vehicle",
            "--vin",
            Workshop.vins[0]
        )
        try expect(3, /VEHICLE UNKNOWN: .* not seen, .*\n/, "vehicle", "--vin", "absent")
        try expect(
            0,
            /ENDPOINT OK: .* answered TLSv1\.3 in .* \| 'time'=[\d.]+ms;~:1000000;~:5000000;0; 'days'=364;;;;\n/,
            "endpoint",
            "--warn",
            "~:1000000",
            "--crit",
            "~:5000000"
        )
        server.send(.terminate)
        #expect(try server.exitCode() == 0)
        // Nobody answers any more.
        try expect(2, /CERT CRITICAL: .*no server listens there.*\n/, "cert")
        try expect(2, /ENDPOINT CRITICAL: .*\n/, "endpoint")
    }

    @Test func `the endpoint is checked without a control socket, and a silent port is no endpoint`() throws {
        let site = try Site()
        let server = try site.serve()
        let found = try Child.run([
            "check", "endpoint", "--port", "\(site.shop.port)", "--crit", "~:1000000", "--warn", "~:1000000",
        ])
        #expect(
            found.code == 0 && found.output.contains("certificate CN=localhost ends in 364 days"),
            "\(found.output)"
        )
        let path = site.shop.path("server.json")
        #expect(
            try Child.run(["check", "endpoint", "--config", path, "--crit", "~:1000000", "--warn", "~:1000000"]).code
                == 0
        )
        server.send(.terminate)
        #expect(try server.exitCode() == 0)
        let closed = try Child.run(["check", "endpoint", "--port", "\(site.shop.port)"])
        #expect(closed.code == 2 && closed.output.contains("Connection refused"), "\(closed.output)")
        // Accepts and says nothing.
        try site.shop.hold(site.shop.port)
        let silent = try Child.run(["check", "endpoint", "--port", "\(site.shop.port)", "--timeout", "1"])
        #expect(silent.code == 2 && silent.output.contains("no TLS handshake in time"), "\(silent.output)")
    }

    @Test(
        arguments: [
            (["check", "cert", "--warn", "x"], "--warn 'x' is no range"),
            (["check", "cert", "--wran", "3:"], "did you mean --warn?"),
            (["check", "vehicle"], "--vin VIN is missing"), (["check", "sppol"], "did you mean 'spool'?"),
            (["check", "cert", "--which", "servr"], "did you mean 'server'?"), (["check"], "no command given"),
            (["check", "cert", "--socket", "/a", "--config", "/b"], "leave the other out"),
            (["check", "cert", "--config", "/absent.json"], "not usable"),
        ]
    )
    func `a check that is not understood is unknown, and one line says why`(_ words: [String], _ reason: String) throws
    {
        let (code, output, _) = try Child.run(words)
        #expect(code == 3)
        #expect(
            output.hasSuffix("\n") && output.dropLast().allSatisfy { !$0.isNewline } && output.contains("UNKNOWN: ")
        )
        #expect(output.contains(reason), "\(output)")
    }

    @Test(
        arguments: [
            (["status", "--jsno"], "did you mean --json?"), (["vehicles", "--conected"], "did you mean --connected?"),
            (["vehicles", "--vin", "a", "--refused"], "exclude each other"), (["vehicle"], "did you mean 'vehicles'?"),
            (["status", "--socket", "/a", "--config", "/b"], "leave the other out"),
            (["status", "--json", "--json"], "given more than once"),
        ]
    )
    func `other commands say what is wrong with a command line`(_ words: [String], _ reason: String) throws {
        let (code, _, error) = try Child.run(words)
        #expect(code == 2 && error.contains(reason), "\(error)")
    }

    // MARK: The socket

    @Test func `two servers cannot have one socket, and the first stays as it was`() throws {
        let site = try Site()
        let server = try site.serve()
        let other = try Site()
        other.configuration["control"] = ["socket": site.path]
        let second = try Child(["serve", "--config", try other.shop.write(other.configuration)])
        #expect(try second.exitCode() == 3)
        #expect(
            try second.line(.error, containing: "control.socket: \(site.path)").contains("another server listens there")
        )
        let (code, text, _) = try site.ask("status")
        #expect(code == 0 && text.contains("127.0.0.1:\(site.shop.port)"))
        server.send(.terminate)
        #expect(try server.exitCode() == 0)
    }

    @Test func `after a kill the socket is taken over`() throws {
        let site = try Site()
        let first = try site.serve()
        first.send(.kill)
        try first.waitForEnd()
        #expect(Files.isOccupied(site.path))
        let (code, _, error) = try site.ask("status")
        #expect(code == 3 && error.contains("no server listens there"), "\(error)")
        let second = try site.serve()
        #expect(try site.ask("status").code == 0)
        second.send(.terminate)
        #expect(try second.exitCode() == 0)
    }

    @Test func `the socket is for its owner whatever the umask, and other users get nothing`() throws {
        try #require(geteuid() == 0, "run as root, who alone can become another user")
        let site = try Site()
        let server = try Child(["serve", "--config", try site.shop.write(site.configuration)], umask: 0)
        try server.line(.error, containing: "starting_server")
        #expect(Files.mode(of: site.path) == 0o600)
        chmod(site.shop.folder, 0o755)
        #expect(try Self.asNobody(site.path) == "Permission denied")
        // Even when somebody opens the file for all, the kernel's word counts.
        chmod(site.path, 0o666)
        #expect(try Self.asNobody(site.path).hasPrefix("HTTP/1.1 403 "))
        #expect(try site.ask("status").code == 0)
        server.send(.terminate)
        #expect(try server.exitCode() == 0)
    }

    /// What a user without rights gets from a socket.
    private static func asNobody(_ path: String) throws -> String {
        // Both are there on every Debian; our own executable may lie where nobody may not go.
        let script = #"""
            my $s = IO::Socket::UNIX->new(Peer => $ARGV[0]) or print("$!"), exit;
            print $s "GET /v1/status HTTP/1.1\r\nHost: x\r\n\r\n";
            local $/; print <$s>;
            """#
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/setpriv")
        process.arguments = [
            "--reuid", "65534", "--regid", "65534", "--clear-groups", "perl", "-MIO::Socket::UNIX", "-e", script, path,
        ]
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let data = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    }

    @Test func `hostile clients on the socket cost vehicles nothing`() throws {
        let site = try Site()
        let server = try site.serve()
        let vehicle = try site.shop.vehicle()
        var crowd: [Int32] = []
        defer { for number in crowd { close(number) } }
        let asks = Array("GET /v1/vehicles HTTP/1.1\r\nHost: x\r\n\r\n".utf8)
        for round in 0..<1_000 {
            let client = try UnixSocket.connect(path: site.path, until: .now.adding(milliseconds: 20_000))
            let bytes = [
                Array(asks.prefix(round % asks.count)), asks + asks + asks, Array(repeating: 0xFF, count: 500),
            ]
            let sent = bytes[round % 3]
            _ = try? TCP.send(sent.span, to: client)
            crowd.append(client.surrender())
            guard round % 100 == 0 else { continue }
            try vehicle.send(Workshop.frame("r\(round)", speed: 1))
            #expect(try vehicle.nextFrame().flatMap(Workshop.acknowledged) == "r\(round)")
        }
        let (code, text, _) = try site.ask("status")
        #expect(code == 0 && text.contains("10 received"), "\(text)")
        server.send(.terminate)
        #expect(try server.exitCode() == 0)
    }

    @Test func `without a key the socket has its default place, and a default that cannot be is no reason to stop`()
        throws
    {
        let shop = try Workshop()
        var configuration = shop.configuration
        configuration["control"] = nil
        let path = try shop.write(configuration)
        let runtime = try TemporaryDirectory(prefix: "runtime")
        let child = try Child(["serve", "--config", path], environment: ["RUNTIME_DIRECTORY=\(runtime.path)"])
        try child.line(.error, containing: "starting_server")
        let socket = "\(runtime.path)/control-\(shop.port).sock"
        #expect(Files.mode(of: socket) == 0o600)
        #expect(try Child.run(["status", "--socket", socket]).code == 0)
        child.send(.terminate)
        #expect(try child.exitCode() == 0)
        let other = try Child(["serve", "--config", path], environment: ["RUNTIME_DIRECTORY=/proc"])
        try other.line(.error, containing: "control_socket_unavailable")
        try other.line(.error, containing: "starting_server")
        _ = try shop.vehicle()
        other.send(.terminate)
        #expect(try other.exitCode() == 0)
    }
}
