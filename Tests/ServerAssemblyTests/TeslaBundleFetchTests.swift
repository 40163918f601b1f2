import Foundation
import HTTPClient
import LinuxSystem
import OpenSSLTransport
import ServerAssembly
import Testing
import VehicleFixtures

/// A web server on loopback (`openssl s_server`) whose files hold whole HTTP answers.
private final class WebServer {
    let folder: URL
    let port: UInt16
    private let process = Process()

    /// With a certificate for `localhost` and 127.0.0.1.
    convenience init(_ pki: TestPKI, answers: [String: [UInt8]]) throws {
        try self.init(pki.serverIdentity, authority: pki.authority.certificate, answers: answers)
    }

    init(_ identity: TLSIdentity, authority: Certificate, answers: [String: [UInt8]]) throws {
        folder = try ServerBench.makeFolder()
        port = TestPorts.free()
        try ServerBench.write(identity, authority: authority, to: folder)
        for (name, answer) in answers { try Data(answer).write(to: folder.appending(path: name)) }
        let path = try #require(
            (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
                .map { "\($0)/openssl" }
                .first { FileManager.default.isExecutableFile(atPath: $0) },
            "openssl is not on PATH: install openssl"
        )
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = [
            "s_server", "-quiet", "-accept", "127.0.0.1:\(port)", "-cert", "server.pem", "-key", "server.key", "-HTTP",
        ]
        process.currentDirectoryURL = folder
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        let deadline = MonotonicTime.now.adding(milliseconds: 10_000)
        while (try? TCP.connect(host: "127.0.0.1", port: port, isBlocking: true)) == nil {
            try #require(MonotonicTime.now < deadline && process.isRunning, "openssl s_server does not listen")
            usleep(10_000)
        }
    }

    deinit {
        // A child of libdispatch's threads inherits that they take no SIGTERM.
        kill(process.processIdentifier, SIGKILL)
        try? FileManager.default.removeItem(at: folder)
    }

    func address(_ path: String, host: String = "localhost") throws -> HTTPAddress {
        try HTTPAddress("https://\(host):\(port)/\(path)")
    }

    var authorities: String { folder.appending(path: "ca.pem").path }
}

/// `certs fetch-ca` without the internet: pins and servers of the tests' own.
@Suite(.serialized)
struct TeslaBundleFetchTests {
    private let vehicleCAs: [CertificateIssuer]
    private let stranger: CertificateIssuer
    private let pki: TestPKI
    private let folder: URL

    init() throws {
        vehicleCAs = try ["Tesla Motors Products CA", "Tesla Issuing CA"].map { try .makeRoot(commonName: $0) }
        stranger = try .makeRoot(commonName: "Tesla Issuing CA")
        pki = try TestPKI(commonName: "Some Web CA")
        folder = try ServerBench.makeFolder()
    }

    private var bundle: [UInt8] { vehicleCAs.flatMap(\.certificate.pem) }
    private var out: String { folder.appending(path: "tesla_ca.pem").path }

    private var pins: [TeslaPin] {
        vehicleCAs.map {
            TeslaPin(sha256: $0.certificate.sha256, subject: $0.certificate.subject, notAfter: "2036-01-01")
        }
    }

    private func fetch(_ origin: TeslaBundleFetch.Origin, web: String? = nil) -> TeslaBundleFetch {
        var fetch = TeslaBundleFetch(.production, from: origin, to: out)
        fetch.pins = pins
        if let web { fetch.webAuthoritiesPath = web }
        return fetch
    }

    private func answer(_ head: String, _ body: [UInt8]) -> [UInt8] {
        Array(head.replacingOccurrences(of: "\n", with: "\r\n").utf8) + body
    }

    private func plain(_ body: [UInt8]) -> [UInt8] {
        answer("HTTP/1.1 200 OK\nContent-Type: text/plain\nContent-Length: \(body.count)\n\n", body)
    }

    private func failure(_ fetch: TeslaBundleFetch) -> TeslaBundleError? {
        #expect(throws: TeslaBundleError.self) { try fetch.run() }
    }

    private func written() -> [UInt8]? { (try? Data(contentsOf: URL(fileURLWithPath: out))).map(Array.init) }

    @Test func `a pinned bundle comes over verified HTTPS and is written readable by all`() throws {
        let chunked =
            answer("HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n", [])
            + Array("\(String(bundle.count, radix: 16))\r\n".utf8) + bundle + Array("\r\n0\r\n\r\n".utf8)
        let untilEnd = answer("HTTP/1.0 200 ok\nContent-type: text/plain\n\n", bundle)
        let web = try WebServer(pki, answers: ["plain": plain(bundle), "chunked": chunked, "end": untilEnd])
        for path in ["plain", "chunked", "end"] {
            let report = try fetch(.address(web.address(path)), web: web.authorities).run()
            #expect(report.certificates == pins && report.missing.isEmpty, "\(path)")
            #expect(written() == bundle, "\(path)")
            #expect(Files.mode(of: out) == 0o644)
            try FileManager.default.removeItem(atPath: out)
        }
    }

    @Test func `one certificate that is not pinned spoils the whole bundle`() throws {
        let spoiled = bundle + stranger.certificate.pem
        let web = try WebServer(pki, answers: ["ca": plain(spoiled)])
        let error = try #require(failure(fetch(.address(try web.address("ca")), web: web.authorities)))
        #expect(error.isRefusal)
        #expect(error.description.contains("nothing was written"))
        #expect(error.description.contains(stranger.certificate.sha256))
        #expect(error.description.contains("it is forged, or newer than this build"))
        #expect(written() == nil)
    }

    @Test func `an older file stays when a new one is refused`() throws {
        try Data(bundle).write(to: URL(fileURLWithPath: out))
        let file = folder.appending(path: "other.pem")
        try Data(stranger.certificate.pem).write(to: file)
        _ = failure(fetch(.file(file.path)))
        #expect(written() == bundle)
    }

    @Test func `a file at hand is verified the same way`() throws {
        let file = folder.appending(path: "prod_ca.crt")
        try Data(vehicleCAs[0].certificate.pem).write(to: file)
        let report = try fetch(.file(file.path)).run()
        #expect(report.certificates.count == 1 && report.missing.map(\.sha256) == [pins[1].sha256])
        #expect(written() == vehicleCAs[0].certificate.pem)
        #expect(failure(fetch(.file("/nowhere/ca.pem")))?.description == "/nowhere/ca.pem: No such file or directory")
        let text = folder.appending(path: "page.html")
        try Data("<html>".utf8).write(to: text)
        #expect(failure(fetch(.file(text.path)))?.isRefusal == false)
    }

    @Test func `Tesla's own pins let nothing else through`() throws {
        let file = folder.appending(path: "prod_ca.crt")
        try Data(bundle).write(to: file)
        for bundle in TeslaBundle.allCases {
            let fetch = TeslaBundleFetch(bundle, from: .file(file.path), to: out)
            #expect(fetch.pins == TeslaPins.pins(of: bundle) && !fetch.pins.isEmpty)
            #expect(failure(fetch)?.isRefusal == true)
        }
        #expect(written() == nil)
    }

    @Test func `a server that proves nothing is not believed`() throws {
        let web = try WebServer(pki, answers: ["ca": plain(bundle)])
        let other = folder.appending(path: "other-ca.pem")
        try Data(stranger.certificate.pem).write(to: other)
        let error = failure(fetch(.address(try web.address("ca")), web: other.path))
        #expect(error?.description.contains("unknown authority") == true, "\(String(describing: error))")
        #expect(error?.description.contains("--file FILE") == true)
        #expect(written() == nil)
    }

    @Test func `a certificate for another name is not believed`() throws {
        var template = CertificateTemplate(role: .server, commonName: "localhost", days: 30)
        template.hosts = ["raw.example.com"]
        let issued = try pki.authority.issue(template)
        let web = try WebServer(pki, answers: ["ca": plain(bundle)])
        // The same server with the wrong name in its certificate.
        let wrong = try WebServer(
            TLSIdentity(chain: [issued.certificate], key: issued.key, chainPath: "s.pem", keyPath: "s.key"),
            authority: pki.authority.certificate,
            answers: ["ca": plain(bundle)]
        )
        #expect(
            try fetch(.address(try web.address("ca", host: "127.0.0.1")), web: web.authorities).run().certificates.count
                == 2
        )
        for host in ["localhost", "127.0.0.1"] {
            let error = failure(fetch(.address(try wrong.address("ca", host: host)), web: web.authorities))
            #expect(error?.description.contains("for another name") == true, "\(String(describing: error))")
        }
    }

    @Test func `answers that are no bundle are explained`() throws {
        let huge = Array(repeating: UInt8(ascii: "x"), count: (1 << 20) + 1)
        let web = try WebServer(
            pki,
            answers: [
                "moved": answer("HTTP/1.1 302 Found\nLocation: https://elsewhere/ca\nContent-Length: 0\n\n", []),
                "gone": answer("HTTP/1.1 404 Not Found\nContent-Length: 0\n\n", []),
                "huge": plain(huge),
                "cut": answer("HTTP/1.1 200 OK\nContent-Length: 5000\n\n", Array("short".utf8)),
                "noise": Array("hello\r\n\r\n".utf8),
                "page": plain(Array("<html>sign in</html>".utf8)),
            ]
        )
        let words = [
            "moved": "status 302 and points to https://elsewhere/ca", "gone": "status 404",
            "huge": "more than 1048576 bytes", "cut": "in the middle of the answer",
            "noise": "the answer is no HTTP",
            "page": "BEGIN",
        ]
        for (path, words) in words {
            let error = failure(fetch(.address(try web.address(path)), web: web.authorities))
            #expect(error?.description.contains(words) == true, "\(path): \(String(describing: error))")
            #expect(error?.isRefusal == false)
        }
        #expect(written() == nil)
    }

    @Test func `a server that is not there, or speaks something else, is said`() throws {
        let port = TestPorts.free()
        let web = try WebServer(pki, answers: [:])
        let nobody = try HTTPAddress("https://127.0.0.1:\(port)/ca")
        #expect(
            failure(fetch(.address(nobody), web: web.authorities))?.description.contains("no connection") == true
        )
        let error = failure(fetch(.address(nobody), web: "/nowhere/authorities.pem"))
        #expect(error?.description.contains("SSL_CERT_FILE") == true)
    }

    @Test func `a place that cannot be written is said, with the path`() throws {
        let file = folder.appending(path: "ca.pem")
        try Data(bundle).write(to: file)
        var fetch = fetch(.file(file.path))
        fetch.out = "/nowhere/tesla_ca.pem"
        #expect(failure(fetch)?.description.hasPrefix("/nowhere/tesla_ca.pem: ") == true)
    }

    @Test func `the repository's addresses can be asked`() throws {
        for bundle in TeslaBundle.allCases {
            let address = try HTTPAddress(TeslaBundleFetch.repositoryAddress(of: bundle))
            #expect(address.isSecure && address.host == "raw.githubusercontent.com")
        }
    }
}
