import Diagnosis
import Foundation
import Glibc
import HTTPServing
import LinuxSystem
import Observability
import OpenSSLTransport
import Receiving
@testable import ServerAssembly
import TelemetryFixtures
import Testing
import VehicleFixtures

/// Files that change while the server runs.
struct ReloadTests {
    private static let (first, second) = ("5YJ3E1EA7KF000316", "5YJ3E1EA7KF000317")

    private static func files(_ vehicles: String = "") -> String {
        #""records": {"V": ["logger"]}, "reload_interval_seconds": 0.02\#(vehicles)"#
    }

    private func answers(_ bench: ServerBench, _ vehicle: TestVehicle, _ txid: String) throws -> Bool {
        try vehicle.send(Frames.record(txid))
        return try vehicle.nextFrame()?.opcode == 2
    }

    /// The gauge of one kind of file.
    private func isFailing(_ bench: ServerBench, _ subject: String) -> Bool {
        String(decoding: bench.server.metrics.exposition(), as: UTF8.self)
            .contains("reload_failing{subject=\"\(subject)\"} 1")
    }

    private func status(_ bench: ServerBench, _ vin: String) throws -> Int {
        let context = try bench.pki.clientContext(vin: vin)
        return try TestVehicle(port: bench.server.address.port, context: context).upgrade().status
    }

    @Test func `new certificates are for new connections, and drop no old one`() throws {
        let bench = try ServerBench(Self.files())
        defer { bench.server.stop() }
        let old = try bench.vehicle()
        // Another authority for both sides: who gets in afterwards shows which files hold.
        let pki = try TestPKI()
        try ServerBench.write(pki, to: bench.folder)
        _ = try bench.lines(of: "certificates_reloaded")
        let context = try pki.clientContext(vin: Self.second)
        let new = try TestVehicle(port: bench.server.address.port, context: context)
        #expect(try new.upgrade().status == 101)
        #expect(throws: (any Error).self) { try bench.vehicle() }
        #expect(try answers(bench, old, "a"))
        #expect(try answers(bench, new, "b"))
    }

    @Test func `bad certificates change nothing, and log, metric and readyz say so until good ones come`() throws {
        let port = TestPorts.free()
        let bench = try ServerBench(
            Self.files(#", "status_port": \#(port), "status_host": "127.0.0.1""#)
        )
        defer { bench.server.stop() }
        let key = bench.folder.appending(path: "server.key")
        let good = try Data(contentsOf: key)
        // The key of another certificate: neither file is damaged by itself.
        try Data(try TestPKI().serverIdentity.key.pem).write(to: key)
        _ = try bench.line(of: "tls_reload_failed", saying: "is not the key")
        #expect(eventually { isFailing(bench, "certificates") })
        let ready = try ServerBench.get("/readyz", port: port)
        #expect(ready.head.hasPrefix("HTTP/1.1 200 "))
        #expect(ready.body.hasPrefix("ready\ncertificates: not reloaded, the old stay in use"))
        #expect(try status(bench, Self.first) == 101)
        // Gone altogether is no better.
        try FileManager.default.removeItem(at: key)
        _ = try bench.line(of: "tls_reload_failed", saying: "No such file")
        #expect(try status(bench, Self.first) == 101)
        try good.write(to: key)
        _ = try bench.lines(of: "certificates_reloaded")
        #expect(eventually { !isFailing(bench, "certificates") })
        #expect(try !ServerBench.get("/readyz", port: port).body.contains("certificates"))
    }

    @Test func `an expired certificate does not take the place of a good one`() throws {
        let bench = try ServerBench(Self.files())
        defer { bench.server.stop() }
        var template = CertificateTemplate(role: .server, commonName: "localhost", days: -1)
        template.hosts = ["localhost"]
        let late = try bench.pki.authority.issue(template)
        let identity = try TLSIdentity(chain: [late.certificate], key: late.key, chainPath: "c", keyPath: "k")
        try ServerBench.write(identity, authority: bench.pki.authority.certificate, to: bench.folder)
        // Between the two files a look may see a certificate and the key of another: that is said, too, and not meant.
        _ = try bench.line(of: "tls_reload_failed", saying: "has expired already")
        #expect(try status(bench, Self.first) == 101)
    }

    /// Of both sides, below an authority of its own, in the bench's folder.
    private func put(_ authority: CertificateIssuer, days: Int = 90, vehicles: CertificateIssuer, in folder: URL) throws
    {
        let issued = try authority.issue(.server(hosts: ["localhost", "127.0.0.1"], days: days))
        try Files.write(issued.chainPEM, to: folder.appending(path: "server.pem").path, mode: 0o644)
        try Files.write(issued.key.pem, to: folder.appending(path: "server.key").path, mode: 0o600)
        try Files.write(vehicles.certificate.pem, to: folder.appending(path: "ca.pem").path, mode: 0o644)
    }

    private func metric(_ bench: ServerBench, _ name: String) -> Double? {
        let lines = String(decoding: bench.server.metrics.exposition(), as: UTF8.self).split(separator: "\n")
        return lines.first { $0.hasPrefix("\(name) ") }.flatMap { Double($0.dropFirst(name.count + 1)) }
    }

    @Test func `a renewed certificate that vehicles would refuse is kept out until they hold its CA`() throws {
        let port = TestPorts.free()
        let folder = try ServerBench.makeFolder()
        let members = Self.files(#", "status_port": \#(port), "status_host": "127.0.0.1""#)
        let bench = try ServerBench(members, folder: folder, vehicleAuthority: "held.pem")
        defer { bench.server.stop() }
        func served() throws -> String {
            let port = bench.server.address.port
            return try ServerHandshake.sight(host: "127.0.0.1", port: port, serverName: nil).chain[0].issuer
        }
        #expect(metric(bench, "vehicle_ca_accepts_certificate") == 1)
        #expect(bench.capture.lines(of: "vehicle_ca_warning").isEmpty)

        let other = try CertificateIssuer.makeRoot(commonName: "Another CA")
        try put(other, vehicles: bench.pki.authority, in: folder)
        let line = try bench.line(of: "tls_reload_failed", saying: "vehicles would refuse it")
        #expect((line["error"] as? String)?.contains("CN=Another CA") == true)
        #expect((line["error"] as? String)?.contains("tls.vehicle_ca_file") == true)
        #expect(isFailing(bench, "certificates"))
        #expect(try served() == bench.pki.authority.certificate.subject)
        #expect(try ServerBench.get("/readyz", port: port).body.contains("vehicles would refuse it"))

        // The vehicles were given both: the new certificate comes in without being touched again.
        let both = bench.pki.authority.certificate.pem + other.certificate.pem
        try Files.write(both, to: folder.appending(path: "held.pem").path, mode: 0o644)
        eventually { (try? served()) == "CN=Another CA" }
        #expect(try served() == "CN=Another CA")
        eventually { !isFailing(bench, "certificates") }
        #expect(!isFailing(bench, "certificates"))
        #expect(metric(bench, "vehicle_ca_accepts_certificate") == 1)
        #expect(try !ServerBench.get("/readyz", port: port).body.contains("refuse"))
    }

    @Test func `a server starts with a certificate that vehicles would refuse, and says so`() throws {
        let folder = try ServerBench.makeFolder()
        let other = try CertificateIssuer.makeRoot(commonName: "Another CA")
        let port = TestPorts.free()
        let members = Self.files(#", "status_port": \#(port), "status_host": "127.0.0.1""#)
        let bench = try ServerBench(members, folder: folder, vehicleAuthority: "held.pem", holding: [other.certificate])
        defer { bench.server.stop() }
        let line = try bench.line(of: "vehicle_ca_warning", saying: "does not lead to the server's certificate")
        #expect(line["code"] as? String == "FT-CA-005")
        #expect(metric(bench, "vehicle_ca_accepts_certificate") == 0)
        #expect(try ServerBench.get("/readyz", port: port).body.contains("tls.vehicle_ca_file: "))
        // Nothing is lost by a new one that is no worse.
        try put(bench.pki.authority, vehicles: bench.pki.authority, in: folder)
        _ = try bench.lines(of: "certificates_reloaded")
        // The right one ends the warning.
        try put(other, vehicles: bench.pki.authority, in: folder)
        eventually { metric(bench, "vehicle_ca_accepts_certificate") == 1 }
        #expect(metric(bench, "vehicle_ca_accepts_certificate") == 1)
        #expect(try !ServerBench.get("/readyz", port: port).body.contains("tls.vehicle_ca_file"))
    }

    @Test func `a certificate that ends soon is in the log once, and the time left is a metric`() throws {
        let folder = try ServerBench.makeFolder()
        let bench = try ServerBench(Self.files(#", "certificate_warning_days": 31"#), folder: folder)
        defer { bench.server.stop() }
        let first = try #require(try bench.lines(of: "certificate_expires_soon").first)
        #expect(first["days_left"] as? Int == 30 || first["days_left"] as? Int == 29)
        #expect((first["file"] as? String)?.hasSuffix("server.pem") == true)
        #expect(first["code"] as? String == "FT-TLS-012")
        #expect(try #require(metric(bench, "server_certificate_remaining_seconds")) > 29 * 86_400)
        // A reload that brings nothing new says nothing again.
        #expect(bench.server.reload().isEmpty)
        #expect(bench.capture.lines(of: "certificate_expires_soon").count == 1)
        // Many looks at the files later there is still one line; a renewed certificate ends it.
        try put(bench.pki.authority, days: 90, vehicles: bench.pki.authority, in: folder)
        _ = try bench.lines(of: "certificates_reloaded")
        eventually { metric(bench, "server_certificate_remaining_seconds") ?? 0 > 89 * 86_400 }
        #expect(try #require(metric(bench, "server_certificate_remaining_seconds")) > 89 * 86_400)
        #expect(bench.capture.lines(of: "certificate_expires_soon").count == 1)
    }

    @Test func `VIN lists follow their files; a bad file changes nothing, a missing one neither`() throws {
        let folder = try ServerBench.makeFolder()
        let allow = folder.appending(path: "allow.txt")
        let deny = folder.appending(path: "deny.txt")
        try "# my cars\n\n\(Self.first)\r\n\t\(Self.second) # hers\n".write(
            to: allow,
            atomically: false,
            encoding: .utf8
        )
        try "".write(to: deny, atomically: false, encoding: .utf8)
        let bench = try ServerBench(
            Self.files(#", "vehicles": {"allow_file": "FOLDER/allow.txt", "deny_file": "FOLDER/deny.txt"}"#),
            folder: folder
        )
        defer { bench.server.stop() }
        let (stays, goes) = (try bench.vehicle(Self.first), try bench.vehicle(Self.second))
        #expect(try status(bench, "5YJ3E1EA7KF000318") == 403)
        try "\(Self.second)\n".write(to: deny, atomically: true, encoding: .utf8)
        #expect(try goes.nextFrame()?.closeCode == 1008)
        #expect(try answers(bench, stays, "a"))
        #expect(try status(bench, Self.second) == 403)

        for (number, bad) in ["<html>", "5YJ3E1EA7KF000316 5YJ3E1EA7KF000317", ""].enumerated() {
            try bad.write(to: allow, atomically: true, encoding: .utf8)
            let line = try #require(try bench.lines(of: "reload_failed", atLeast: number + 1).last)
            #expect((line["error"] as? String)?.contains("allow.txt") == true)
            #expect(eventually { isFailing(bench, "vehicles") })
            #expect(try status(bench, Self.first) == 101)
            #expect(try status(bench, Self.second) == 403)
        }
        try FileManager.default.removeItem(at: deny)
        _ = try bench.lines(of: "reload_failed", atLeast: 4)
        #expect(try status(bench, Self.second) == 403)
        #expect(try answers(bench, stays, "b"))
    }

    @Test func `a swapped link is a change, as Kubernetes updates mounted files`() throws {
        let folder = try ServerBench.makeFolder()
        let files = FileManager.default
        for (name, vin) in [("one", Self.first), ("two", Self.second)] {
            try files.createDirectory(at: folder.appending(path: name), withIntermediateDirectories: true)
            try vin.write(to: folder.appending(path: "\(name)/vins"), atomically: false, encoding: .utf8)
        }
        #expect(symlink("one", folder.appending(path: "..data").path) == 0)
        #expect(symlink("..data/vins", folder.appending(path: "vins").path) == 0)
        let bench = try ServerBench(Self.files(#", "vehicles": {"allow_file": "FOLDER/vins"}"#), folder: folder)
        defer { bench.server.stop() }
        let vehicle = try bench.vehicle(Self.first)
        #expect(symlink("two", folder.appending(path: "..data_tmp").path) == 0)
        #expect(
            rename(folder.appending(path: "..data_tmp").path, folder.appending(path: "..data").path) == 0
        )
        #expect(try vehicle.nextFrame()?.closeCode == 1008)
        #expect(try status(bench, Self.second) == 101)
    }

    @Test func `the configuration's own lists are read again; other keys wait for a restart`() throws {
        let folder = try ServerBench.makeFolder()
        let path = folder.appending(path: "server.json")
        func write(_ more: String) throws {
            try """
            {"host": "127.0.0.1", "port": 4443, \(Self.files()),
             "tls": {"server_cert": "\(folder.path)/server.pem", "server_key": "\(folder.path)/server.key",
                     "ca_file": "\(folder.path)/ca.pem"}\(more)}
            """.write(to: path, atomically: true, encoding: .utf8)
        }
        try write("")
        let bench = try ServerBench(Self.files(), folder: folder, configurationPath: path.path)
        defer { bench.server.stop() }
        let vehicle = try bench.vehicle(Self.first)
        try write(#", "vehicles": {"deny": ["\#(Self.first)"]}, "max_message_bytes": 2000"#)
        #expect(try vehicle.nextFrame()?.closeCode == 1008)
        let line = try #require(try bench.lines(of: "reload_ignored").last)
        #expect((line["keys"] as? String)?.contains("max_message_bytes") == true)
        // The test's certificate is good for 30 days.
        #expect(bench.capture.lines(of: "certificate_expires_soon").isEmpty)
        let deny = #", "vehicles": {"deny": ["\#(Self.first)"]}, "max_message_bytes": 2000"#
        try write(deny + #", "certificate_warning_days": 40"#)
        let soon = try #require(try bench.lines(of: "certificate_expires_soon").last)
        #expect((soon["file"] as? String)?.hasSuffix("server.pem") == true)
        // A mistake in the file leaves everything as it was.
        try write(#", "vehicle": {}"#)
        _ = try bench.line(of: "reload_failed", saying: "unknown key")
        #expect(eventually { isFailing(bench, "configuration") })
        #expect(try status(bench, Self.first) == 403)
        try write("")
        eventually { (try? status(bench, Self.first)) == 101 }
        #expect(try status(bench, Self.first) == 101)
    }

    @Test func `refused vehicles are listed on a status port that only this machine reaches`() throws {
        let port = TestPorts.free()
        let bench = try ServerBench(
            Self.files(
                #", "vehicles": {"deny": ["\#(Self.first)"]}, "status_port": \#(port), "status_host": "127.0.0.1""#
            )
        )
        defer { bench.server.stop() }
        for _ in 0..<2 { #expect(try status(bench, Self.first) == 403) }
        let body = try ServerBench.get("/vehicles/refused", port: port).body
        let object = try #require(try JSONSerialization.jsonObject(with: Data(body.utf8)) as? [String: Any])
        let refused = try #require((object["refused"] as? [[String: Any]])?.first)
        #expect(refused["vin"] as? String == Self.first)
        #expect(refused["reason"] as? String == "denied")
        #expect(refused["count"] as? Int == 2)
        #expect((refused["last_ms"] as? Int ?? 0) > 1_700_000_000_000)
        for host in ["", "0.0.0.0", "192.0.2.1", "::", "example.com"] {
            let routes = RefusedVehiclesRoute.routes(statusHost: host) { [] }
            #expect(routes.answer(HTTPRequest(method: "GET", path: "/vehicles/refused")).status == 404)
        }
    }

    @Test func `lists that cannot be used keep the server from starting`() throws {
        let folder = try ServerBench.makeFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        try ServerBench.write(try TestPKI(), to: folder)
        let members = #""records": {"V": ["logger"]}, "vehicles": {"allow_file": "FOLDER/none.txt"}"#
        let configuration = try ServerBench.configuration(members, folder: folder)
        let error = #expect(throws: StartError.self) {
            try TelemetryServer(configuration, directory: folder.path, log: .silent)
        }
        #expect(
            error?.description.replacingOccurrences(of: folder.path, with: "FOLDER")
                == "vehicles: FOLDER/none.txt: cannot be read: No such file or directory; check the path, and let "
                + "the user that the server runs as read it [FT-CFG-011]"
        )
    }
}
