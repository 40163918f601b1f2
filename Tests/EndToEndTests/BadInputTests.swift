import Foundation
import TelemetryFixtures
import Testing
import VehicleFixtures

/// One mistake, the command that meets it, and what must be said about it.
struct BadInput: Sendable, CustomTestStringConvertible {
    enum Outcome: Int32, Sendable {
        /// Command line or configuration.
        case usage = 2
        /// Something outside of both.
        case environment = 3
    }

    let name: String
    let outcome: Outcome
    /// Where, why and what to do; `FOLDER` and `PORT` stand for those of the test.
    let says: [String]
    let arguments: @Sendable (Workshop) throws -> [String]

    var testDescription: String { name }

    init(
        _ name: String,
        _ outcome: Outcome,
        says: [String],
        arguments: @escaping @Sendable (Workshop) throws -> [String]
    ) {
        self.name = name
        self.outcome = outcome
        self.says = says
        self.arguments = arguments
    }

    /// `serve` with a configuration in which something was changed.
    static func configuration(
        _ name: String,
        _ outcome: Outcome,
        says: [String],
        _ change: @escaping @Sendable (Workshop, inout [String: Any]) throws -> Void
    ) -> BadInput {
        BadInput(name, outcome, says: ["FOLDER/server.json"] + says) { shop in
            var configuration = shop.configuration
            try change(shop, &configuration)
            return ["serve", "--config", try shop.write(configuration)]
        }
    }

    /// `serve` with a file of that text.
    static func text(_ name: String, _ text: String, says: [String]) -> BadInput {
        BadInput(name, .usage, says: ["FOLDER/wrong.json"] + says) { shop in
            ["serve", "--config", try shop.write(text, to: "wrong.json")]
        }
    }

    /// A command line that needs nothing.
    static func line(_ arguments: [String], _ outcome: Outcome = .usage, says: [String]) -> BadInput {
        BadInput(arguments.isEmpty ? "(nothing)" : arguments.joined(separator: " "), outcome, says: says) { shop in
            arguments.map { $0.replacingOccurrences(of: "FOLDER", with: shop.folder) }
        }
    }
}

extension BadInput {
    private static func changeTLS(_ key: String, _ path: String?) -> @Sendable (Workshop, inout [String: Any]) -> Void {
        { shop, configuration in
            var tls = configuration["tls"] as? [String: Any] ?? [:]
            tls[key] = path.map { shop.path($0) }
            configuration["tls"] = tls
        }
    }

    static let certificates: [BadInput] = [
        .configuration(
            "certificate missing",
            .environment,
            says: ["tls.server_cert: FOLDER/absent.pem", "No such file", "Next: "],
            changeTLS("server_cert", "absent.pem")
        ),
        .configuration(
            "certificate is a directory",
            .environment,
            says: ["tls.server_cert: FOLDER/vehicles", "directory", "Next: "],
            changeTLS("server_cert", "vehicles")
        ),
        .configuration(
            "certificate is no PEM",
            .environment,
            says: ["tls.server_cert: FOLDER/noise.pem", "PEM", "Next: "]
        ) { shop, configuration in
            try shop.write("noise", to: "noise.pem")
            changeTLS("server_cert", "noise.pem")(shop, &configuration)
        },
        .configuration(
            "certificate is a key",
            .environment,
            says: ["tls.server_cert: FOLDER/server.key", "Next: "],
            changeTLS("server_cert", "server.key")
        ),
        .configuration(
            "key missing",
            .environment,
            says: ["tls.server_key: FOLDER/absent.key", "No such file", "Next: "],
            changeTLS("server_key", "absent.key")
        ),
        .configuration(
            "key of another certificate",
            .environment,
            says: ["tls.server_key: FOLDER/ca.key is not the key", "name the key that the certificate was made with"],
            changeTLS("server_key", "ca.key")
        ),
        .configuration(
            "client CA missing",
            .environment,
            says: ["tls.ca_file: FOLDER/absent.pem", "No such file", "Next: "],
            changeTLS("ca_file", "absent.pem")
        ),
        .configuration(
            "no client CA at all",
            .usage,
            says: ["tls: no client CA", "certs fetch-ca"],
            changeTLS("ca_file", nil)
        ),
    ]

    static let ports: [BadInput] = [
        .configuration(
            "port in use",
            .environment,
            says: ["port", "127.0.0.1:PORT", "in use", "choose another port"]
        ) { shop, _ in try shop.hold(shop.port) },
        .configuration(
            "port in use, one thread",
            .environment,
            says: ["port", "127.0.0.1:PORT", "in use", "choose another port"]
        ) { shop, configuration in
            configuration["threads"] = 1
            try shop.hold(shop.port)
        },
        .configuration(
            "status port in use",
            .environment,
            says: ["status_port", "in use", "choose another port"]
        ) { shop, configuration in
            configuration["status_host"] = "127.0.0.1"
            configuration["status_port"] = try shop.hold(Int(TestPorts.free()))
        },
        .configuration(
            "metrics port in use",
            .environment,
            says: ["monitoring.prometheus_metrics_port", "in use", "choose another port"]
        ) { shop, configuration in
            configuration["monitoring"] = ["prometheus_metrics_port": try shop.hold(Int(TestPorts.free()))]
        },
        .configuration(
            "address of somebody else",
            .environment,
            says: ["host", "192.0.2.1", "leave host empty"]
        ) { _, configuration in configuration["host"] = "192.0.2.1" },
    ]

    static let settings: [BadInput] = [
        .configuration(
            "unknown key",
            .usage,
            says: ["prot: unknown key", "did you mean \"port\"?"]
        ) { _, configuration in configuration["prot"] = 1 },
        .configuration(
            "wrong type",
            .usage,
            says: ["threads: expected", "Next: "]
        ) { _, configuration in configuration["threads"] = "many" },
        .configuration(
            "out of range",
            .usage,
            says: ["port", "65535", "Next: "]
        ) { _, configuration in configuration["port"] = 70_000 },
        .configuration(
            "unknown dispatcher",
            .usage,
            says: ["records.V[0]: there is no dispatcher \"flie\"", "did you mean \"file\"?"]
        ) { _, configuration in configuration["records"] = ["V": ["flie"]] },
        .configuration(
            "dispatcher that this build has not",
            .usage,
            says: ["records.V[0]: this build has no dispatcher \"kafka\"", "--traits Kafka", "not started"]
        ) { _, configuration in
            configuration["records"] = ["V": ["kafka"]]
            configuration["kafka"] = ["bootstrap.servers": "localhost:9092"]
        },
        .configuration(
            "dispatcher without its section",
            .usage,
            says: ["the section \"file\" is missing", "Next: add \"file\""]
        ) { _, configuration in configuration["file"] = nil },
        .configuration(
            "file in no directory",
            .environment,
            says: ["file.path: FOLDER/none/records.jsonl", "no directory", "mkdir -p FOLDER/none"]
        ) { shop, configuration in configuration["file"] = ["path": shop.path("none/records.jsonl")] },
        .configuration(
            "file is a directory",
            .environment,
            says: ["file.path: FOLDER", "is a directory", "name a file in it"]
        ) { shop, configuration in configuration["file"] = ["path": shop.folder] },
    ]

    static let files: [BadInput] = [
        .line(
            ["serve", "--config", "FOLDER/absent.json"],
            says: ["FOLDER/absent.json", "No such file", "check the path"]
        ),
        .line(
            ["serve", "--config", "FOLDER/vehicles"],
            says: ["FOLDER/vehicles", "directory", "name a file"]
        ),
        .text("configuration is no JSON", "port = 4443\n", says: ["wrong.json:1:1", "no JSON object", "right file"]),
        .text("configuration is cut", "{\"port\": 4443,\n", says: ["wrong.json:", "Next: "]),
        .text("configuration is empty", "", says: ["empty", "Next: "]),
        .text("configuration says nothing", "{}", says: ["port: missing", "tls: missing", "Next: "]),
        .text("configuration is not UTF-8", "{\"host\": \"\u{FFFD}", says: ["wrong.json:", "Next: "]),
        BadInput("recording into the configuration", .environment, says: ["--record", "FOLDER/server.json", "line 1"]) {
            let path = try $0.write($0.configuration)
            return ["serve", "--config", path, "--record", path]
        },
        BadInput("recording in no directory", .environment, says: ["--record", "FOLDER/none/r.jsonl", "No such file"]) {
            ["serve", "--config", try $0.write($0.configuration), "--record", $0.path("none/r.jsonl")]
        },
        .line(
            ["decode", "FOLDER/absent"],
            .environment,
            says: ["decode: FOLDER/absent: No such file", "check the path"]
        ),
        .line(["decode", "FOLDER/vehicles"], .environment, says: ["decode: FOLDER/vehicles", "directory"]),
        .line(
            ["replay", "FOLDER/absent", "--host", "localhost", "--ca", "FOLDER/ca.pem", "--certs", "FOLDER"],
            .environment,
            says: ["replay: FOLDER/absent: No such file", "check the path"]
        ),
        .line(
            ["simulate", "--host", "localhost", "--ca", "FOLDER/absent.pem", "--certs", "FOLDER"],
            .environment,
            says: ["simulate: FOLDER/absent.pem", "No such file"]
        ),
        .line(
            ["simulate", "--host", "localhost", "--ca", "FOLDER/ca.pem", "--certs", "FOLDER/none"],
            .environment,
            says: ["simulate: ", "FOLDER/none", "No such file"]
        ),
        .line(
            ["demo", "--recording", "FOLDER/absent"],
            .environment,
            says: ["demo: FOLDER/absent: No such file"]
        ),
        .line(
            ["certs", "demo", "--out", "FOLDER/ca.pem/x", "--vin", "V", "--host", "h"],
            .environment,
            says: ["certs demo: FOLDER/ca.pem", "choose a directory"]
        ),
    ]

    static let lines: [BadInput] = [
        .line([], says: ["no command given", "choose one of serve, demo"]),
        .line(["server"], says: ["there is no command 'server'", "did you mean 'serve'?"]),
        .line(["certs", "dmeo"], says: ["there is no command 'dmeo'", "did you mean 'demo'?"]),
        .line(["serve"], says: ["--config FILE is missing", "serve --help"]),
        .line(["serve", "--config"], says: ["--config needs a value", "write --config FILE"]),
        .line(["serve", "--cofnig", "x"], says: ["there is no option --cofnig", "did you mean --config?"]),
        .line(["serve", "--config", "a", "-config", "b"], says: ["given more than once", "give it once"]),
        .line(["demo", "--seconds", "ten"], says: ["--seconds 'ten' is not", "write "]),
        .line(["demo", "--seconds", "0"], says: ["--seconds 0 is out of range", "choose a value in"]),
        .line(["demo", "--json=yes"], says: ["--json takes no value", "write --json alone"]),
        .line(["demo", "surplus"], says: ["'surplus' is one argument too many", "leave it out"]),
        .line(["decode"], says: ["FILE is missing", "decode --help"]),
        .line(
            ["simulate", "--host", "h", "--ca", "c", "--certs", "d", "--scenario", "drvie"],
            says: ["--scenario does not know 'drvie'", "did you mean 'drive'?"]
        ),
        .line(
            ["certs", "demo", "--out", "FOLDER", "--vin", "a/b", "--host", "h"],
            says: ["VIN \"a/b\"", "without a slash"]
        ),
    ]
}

struct BadInputTests {
    @Test(arguments: BadInput.certificates + BadInput.ports + BadInput.settings + BadInput.files + BadInput.lines)
    func `a mistake is answered with place, reason and remedy`(_ input: BadInput) throws {
        let shop = try Workshop()
        let (code, output, error) = try Child.run(try input.arguments(shop))
        #expect(code == input.outcome.rawValue, "\(error)")
        for words in input.says {
            let words = words.replacingOccurrences(of: "FOLDER", with: shop.folder)
                .replacingOccurrences(of: "PORT", with: "\(shop.port)")
            #expect(error.contains(words), "\(words) is not in: \(error)")
        }
        for trace in ["Fatal error", "Stack dump", "Crash", "*** ", "Swift/", "Thread 0"] {
            #expect(!error.contains(trace), "\(error)")
        }
        #expect(output.isEmpty)
        #expect(error.hasSuffix("\n"))
    }

    @Test func `check says no where serve does, and yes where it starts`() throws {
        let shop = try Workshop()
        var configuration = shop.configuration
        configuration["kafka"] = ["bootstrap.servers": "localhost:9092"]
        func check(_ records: [String: [String]], acks: [String: String] = [:]) throws -> (code: Int32, path: String) {
            configuration["records"] = records
            configuration["reliable_ack_sources"] = acks
            let path = try shop.write(configuration)
            return (try Child.run(["config", "check", path]).code, path)
        }
        for refused in [
            try check(["V": ["kafka"]]), try check(["V": ["file"], "alerts": ["kafka"]]),
            try check(["V": ["kafka", "file"]], acks: ["V": "kafka"]),
        ] { #expect(refused.code == 1) }
        let started = try check(["V": ["kafka", "file"]], acks: ["V": "file"])
        #expect(started.code == 0)
        #expect(try check(["V": ["kafka", "file"]], acks: ["V": "kafka"]).code == 1)
        #expect(try Child.run(["serve", "--config", started.path]).code == 2)

        _ = try check(["V": ["kafka", "file"]], acks: ["V": "file"])
        let server = try Child(["serve", "--config", started.path])
        try server.line(.error, containing: "starting_server")
        #expect(server.text(.error).contains("records.V[0]: this build has no dispatcher \"kafka\""))
        let vehicle = try shop.vehicle()
        try vehicle.send(Workshop.frame("kept", speed: 1))
        #expect(try vehicle.nextFrame().flatMap(Workshop.acknowledged) == "kept")
        #expect(try shop.recordedLines().count == 1)
        server.send(.terminate)
        #expect(try server.exitCode() == 0)
    }

    @Test func `a configuration is checked from standard input too`() throws {
        let shop = try Workshop()
        let good = try Data(contentsOf: URL(filePath: shop.write(shop.configuration)))
        let checked = try Child.run(["config", "check", "-"], input: Array(good))
        #expect(checked.code == 0, "\(checked.output)")
        #expect(checked.output.contains("<stdin>: "))
        let wrong = try Child.run(["config", "check", "-"], input: Array("{".utf8))
        #expect(wrong.code == 1)
        #expect(wrong.output.hasPrefix("<stdin>:1:2: error: "))
        #expect(try Child.run(["config", "migrate", "-"], input: Array(good)).code == 0)
    }

    @Test func `a file that is no recording is told in a few lines`() throws {
        let shop = try Workshop()
        let path = try shop.write(String(repeating: "{}\n", count: 1000), to: "notarecording.json")
        let (code, _, error) = try Child.run([
            "replay", path, "--host", "localhost", "--ca", shop.files.authorityPath, "--certs", shop.folder,
        ])
        #expect(code == 1)
        let lines = error.split(separator: "\n")
        #expect(lines.count <= 8)
        #expect(error.contains("995 more lines are no frames"))
    }

    @Test func `a reader that has seen enough ends a demo, and it is no fault`() throws {
        let line = "\"$0\" demo --vehicles 1 | head -1; exit ${PIPESTATUS[0]}"
        let shell = try Tool.run("timeout 60 bash -c '\(line)' '\(Child.executable)'")
        #expect(shell.status == 0, "\(shell)")
    }

    @Test func `nobody listens where vehicles shall connect to`() throws {
        let shop = try Workshop()
        let (code, _, error) = try Child.run([
            "simulate", "--host", "127.0.0.1", "--port", "\(shop.port)", "--ca", shop.files.authorityPath,
            "--certs", shop.folder, "--seconds", "1", "--rate", "1",
        ])
        #expect(code == 3)
        #expect(error.contains("no vehicle got a connection; check host, port and CA"))
    }
}
