import Foundation
import TelemetryFixtures
import Testing

/// What somebody sees who sits at a terminal, and what a script sees.
struct TerminalTests {
    private static let escape = "\u{1B}["

    /// Runs the program on a terminal of its own, which mixes both of its streams.
    private func terminal(_ arguments: String, _ environment: String = "") throws -> Tool.Outcome {
        try Tool.run(
            "env -u NO_COLOR TERM=xterm \(environment) script -qec '\(Child.executable) \(arguments)' /dev/null"
        )
    }

    @Test(arguments: ["--help", "certs demo --help", "config check /nowhere.json", "decode /nowhere"])
    func `colours are for terminals, and for those who want them`(_ arguments: String) throws {
        let onTerminal = try terminal(arguments)
        #expect(onTerminal.output.contains(Self.escape))
        for unwanted in ["NO_COLOR=1", "TERM=dumb"] {
            let output = try terminal(arguments, unwanted).output
            #expect(!output.contains(Self.escape))
            // The same words with and without.
            #expect(output == onTerminal.output.replacing(/\u{1B}\[[0-9;]*m/, with: ""))
        }
        // An empty variable counts as none.
        #expect(try terminal(arguments, "NO_COLOR=").output.contains(Self.escape))
        let child = try Child.run(arguments.split(separator: " ").map(String.init))
        #expect(!child.output.contains(Self.escape) && !child.error.contains(Self.escape))
    }

    @Test func `what takes its time says on a terminal how far it is, and takes the line back`() throws {
        let shop = try Workshop()
        let url = "https://127.0.0.1:\(try shop.hold(shop.port))/bundle"
        let arguments = ["certs", "fetch-ca", "--out", shop.path("ca.pem"), "--url", url]
        let environment = ["SSL_CERT_FILE=\(shop.files.authorityPath)", "NO_COLOR=1"]
        let silent = try Child(arguments, environment: environment)
        let child = try Child(arguments, environment: environment, isOnTerminal: true)
        try child.line(.output, containing: "certs fetch-ca: fetching \(url)")
        // The web server never answers; the line goes away before the complaint comes.
        try child.line(.output, containing: "\r\(Self.escape)Kfleet-telemetry: certs fetch-ca: ")
        #expect(try child.exitCode() == 3)
        // A script sees the complaint alone.
        #expect(try silent.exitCode() == 3)
        #expect(silent.lines(.error).count == 1)
        #expect(silent.text(.output).isEmpty)
    }
}
