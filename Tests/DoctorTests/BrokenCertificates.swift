import Doctor
import LinuxSystem
import OpenSSLTransport
import Symptoms
import VehicleFixtures

extension BrokenSetup {
    /// The server's own certificate and key.
    static let certificates: [BrokenSetup] = [
        BrokenSetup("expired leaf", .certificateExpired) { stage in
            try stage.writeServerCertificate(try stage.middle.issue(Stage.serverTemplate(days: -2)))
            try stage.serve()
            return stage.request
        },
        BrokenSetup("expired leaf, seen from outside", .certificateExpired) { stage in
            try stage.writeServerCertificate(try stage.middle.issue(Stage.serverTemplate(days: -2)))
            try stage.serve()
            return stage.outside()
        },
        BrokenSetup("leaf not yet valid", .certificateNotYetValid) { stage in
            try stage.writeServerCertificate(try stage.middle.issue(Stage.serverTemplate(startingInDays: 3)))
            try stage.serve()
            return stage.request
        },
        BrokenSetup("leaf that ends in a week", .certificateExpiresSoon) { stage in
            try stage.writeServerCertificate(try stage.middle.issue(Stage.serverTemplate(days: 7)))
            try stage.serve()
            return stage.request
        },
        BrokenSetup("leaf only", .intermediateMissing) { stage in
            let template = Stage.serverTemplate { $0.issuerURL = "http://ca.example/middle.der" }
            let issued = try stage.middle.issue(template)
            try stage.writeServerCertificate(issued, chain: [issued.certificate])
            try stage.write(stage.root.certificate.pem, "ca.pem")
            try stage.serve()
            return stage.request
        },
        BrokenSetup("leaf only, seen from outside", .intermediateMissing) { stage in
            let template = Stage.serverTemplate { $0.issuerURL = "http://ca.example/middle.der" }
            let issued = try stage.middle.issue(template)
            try stage.writeServerCertificate(issued, chain: [issued.certificate])
            try stage.write(stage.root.certificate.pem, "ca.pem")
            try stage.serve()
            return stage.outside()
        },
        BrokenSetup("cert.pem named where fullchain.pem stands beside", .intermediateMissing) { stage in
            let issued = try stage.middle.issue(Stage.serverTemplate())
            try stage.writeServerCertificate(issued, chain: [issued.certificate])
            try stage.write(issued.chainPEM, "fullchain.pem")
            try stage.serve()
            return stage.request
        },
        BrokenSetup("wrong order: the intermediate first", .leafNotFirst) { stage in
            let issued = try stage.middle.issue(Stage.serverTemplate())
            try stage.writeServerCertificate(issued, chain: [stage.middle.certificate, issued.certificate])
            return stage.request
        },
        BrokenSetup("wrong order: the root before the intermediate", .chainOutOfOrder) { stage in
            let issued = try stage.middle.issue(Stage.serverTemplate())
            let chain = [issued.certificate, stage.root.certificate, stage.middle.certificate]
            try stage.writeServerCertificate(issued, chain: chain)
            try stage.serve()
            return stage.request
        },
        BrokenSetup("wrong name", .hostNotInCertificate) { stage in
            let template = Stage.serverTemplate(hosts: ["telemetry.example.com"])
            try stage.writeServerCertificate(try stage.middle.issue(template))
            try stage.serve()
            return stage.request
        },
        BrokenSetup("wildcard counted on for two labels", .hostNotInCertificate) { stage in
            let template = Stage.serverTemplate(hosts: ["*.example.com"])
            try stage.writeServerCertificate(try stage.middle.issue(template))
            try stage.serve()
            stage.change { $0.resolve = { _ in ["127.0.0.1"] } }
            var request = stage.request
            request.host = "a.b.example.com"
            return request
        },
        BrokenSetup("no name at all", .certificateNamesNoHost) { stage in
            try stage.writeServerCertificate(try stage.middle.issue(Stage.serverTemplate(hosts: [])))
            try stage.serve()
            return stage.request
        },
        BrokenSetup("not for servers", .certificateNotForServers) { stage in
            let template = Stage.serverTemplate { $0.extendedKeyUsages = [CertificateTemplate.clientAuthentication] }
            try stage.writeServerCertificate(try stage.middle.issue(template))
            try stage.serve()
            return stage.request
        },
        BrokenSetup("key of another certificate", .keyOfAnotherCertificate) { stage in
            try stage.write(stage.root.key.pem, "server.key")
            return stage.request
        },
        BrokenSetup("encrypted key", .keyEncrypted) { stage in
            try stage.run("openssl pkey -in server.key -aes128 -passout pass:secret -out locked.key")
            try stage.write(try Files.read(stage.path("locked.key"), limitBytes: 1 << 16), "server.key")
            return stage.request
        },
        BrokenSetup("no key in the key file", .keyUnreadable) { stage in
            try stage.write(stage.root.certificate.pem, "server.key")
            return stage.request
        },
        BrokenSetup("RSA 1024", .keyTooWeak) { stage in
            let issued = try stage.middle.issue(Stage.serverTemplate(), algorithm: .rsa(bits: 1024))
            try stage.writeServerCertificate(issued)
            return stage.request
        },
        BrokenSetup("SHA-1", .signatureTooWeak) { stage in
            try stage.write("basicConstraints=CA:FALSE\nsubjectAltName=DNS:localhost\n", "leaf.cnf")
            try stage.write(stage.root.key.pem, "root.key")
            try stage.run(
                """
                openssl req -new -key server.key -subj /CN=telemetry -out leaf.csr && openssl x509 -req -sha1 -days 90 \
                -in leaf.csr -CA root.pem -CAkey root.key -extfile leaf.cnf -out server.pem
                """
            )
            return stage.request
        },
        BrokenSetup("certificate in DER", .certificateFileUnusable) { stage in
            try stage.write(try Certificate.readAll(path: stage.path("server.pem"))[0].der, "server.pem")
            return stage.request
        },
        BrokenSetup("self-signed leaf without CA", .leafSelfSigned) { stage in
            try stage.writeServerCertificate(try CertificateIssuer.makeSelfSigned(Stage.serverTemplate()))
            try stage.serve()
            return stage.request
        },
        BrokenSetup("self-signed leaf that the ca holds", .leafSelfSigned) { stage in
            let own = try CertificateIssuer.makeSelfSigned(Stage.serverTemplate())
            try stage.writeServerCertificate(own)
            try stage.write(own.certificate.pem, "ca.pem")
            try stage.serve()
            return stage.request
        },
        BrokenSetup("key that everybody may read", .keyReadableByAll) { stage in
            let key = try Files.read(stage.path("server.key"), limitBytes: 1 << 16)
            try stage.write(key, "server.key", mode: 0o644)
            try stage.serve()
            return stage.request
        },
    ]

    /// Whom vehicles are told to believe, and whom the server believes.
    static let authorities: [BrokenSetup] = [
        BrokenSetup("ca is a path", .authorityTextIsPath) { stage in
            try stage.serve()
            try stage.write("/etc/letsencrypt/live/telemetry/chain.pem\n", "ca.pem")
            return stage.request
        },
        BrokenSetup("ca is empty", .authorityTextUnusable) { stage in
            try stage.serve()
            try stage.write("\n", "ca.pem")
            return stage.request
        },
        BrokenSetup("ca lacks the intermediate", .authorityLacksIntermediate) { stage in
            try stage.serve()
            try stage.write(stage.root.certificate.pem, "ca.pem")
            return stage.request
        },
        BrokenSetup("ca lacks the root", .authorityLacksRoot) { stage in
            try stage.serve()
            try stage.write(stage.middle.certificate.pem, "ca.pem")
            return stage.outside()
        },
        BrokenSetup("ca of another CA", .authorityOfAnother) { stage in
            try stage.serve()
            try stage.write(try CertificateIssuer.makeRoot(commonName: "Other Root").certificate.pem, "ca.pem")
            return stage.request
        },
        BrokenSetup("ca of the same name and another key", .authorityOfAnother) { stage in
            try stage.serve()
            try stage.write(try CertificateIssuer.makeRoot(commonName: "Server Root").certificate.pem, "ca.pem")
            return stage.outside()
        },
        BrokenSetup("ca is the leaf", .authorityIsLeaf) { stage in
            try stage.serve()
            try stage.write(try Certificate.readAll(path: stage.path("server.pem"))[0].pem, "ca.pem")
            return stage.request
        },
        BrokenSetup("ca has expired", .authorityExpired) { stage in
            let old = try CertificateIssuer.makeRoot(commonName: "Old Root", days: -1)
            try stage.writeServerCertificate(try old.issue(Stage.serverTemplate()))
            try stage.write(old.certificate.pem, "ca.pem")
            try stage.serve()
            return stage.request
        },
        BrokenSetup("no vehicle CA", .clientAuthoritiesMissing) { stage in
            try stage.writeConfiguration([
                "tls": ["server_cert": stage.path("server.pem"), "server_key": stage.path("server.key")]
            ])
            try Files.remove(stage.path("tesla_ca.pem"))
            return stage.request
        },
        BrokenSetup("bundle not pinned", .bundleNotPinned) { stage in
            let foreign = try CertificateIssuer.makeRoot(commonName: "Tesla Motors Root CA").certificate
            let bundle = try Files.read(stage.path("tesla_ca.pem"), limitBytes: 1 << 16)
            try stage.write(bundle + foreign.pem, "tesla_ca.pem")
            try stage.serve()
            return stage.request
        },
        BrokenSetup("bundle that lacks one of Tesla's", .bundleIncomplete) { stage in
            let other = try CertificateIssuer.makeRoot(commonName: "Tesla Product Root CA").certificate
            let pin = TeslaPin(sha256: other.sha256, subject: other.subject, notAfter: "2099-01-01")
            stage.change { $0.pins = ($0.pins ?? []) + [pin] }
            try stage.serve()
            return stage.request
        },
        BrokenSetup("expired bundle entry", .bundleEntryExpired) { stage in
            let old = try CertificateIssuer.makeRoot(commonName: "Old Fleet CA", days: -1).certificate
            var tls = stage.tls
            tls["ca_file"] = try stage.write(old.pem, "fleet_ca.pem")
            try stage.writeConfiguration(["tls": tls])
            try stage.serve()
            return stage.request
        },
        BrokenSetup("only a CA of one's own", .bundleNotOfTesla) { stage in
            var tls = stage.tls
            tls["tesla_ca_file"] = nil
            try Files.remove(stage.path("tesla_ca.pem"))
            stage.change { $0.pins = nil }
            try stage.writeConfiguration(["tls": tls])
            try stage.serve()
            return stage.request
        },
    ]
}
