import Doctor
import Foundation
import LinuxSystem
import OpenSSLTransport
import Symptoms
import TelemetryFixtures
import VehicleFixtures

extension BrokenSetup {
    /// What stands between vehicles and the server, or in its place.
    static let network: [BrokenSetup] = [
        BrokenSetup("a name that nobody knows", .nameNotFound) { stage in
            stage.change { $0.resolve = { throw AddressError(host: $0, reason: "Name or service not known") } }
            var request = stage.outside()
            request.host = "telemetry.example.invalid"
            return request
        },
        BrokenSetup("a host with a scheme", .hostUnusable) { stage in
            var request = stage.outside()
            request.host = "https://localhost"
            return request
        },
        BrokenSetup("a private address", .addressPrivate) { stage in
            try stage.writeServerCertificate(
                try stage.middle.issue(Stage.serverTemplate(hosts: ["telemetry.example.com"]))
            )
            try stage.serve()
            stage.change { environment in
                environment.resolve = { _ in ["192.168.1.20"] }
                environment.connect = { try TCP.connect(host: "127.0.0.1", port: $1, until: $2) }
            }
            var request = stage.request
            request.host = "telemetry.example.com"
            return request
        },
        BrokenSetup("port closed", .connectionRefused) { stage in stage.outside() },
        BrokenSetup("server not started", .connectionRefused) { stage in
            var request = stage.request
            request.host = nil
            return request
        },
        BrokenSetup("nothing on IPv6", .ipv6NotServed) { stage in
            try stage.serve()
            stage.change { $0.resolve = { _ in ["127.0.0.1", "::1"] } }
            return stage.request
        },
        BrokenSetup("IPv6 only", .unreachableFromOutside) { stage in
            try stage.writeServerCertificate(
                try stage.middle.issue(Stage.serverTemplate(hosts: ["telemetry.example.com"]))
            )
            try stage.serve()
            stage.change { environment in
                environment.resolve = { _ in ["2001:4860:4860::8888"] }
                environment.connect = { try TCP.connect(host: "127.0.0.1", port: $1, until: $2) }
            }
            var request = stage.outside()
            request.host = "telemetry.example.com"
            return request
        },
        BrokenSetup("packets that are dropped", .unreachable) { stage in
            stage.change { $0.connect = { _, _, _ in nil } }
            return stage.outside()
        },
        BrokenSetup("TCP health-check closer", .closedWithoutTLS) { stage in
            let server = try RawServer { _ in }
            stage.hold(server)
            return stage.outside(port: server.port)
        },
        BrokenSetup("a port that says nothing", .handshakeTimedOut) { stage in
            let silent = try TCP.listen(host: "127.0.0.1", port: 0, sharesPort: false)
            let port = TCP.localAddress(of: silent)?.port ?? 0
            stage.hold(Listener(silent))
            stage.change { $0.timeoutMilliseconds = 200 }
            return stage.outside(port: port)
        },
        BrokenSetup("plain HTTP server on the port", .portSpeaksNoTLS) { stage in
            let server = try TestWebServer { _ in .answer(200, headers: [("Server", "nginx")], body: "hello") }
            stage.hold(server)
            return stage.outside(port: server.port)
        },
        BrokenSetup("mail server on the port", .portSpeaksNoTLS) { stage in
            let server = try RawServer { descriptor in
                _ = try? TCP.send(Array("220 mail.example.com ESMTP\r\n".utf8).span, to: descriptor)
            }
            stage.hold(server)
            return stage.outside(port: server.port)
        },
        BrokenSetup("load balancer that answers 502", .gatewayAnswer) { stage in
            let server = try TestWebServer { _ in .answer(502, headers: [("Server", "awselb/2.0")], body: "") }
            stage.hold(server)
            return stage.outside(port: server.port)
        },
        BrokenSetup("proxy that ends TLS", .tlsEndedByProxy) { stage in
            try stage.serve()
            let server = try TestWebServer(pki: try TestPKI(commonName: "CDN Root")) { _ in .answer(404) }
            stage.hold(server)
            var request = stage.request
            request.port = Int(server.port)
            return request
        },
        BrokenSetup("proxy with a wrong rule for the name", .certificateDependsOnName) { stage in
            try stage.serve()
            let other = try stage.root.issue(Stage.serverTemplate(hosts: ["shop.example.com"]))
            try stage.write(other.certificate.pem, "other.pem")
            try stage.write(other.key.pem, "other.key")
            let port = TestPorts.free()
            try stage.serveWithOpenSSL(
                port,
                [
                    "-cert server.pem -key server.key -servername", Stage.host, "-cert2 other.pem -key2 other.key",
                    "-verify 1 -www",
                ]
            )
            var request = stage.request
            request.port = Int(port)
            return request
        },
        BrokenSetup("the process still serves the old certificate", .oldCertificateServed) { stage in
            try stage.serve()
            try stage.writeServerCertificate(try stage.middle.issue(Stage.serverTemplate(days: 180)))
            return stage.request
        },
        BrokenSetup("server that asks for no client certificate", .clientCertificateNotRequested) { stage in
            let port = TestPorts.free()
            try stage.serveWithOpenSSL(port, ["-cert_chain server.pem -cert server.pem -key server.key -www"])
            var request = stage.request
            request.port = Int(port)
            return request
        },
        BrokenSetup("asks for no client certificate, seen from outside", .clientCertificateNotRequested) { stage in
            let port = TestPorts.free()
            try stage.serveWithOpenSSL(port, ["-cert_chain server.pem -cert server.pem -key server.key -www"])
            return stage.outside(port: port)
        },
        BrokenSetup("list of CAs without Tesla's", .acceptableAuthoritiesExcludeVehicles) { stage in
            let port = TestPorts.free()
            try stage.serveWithOpenSSL(
                port,
                ["-cert_chain server.pem -cert server.pem -key server.key -verify 1 -CAfile ca.pem -www"]
            )
            return stage.outside(port: port)
        },
        BrokenSetup("clock skew", .clockWrong) { stage in
            try stage.serve()
            let port = try stage.serveKey(stage.appKey("prime256v1"))
            stage.change { $0.now = { WallClock.milliseconds / 1000 + 400 * 86_400 } }
            var request = stage.request
            request.domain = "localhost:\(port)"
            return request
        },
        BrokenSetup("upgrade stripped by a proxy", .upgradeRefused) { stage in
            let pki = try TestPKI()
            let server = try TestWebServer(pki: pki) { _ in .answer(400, body: "Bad Request", closes: true) }
            stage.hold(server)
            return try stage.outside(of: pki, server)
        },
        BrokenSetup("path rewritten by a proxy", .pathNotFound) { stage in
            let pki = try TestPKI()
            let server = try TestWebServer(pki: pki) { _ in .answer(404, body: "404 page not found", closes: true) }
            stage.hold(server)
            return try stage.outside(of: pki, server)
        },
    ]

    /// Who gets in.
    static let admission: [BrokenSetup] = [
        BrokenSetup("vehicle of an unknown issuer", .clientCertificateRefused) { stage in
            try stage.serve()
            let stranger = try CertificateIssuer.makeRoot(commonName: "Stranger CA")
            return try stage.request(as: try stranger.issue(stage.vehicleTemplate()))
        },
        BrokenSetup("trusted issuer that vouches for no vehicle", .issuerProvesNoVehicle) { stage in
            let own = try CertificateIssuer.makeRoot(commonName: "My Garage CA")
            var tls = stage.tls
            tls["ca_file"] = try stage.write(own.certificate.pem, "garage_ca.pem")
            try stage.writeConfiguration(["tls": tls])
            try stage.serve()
            return try stage.request(as: try own.issue(stage.vehicleTemplate()))
        },
        BrokenSetup("excluded usage", .usageExcluded) { stage in
            try stage.request(withUsages: [CertificateTemplate.clientAuthentication, "1.3.6.1.4.1.49279.2.5.1.1"])
        },
        BrokenSetup("no usage that names a device", .usageProvesNoVehicle) { stage in
            try stage.request(withUsages: [CertificateTemplate.clientAuthentication])
        },
        BrokenSetup("missing clientAuth", .clientCertificateWithoutClientUsage) { stage in
            try stage.serve()
            let template = stage.vehicleTemplate { $0.extendedKeyUsages = [CertificateTemplate.serverAuthentication] }
            return try stage.request(as: try stage.vehicleIssuer().issue(template))
        },
        BrokenSetup("missing clientAuth, seen from outside", .clientCertificateWithoutClientUsage) { stage in
            try stage.serve()
            let template = stage.vehicleTemplate { $0.extendedKeyUsages = [CertificateTemplate.serverAuthentication] }
            var request = try stage.request(as: try stage.vehicleIssuer().issue(template))
            request.configurationPath = nil
            request.port = Int(stage.port)
            return request
        },
        BrokenSetup("denied VIN", .vehicleDenied) { stage in
            try stage.writeConfiguration(["vehicles": ["deny": [Stage.vin]]])
            try stage.serve()
            var request = stage.request
            request.certificatesPath = stage.demo.directory
            return request
        },
        BrokenSetup("denied VIN, seen from outside", .vehicleDenied) { stage in
            try stage.writeConfiguration(["vehicles": ["deny": [Stage.vin]]])
            try stage.serve()
            var request = stage.outside()
            request.certificatesPath = stage.demo.directory
            return request
        },
        BrokenSetup("VIN that is not on the allow list", .vehicleNotAllowed) { stage in
            try stage.writeConfiguration(["vehicles": ["allow": ["7SAYGDEE0PA000002"]]])
            try stage.serve()
            var request = stage.request
            request.vin = Stage.vin
            return request
        },
    ]
}

/// Holds a port for as long as it lives.
final class Listener: Sendable {
    private let descriptor: FileDescriptor

    init(_ descriptor: consuming FileDescriptor) { self.descriptor = descriptor }
}

extension Stage {
    /// Runs a command of the shell in the folder.
    func run(_ command: String) throws {
        let outcome = try Tool.run("cd '\(folder)' && \(command)")
        guard outcome.status == 0 else { throw CommandFailure(description: outcome.output) }
    }

    struct CommandFailure: Error, CustomStringConvertible {
        let description: String
    }

    func vehicleTemplate(_ change: (inout CertificateTemplate) -> Void = { _ in }) -> CertificateTemplate {
        var template = CertificateTemplate(role: .vehicle, commonName: Self.vin, days: 30)
        change(&template)
        return template
    }

    /// The demo CA.
    func vehicleIssuer() throws -> CertificateIssuer {
        CertificateIssuer(
            certificate: try Certificate.readAll(path: demo.authorityPath)[0],
            key: try PrivateKey.read(path: demo.authorityKeyPath)
        )
    }

    /// Connecting with a certificate that a test made.
    func request(as vehicle: IssuedCertificate) throws -> DoctorRequest {
        try Files.makeDirectories(path("own/vehicles"))
        try write(vehicle.chainPEM, "own/vehicles/\(Self.vin).pem")
        try write(vehicle.key.pem, "own/vehicles/\(Self.vin).key")
        var request = request
        request.certificatesPath = path("own")
        return request
    }

    /// With a certificate of an issuer whose vehicles must name the kind of device.
    func request(withUsages usages: [String]) throws -> DoctorRequest {
        let issuer = try CertificateIssuer.makeRoot(commonName: "Tesla Motors Product Issuing CA")
        var tls = self.tls
        tls["ca_file"] = try write(issuer.certificate.pem, "issuing_ca.pem")
        try writeConfiguration(["tls": tls])
        try serve()
        return try request(as: try issuer.issue(vehicleTemplate { $0.extendedKeyUsages = usages }))
    }

    /// A web server in the place of ours, with a vehicle's certificate that it accepts.
    func outside(of pki: TestPKI, _ server: TestWebServer) throws -> DoctorRequest {
        try write(pki.authority.certificate.pem, "ca.pem")
        let vehicle = try pki.authority.issue(vehicleTemplate())
        var request = try request(as: vehicle)
        request.configurationPath = nil
        request.port = Int(server.port)
        return request
    }

    /// The PEM of a new private key on a curve.
    func appKey(_ curve: String) throws -> String {
        try run("openssl ecparam -name \(curve) -genkey -noout -out app-\(curve).key")
        return path("app-\(curve).key")
    }

    /// Serves the public half of a key as an app's domain does, on the port that comes back.
    func serveKey(_ privatePath: String) throws -> UInt16 {
        let folder = ".well-known/appspecific"
        try Files.makeDirectories(path(folder))
        try run("openssl pkey -in '\(privatePath)' -pubout -out app.pub")
        let key = try Files.read(path("app.pub"), limitBytes: 1 << 16)
        return try serveFile(Array(Self.okHead().utf8) + key)
    }

    static func okHead() -> String {
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = TimeZone(identifier: "GMT")
        formatter.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
        return "HTTP/1.0 200 OK\r\nDate: \(formatter.string(from: Date()))\r\n\r\n"
    }

    /// Serves whole HTTP answers at the place of an app's key.
    func serveFile(_ answer: [UInt8]) throws -> UInt16 {
        try Files.makeDirectories(path(".well-known/appspecific"))
        try write(answer, ".well-known/appspecific/com.tesla.3p.public-key.pem")
        let web = try root.issue(Self.serverTemplate())
        try write(web.certificate.pem, "web.pem")
        try write(web.key.pem, "web.key")
        let port = TestPorts.free()
        try serveWithOpenSSL(port, ["-cert web.pem -key web.key -HTTP"])
        return port
    }
}
