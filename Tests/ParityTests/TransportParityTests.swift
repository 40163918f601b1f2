import Foundation
import Receiving
import TelemetryFixtures
import Testing
import VehicleFixtures

/// What the port agrees to before any request, asked with `openssl s_client` (protocol.md, section 1).
@Suite(.serialized)
struct TransportParityTests {
    private let server: TestReceiver
    private let folder: URL

    init() throws {
        var settings = ReceiverSettings()
        settings.threads = 1
        server = try TestReceiver(settings: settings)
        folder = FileManager.default.temporaryDirectory.appending(path: "transport-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let vehicle = try server.pki.vehicleIdentity(
            .init(role: .vehicle, commonName: "5YJ3E1EA7KF000316", days: 30)
        )
        try Data(vehicle.chain.flatMap(\.pem)).write(to: folder.appending(path: "v.pem"))
        try Data(vehicle.key.pem).write(to: folder.appending(path: "v.key"))
    }

    /// What `openssl s_client` prints.
    private func connect(_ arguments: [String]) throws -> String {
        try #require(try Tool.run("command -v openssl").status == 0, "openssl is not on PATH: apt-get install openssl")
        let address = "127.0.0.1:\(server.receiver.address.port)"
        let words = (["-connect", address, "-cert", "v.pem", "-key", "v.key"] + arguments).map { "'\($0)'" }
        return try Tool.run("cd '\(folder.path)' && openssl s_client \(words.joined(separator: " "))").output
    }

    private func end() {
        server.stop()
        try? FileManager.default.removeItem(at: folder)
    }

    @Test func `TLS 1 2 and 1 3 are spoken, older ones answered with their alert`() throws {
        defer { end() }
        #expect(try connect(["-tls1_3"]).contains("New, TLSv1.3"))
        #expect(try connect(["-tls1_2"]).contains("New, TLSv1.2"))
        let old = try connect(["-tls1_1", "-cipher", "ALL:@SECLEVEL=0"])
        #expect(old.contains("alert protocol version") && old.contains("(NONE)"), "\(old)")
    }

    @Test func `CBC suites, tickets and names of CAs are left out`() throws {
        defer { end() }
        #expect(try connect(["-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-SHA"]).contains("handshake failure"))
        for name in ["AES128-GCM-SHA256", "AES256-GCM-SHA384", "CHACHA20-POLY1305"] {
            let suite = "ECDHE-ECDSA-\(name)"
            #expect(try connect(["-tls1_2", "-cipher", suite]).contains("Cipher is \(suite)"))
        }
        for version in ["-tls1_2", "-tls1_3"] {
            let text = try connect([version])
            #expect(text.contains("No client certificate CA names sent"))
            #expect(text.contains("Verification") && !text.contains("TLS session ticket:"))
        }
    }

    @Test func `renegotiation and compression are not offered`() throws {
        defer { end() }
        let text = try connect(["-tls1_2"])
        #expect(text.contains("Compression: NONE"))
        // `R` on a line of its own asks s_client to renegotiate, which the server answers with an alert or not at all.
        let asked = try Tool.run(
            "cd '\(folder.path)' && printf 'R\\n' | openssl s_client -connect 127.0.0.1:"
                + "\(server.receiver.address.port) -tls1_2 -cert v.pem -key v.key"
        ).output
        #expect(asked.contains("RENEGOTIATING") && asked.contains("no renegotiation"), "\(asked)")
    }

    @Test func `HTTP 2 is not agreed on`() throws {
        defer { end() }
        #expect(try connect(["-alpn", "h2"]).contains("No ALPN negotiated"))
        #expect(try connect(["-alpn", "h2,http/1.1"]).contains("ALPN protocol: http/1.1"))
    }
}
