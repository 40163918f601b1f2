import ConfigurationSchema
import ServerAssembly
import TelemetryFixtures
import Testing

/// Files of VINs, good and bad.
struct VehicleListFileTests {
    private func names(_ text: String) throws -> [String] {
        try VehicleListFile.names(in: Array(text.utf8), path: "list")
    }

    @Test func `lines, comments and blanks are read, whatever ends them`() throws {
        #expect(try names("") == [])
        #expect(try names("\n\n# nothing\n  \t\r\n") == [])
        #expect(try names("A1\nB2 # mine\r\n\tC-3_x.y") == ["A1", "B2", "C-3_x.y"])
        #expect(try names("\u{feff}A1\n") == ["A1"])
        #expect(try names("A1\n#A2\nA1") == ["A1", "A1"])
    }

    @Test func `what is no name is refused with its line`() {
        let long = String(repeating: "A", count: 65)
        for (text, line) in [("A B", 1), ("A\n<", 2), ("\n\n\u{0}", 3), ("A\nÄ", 2), ("\(long)\n", 1), ("a,b", 1)] {
            #expect(throws: VehicleListError(path: "list", fault: .noName(line: line)), "\(text)") { try names(text) }
        }
    }

    @Test func `no bytes make it trap`() {
        let seed = UInt64.random(in: 0 ... .max)
        print("seed \(seed)")
        var numbers = SeededRandom(seed: seed)
        for _ in 0..<2_000 {
            let bytes = (0..<Int.random(in: 0..<60, using: &numbers)).map { _ in
                [UInt8(ascii: "\n"), UInt8(ascii: "#"), UInt8(ascii: "A"), UInt8.random(in: 0...255, using: &numbers)]
                    .randomElement(using: &numbers) ?? 0
            }
            _ = try? VehicleListFile.names(in: bytes, path: "list")
        }
    }

    private func findings(_ lists: [String: VehicleListReading]) throws -> [ConfigurationFinding] {
        let text = """
            {"port": 4443, "records": {"V": ["logger"]},
             "vehicles": {"allow_file": "/l/allow.txt", "deny_file": "/l/deny.txt"},
             "tls": {"server_cert": "/c/server.pem", "server_key": "/c/server.key", "ca_file": "/c/ca.pem"}}
            """
        let loaded = ServerConfiguration.read(Array(text.utf8), environment: [:])
        var machine = ScriptedMachine.sound
        machine.lists = lists
        return ConfigurationCheck.findings(
            for: try #require(loaded.configuration),
            positions: loaded.positions,
            directory: "",
            machine: machine
        )
    }

    @Test func `a check reads the lists and says what would keep the server from starting`() throws {
        let good = VehicleListReading.vins(["5YJ3E1EA7KF000316"])
        #expect(try findings(["/l/allow.txt": good, "/l/deny.txt": .vins([])]).isEmpty)
        let missing = try findings(["/l/allow.txt": good])
        #expect(missing.map(\.path) == ["vehicles.deny_file"])
        #expect(missing.first?.severity == .error && missing.first?.isAboutMachine == true)
        let empty = try findings(["/l/allow.txt": .vins([]), "/l/deny.txt": .vins([])])
        #expect(empty.map(\.problem) == ["/l/allow.txt holds no VIN, so that no vehicle could connect"])
        let odd = try findings(["/l/allow.txt": .vins(["5YJ3E1EA7KF000316", "5YJ3"]), "/l/deny.txt": .vins([])])
        #expect(odd.map(\.severity) == [.warning])
    }

    @Test func `a server on its own is told that nobody takes from the queue`() {
        let text =
            #"{"port": 4443, "records": {"V": ["logger", "queue"], "alerts": ["queue"]}, "tls": {"server_cert": "a", "#
            + #""server_key": "b"}}"#
        func codes(takesQueue: Bool) -> [String] {
            ConfigurationCommands.checked(
                Array(text.utf8),
                name: "server.json",
                environment: [:],
                takesQueue: takesQueue,
                machine: nil
            ).report.findings.filter { $0.code == .queueUnread }.map(\.path)
        }
        #expect(codes(takesQueue: false) == ["records.V[1]", "records.alerts[0]"])
        #expect(codes(takesQueue: true) == [])
    }
}
