import Foundation
import JSONText
import OpenSSLTransport
import TelemetryFixtures
import Testing
import VehicleFixtures

/// A CA of one's own, from its first day to a renewal under a running server, as an operator goes about it.
struct OwnAuthorityTests {
    private let shop: Workshop

    init() throws { shop = try Workshop() }

    private var authority: String { shop.path("own/ca.pem") }

    private func certs(_ arguments: String...) throws -> (code: Int32, output: String, error: String) {
        try Child.run(["certs"] + arguments)
    }

    private func object(_ output: String) throws -> [String: Any] { try #require(try Workshop.objects(output).first) }

    /// What vehicles are given: the JSON string that `certs init` prints.
    private func makeAuthority(_ more: String...) throws -> String {
        let made = try Child.run(["certs", "init", "--out", shop.path("own")] + more)
        #expect(made.code == 0, "\(made.error)")
        #expect(made.output.hasPrefix("\"ca\": \"-----BEGIN CERTIFICATE-----\\n"))
        // A member of an object, ready to be pasted.
        return try #require(try JSONReader.read("{\(made.output)}").root["ca"]?.text)
    }

    private func issue(_ more: String...) throws -> (code: Int32, output: String, error: String) {
        try Child.run(
            [
                "certs", "issue", "--ca", authority, "--out", shop.path("etc"), "--host", "localhost", "--host",
                "127.0.0.1",
            ]
                + more
        )
    }

    private var configuration: [String: Any] {
        var configuration = shop.configuration
        configuration["tls"] = [
            "server_cert": shop.path("etc/server.pem"), "server_key": shop.path("etc/server.key"),
            "ca_file": shop.files.authorityPath, "vehicle_ca_file": authority,
        ]
        configuration["reload_interval_seconds"] = 0.05
        return configuration
    }

    /// A vehicle that believes nobody but the `ca` that it was given.
    private func vehicle(_ vin: String, believing ca: String) throws -> TestVehicle {
        let context = try TLSClientContext(
            authorities: try Certificate.readAll(pem: Array(ca.utf8), from: "ca"),
            identity: try TLSIdentity(chainPath: shop.files.vehiclePath(vin), keyPath: shop.files.vehicleKeyPath(vin))
        )
        let vehicle = try TestVehicle(port: UInt16(shop.port), context: context, timeoutMilliseconds: 60_000)
        #expect(try vehicle.upgrade().status == 101)
        return vehicle
    }

    private func isAcknowledged(_ txid: String, by vehicle: TestVehicle, _ vin: String) throws -> Bool {
        try vehicle.send(Workshop.frame(txid, speed: 1, vin: vin))
        return try vehicle.nextFrame().flatMap(Workshop.acknowledged) == txid
    }

    @Test func `vehicles are given a CA once, and stay connected and welcome through renewals`() throws {
        let ca = try makeAuthority()
        #expect(try issue().code == 0)
        let server = try shop.serve(configuration)
        let target = "127.0.0.1:\(shop.port)"
        func served() throws -> String? {
            let shown = try certs("show", target, "--json")
            #expect(shown.code == 0, "\(shown.output)\(shown.error)")
            return (try object(shown.output)["pieces"] as? [[String: Any]])?.first?["sha256"] as? String
        }
        let before = try served()
        let old = try vehicle(Workshop.vins[0], believing: ca)
        #expect(try isAcknowledged("a", by: old, Workshop.vins[0]))

        for round in 1...3 {
            let renewed = try certs("renew", "--ca", authority, "--out", shop.path("etc"), "--within", "365", "--json")
            #expect(renewed.code == 0, "\(renewed.error)")
            let sha256 = try #require(try object(renewed.output)["sha256"] as? String)
            #expect(sha256 != before)
            try server.line(.error, containing: sha256)
            #expect(try served() == sha256)
            let new = try vehicle(Workshop.vins[1], believing: ca)
            #expect(try isAcknowledged("n\(round)", by: new, Workshop.vins[1]))
            #expect(try isAcknowledged("o\(round)", by: old, Workshop.vins[0]))
        }
        #expect(!server.text(.error).contains("tls_reload_failed"))

        // Tools of others say the same.
        try shop.write(ca, to: "given.pem")
        let verify = try Tool.run(
            "openssl verify -purpose sslserver -verify_hostname localhost -CAfile '\(shop.path("given.pem"))' "
                + "'\(shop.path("etc/server.pem"))'"
        )
        #expect(verify.status == 0, "\(verify.output)")
        server.send(.terminate)
        #expect(try server.exitCode() == 0)
        // The port is another's now, which the check of the configuration does not mind.
        let check = try certs("check", "--config", shop.path("server.json"))
        #expect(check.code == 0, "\(check.output)\(check.error)")
        #expect(check.output.contains("leads vehicles to the certificate"))
    }

    @Test func `a certificate of another CA is noticed before it is in place, and kept out when it is`() throws {
        let ca = try makeAuthority()
        #expect(try issue().code == 0)
        let server = try shop.serve(configuration)
        let demo = ["--cert", shop.files.serverPath, "--key", shop.files.serverKeyPath]
        let check = try Child.run(["certs", "check", "--vehicle-ca", authority] + demo)
        #expect(check.code == 1)
        #expect(check.output.contains("FT-CA-005"))
        for (from, to) in [(shop.files.serverPath, "server.pem"), (shop.files.serverKeyPath, "server.key")] {
            try Data(contentsOf: URL(filePath: from)).write(to: URL(filePath: shop.path("etc/\(to)")))
        }
        try server.line(.error, containing: "vehicles would refuse it")
        let vehicle = try vehicle(Workshop.vins[0], believing: ca)
        #expect(try isAcknowledged("a", by: vehicle, Workshop.vins[0]))
    }

    @Test func `each command says what it did, for people and for scripts`() throws {
        let ca = try makeAuthority("--common-name", "Our cars")
        let issued = try issue("--days", "60")
        #expect(issued.output == "wrote \(shop.path("etc/server.pem"))\nwrote \(shop.path("etc/server.key"))\n")
        // A second may pass between the two.
        #expect(["(60 days)", "(59 days)"].contains { issued.error.contains($0) })
        let kept = try certs("renew", "--ca", authority, "--out", shop.path("etc"))
        #expect(kept.code == 0)
        #expect(kept.output.hasPrefix("kept \(shop.path("etc/server.pem")): good for "))
        let renewed = try certs("renew", "--ca", authority, "--out", shop.path("etc"), "--within", "61")
        #expect(renewed.code == 0)
        #expect(renewed.output.hasPrefix("renewed \(shop.path("etc/server.pem")), because it had "))

        let shown = try certs("show", authority, shop.path("etc/server.pem"), shop.path("etc/server.key"))
        #expect(shown.code == 0, "\(shown.output)")
        for words in ["CN=Our cars", "the CA that vehicles are given", "this server's certificate", "private key"] {
            #expect(shown.output.contains(words), "\(words)")
        }
        let again = try #require(try object(certs("show", authority, "--json").output)["pieces"] as? [[String: Any]])
        #expect(again[0]["pem"] as? String == ca)
        let der = try Certificate.readAll(path: authority)[0].der
        let piped = try Child.run(["certs", "show", "-"], input: der)
        #expect(piped.code == 0)
        #expect(piped.output.contains("CN=Our cars"))
    }

    @Test func `what cannot be done leaves everything as it was and says why`() throws {
        _ = try makeAuthority("--days", "100")
        let etc = shop.path("etc")
        let expectations: [(arguments: [String], code: Int32, words: String)] = [
            (["init", "--out", shop.path("own")], 3, "exists already"),
            (["init", "--out", shop.path("x"), "--common-name", ""], 2, "--common-name has an empty value"),
            (
                ["issue", "--ca", authority, "--out", etc, "--host", "https://a"], 2,
                "neither a DNS name nor an IP address"
            ),
            (["issue", "--ca", authority, "--out", etc, "--host", "a", "--days", "101"], 1, "the CA expires in"),
            (["issue", "--out", etc, "--host", "a"], 3, "check the path"),
            (["renew", "--ca", authority, "--out", etc], 3, "no certificate there"),
            (["renew", "--ca", authority, "--out", etc, "--within", "9", "--days", "9"], 2, "renewed each time"),
            (["issue", "--ca", authority, "--out", shop.folder, "--host", "a"], 3, "not by the CA in"),
            (["check"], 2, "nothing to check"),
            (["check", "--config", shop.path("none.json")], 2, "not usable"),
            (["check", "--cert", shop.path("none.pem")], 1, ""),
            (["show", shop.path("none.pem")], 3, "check the path"),
            (["show", "127.0.0.1:\(shop.port)"], 3, "Connection refused"),
            (["show"], 2, "FILE is missing"), (["show", "localhost:99999"], 2, "neither a file nor HOST:PORT"),
            (["show", ":443"], 2, "neither a file nor HOST:PORT"),
        ]
        for expectation in expectations {
            let result = try Child.run(["certs"] + expectation.arguments)
            #expect(result.code == expectation.code, "\(expectation.arguments): \(result.error)")
            #expect(
                expectation.words.isEmpty || result.error.contains(expectation.words),
                "\(expectation.arguments): \(result.error)"
            )
        }
        #expect(!FileManager.default.fileExists(atPath: etc))
        let damaged = try shop.write("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", to: "bad.pem")
        let shown = try certs("show", damaged)
        #expect(shown.code == 1)
        #expect(shown.output.contains("the CERTIFICATE that begins on line 1 is damaged"))
    }
}
