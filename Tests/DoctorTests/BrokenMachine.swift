import Doctor
import LinuxSystem
import OpenSSLTransport
import Symptoms
import VehicleFixtures

extension BrokenSetup {
    /// Configuration, ports, limits.
    static let machine: [BrokenSetup] = [
        BrokenSetup("no configuration file", .configurationUnreadable) { stage in
            var request = stage.request
            request.configurationPath = stage.path("absent.json")
            request.host = nil
            return request
        },
        BrokenSetup("configuration that is no JSON", .configurationSyntax) { stage in
            try stage.write("{\"port\": 443,, }", "server.json")
            return stage.request
        },
        BrokenSetup("port as text in the configuration", .wrongType) { stage in
            try stage.writeConfiguration(["port": "443"])
            return stage.request
        },
        BrokenSetup("dead configuration keys", .deadKey) { stage in
            try stage.writeConfiguration(["monitoring": ["profiler_port": 4269]])
            try stage.serve()
            return stage.request
        },
        BrokenSetup("misspelt configuration key", .unknownKey) { stage in
            try stage.writeConfiguration(["nmaespace": "tesla"])
            return stage.request
        },
        BrokenSetup("unknown dispatcher", .dispatcherUnknown) { stage in
            try stage.writeConfiguration(["records": ["V": ["flie"]]])
            return stage.request
        },
        BrokenSetup("rate limit without a limit", .settingMissing) { stage in
            try stage.writeConfiguration(["rate_limit": ["enabled": true]])
            return stage.request
        },
        BrokenSetup("port taken", .portTaken) { stage in
            stage.hold(try TestWebServer(port: stage.port) { _ in .answer(200) })
            return stage.request
        },
        BrokenSetup("an address of another machine", .addressUnusable) { stage in
            try stage.writeConfiguration(["host": "192.0.2.1"])
            var request = stage.request
            request.host = nil
            stage.change { $0.connect = { _, _, _ in throw SystemCallError(call: "connect", code: 113) } }
            return request
        },
        BrokenSetup("too few file descriptors", .descriptorsTooFew) { stage in
            let allowed = ProcessLimits.hardDescriptors ?? 0
            try stage.writeConfiguration(["max_connections": min(1_000_000, allowed + 1)])
            try stage.serve()
            return stage.request
        },
        BrokenSetup("VIN list that is not there", .vehicleListUnusable) { stage in
            try stage.writeConfiguration(["vehicles": ["allow_file": stage.path("vins.txt")]])
            return stage.request
        },
    ]

    /// Where records go.
    static let records: [BrokenSetup] = [
        BrokenSetup("dead HTTP sink", .endpointUnreachable) { stage in
            try stage.writeConfiguration([
                "records": ["V": ["http:home"]],
                "http": ["home": ["url": "http://127.0.0.1:\(TestPorts.free())/in"]],
            ])
            return stage.request
        },
        BrokenSetup("sink with an expired certificate", .endpointCertificate) { stage in
            let pki = try TestPKI { $0 = Stage.serverTemplate(days: -1) }
            let sink = try TestWebServer(pki: pki) { _ in .answer(204) }
            stage.hold(sink)
            let authority = try stage.write(pki.authority.certificate.pem, "sink_ca.pem")
            try stage.writeConfiguration([
                "records": ["V": ["http:home"]],
                "http": ["home": ["url": sink.url(host: "localhost"), "ca_file": authority]],
            ])
            try stage.serve()
            return stage.request
        },
        BrokenSetup("sink that wants a token", .endpointRefuses) { stage in
            let sink = try TestWebServer { _ in .answer(401) }
            stage.hold(sink)
            try stage.writeConfiguration([
                "records": ["V": ["http:home"]], "http": ["home": ["url": sink.url()]],
            ])
            return stage.request
        },
        BrokenSetup("records file in a folder that is not there", .pathUnusable) { stage in
            try stage.writeConfiguration(["file": ["path": stage.path("gone/records.jsonl")]])
            return stage.request
        },
        BrokenSetup("spool in the place of a file", .spoolUnwritable) { stage in
            try stage.write("x", "spool")
            try stage.writeConfiguration(["spool": ["directory": stage.path("spool")]])
            return stage.request
        },
    ]

    /// The app's key.
    static let publicKeys: [BrokenSetup] = [
        BrokenSetup("public key of another pair", .publicKeyOfAnotherPair) { stage in
            try stage.serve()
            let port = try stage.serveKey(try stage.appKey("prime256v1"))
            var request = stage.request
            request.domain = "localhost:\(port)"
            request.appKeyPath = try stage.write(stage.root.key.pem, "other-app.key")
            return request
        },
        BrokenSetup("wrong curve", .wrongCurve) { stage in
            try stage.serve()
            let key = try stage.appKey("secp384r1")
            var request = stage.request
            request.domain = "localhost:\(try stage.serveKey(key))"
            request.appKeyPath = key
            return request
        },
        BrokenSetup("public key that is not served", .publicKeyNotServed) { stage in
            try stage.serve()
            var request = stage.request
            request.domain = "localhost:\(try stage.serveFile(Array("HTTP/1.0 404 Not Found\r\n\r\n".utf8)))"
            return request
        },
        BrokenSetup("a page in the place of the public key", .publicKeyNotServed) { stage in
            try stage.serve()
            let page = Stage.okHead() + "<!doctype html><html><body>Welcome</body></html>"
            var request = stage.request
            request.domain = "localhost:\(try stage.serveFile(Array(page.utf8)))"
            return request
        },
        BrokenSetup("the private key is published", .publicKeyNotServed) { stage in
            try stage.serve()
            let key = try Files.read(try stage.appKey("prime256v1"), limitBytes: 1 << 16)
            var request = stage.request
            request.domain = "localhost:\(try stage.serveFile(Array(Stage.okHead().utf8) + key))"
            return request
        },
    ]

    /// What is sent to vehicles, for `doctor cert`.
    static let vehicleFiles: [BrokenSetup] = [
        BrokenSetup("port as text", .portAsText) { stage in
            try stage.serve()
            return try stage.vehicleFile(port: "\"\(stage.port)\"")
        },
        BrokenSetup("ca is a path, in JSON", .authorityTextIsPath) { stage in
            try stage.serve()
            return try stage.vehicleFile(authority: "/etc/ssl/ca.pem")
        },
        BrokenSetup("ca that was escaped twice", .authorityTextUnusable) { stage in
            try stage.serve()
            let text = String(decoding: stage.root.certificate.pem, as: UTF8.self).replacing("\n", with: "\\n")
            return try stage.vehicleFile(authority: text)
        },
        BrokenSetup("ca without the intermediate, in JSON", .authorityLacksIntermediate) { stage in
            try stage.serve()
            return try stage.vehicleFile(authority: String(decoding: stage.root.certificate.pem, as: UTF8.self))
        },
        BrokenSetup("hostname with a scheme", .hostUnusable) { stage in
            try stage.serve()
            return try stage.vehicleFile(hostname: "https://localhost/")
        },
        BrokenSetup("hostname of another certificate", .hostNotInCertificate) { stage in
            try stage.writeServerCertificate(try stage.middle.issue(Stage.serverTemplate(hosts: ["other.example"])))
            try stage.serve()
            return try stage.vehicleFile()
        },
    ]
}
