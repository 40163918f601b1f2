import ConfigurationSchema
import Dispatchers
import Foundation
import ServerAssembly
import Testing
import VehicleFixtures

/// `config check --connect` against real servers.
@Suite struct ConfigurationConnectTests {
    private func check(_ endpoint: String, json: Bool = false) throws -> ConfigurationCommands.Output {
        let folder = try ServerBench.makeFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appending(path: "server.json")
        let text = """
            {"port": 4443, "tls": {"server_cert": "a.pem", "server_key": "a.key"},
             "records": {"V": ["http:home"]}, "http": {"home": \(endpoint)}}
            """
        try text.write(to: file, atomically: true, encoding: .utf8)
        return ConfigurationCommands.check(
            path: file.path,
            json: json,
            connects: true,
            environment: [:],
            machine: nil
        )
    }

    @Test func `an endpoint that takes requests is told with status and latency, and gets no record`() throws {
        let server = try TestWebServer { _ in .answer(204) }
        let endpoint = """
            {"url": "\(server.url("/s3cret"))", "format": "json_array", "headers": {"X-Key": "s3cret"},
             "authorization": {"value": "Bearer s3cret"}}
            """
        let output = try check(endpoint)
        #expect(output.exitCode == 0)
        let origin = "http://127.0.0.1:\(server.port)"
        #expect(output.text.contains("http:home: \(origin) answered with status 204, after "), "\(output.text)")
        #expect(output.text.contains("nothing to complain about") && !output.text.contains("s3cret"))
        let request = try #require(server.requests.first)
        #expect(request.text == "[]" && request.method == "POST" && request.target == "/s3cret")
        #expect(request.headers.first("Authorization") == "Bearer s3cret" && request.headers.first("X-Key") == "s3cret")
        let json = try check(endpoint, json: true)
        #expect(json.text.contains(#""connections":[{"dispatcher":"http:home","ok":true,"result":"\#(origin)"#))
        #expect(json.text.contains(#""status":204,"milliseconds":"#) && !json.text.contains("s3cret"))
    }

    @Test(arguments: [
        (400, true, "to a request without records"), (422, true, "to a request without records"),
        (401, false, "check authorization"), (403, false, "check authorization"),
        (404, false, "check the path of url"), (405, false, "check the path of url, and method"),
        (410, false, "it is gone for good"), (429, false, "raise its limits"), (500, false, "see its log"),
        (302, false, "write the final address in url"),
    ])
    func `each answer says what to do`(status: Int, isGood: Bool, remedy: String) throws {
        let server = try TestWebServer { _ in .answer(status) }
        let output = try check(#"{"url": "\#(server.url())"}"#)
        #expect(output.exitCode == (isGood ? 0 : 1))
        #expect(output.text.contains("answered with status \(status)"))
        #expect(output.text.contains(remedy) && output.text.contains("[connection ") == !isGood, "\(output.text)")
    }

    @Test func `name, port, TLS and secrets have words of their own`() throws {
        let web = try TestWebServer { _ in .answer(200) }
        let secure = try TestWebServer(pki: TestPKI()) { _ in .answer(200) }
        let folder = try ServerBench.makeFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        try ServerBench.write(try TestPKI(), to: folder)
        let closed = try TestWebServer { _ in .answer(200) }
        closed.stop()
        let authority = folder.appending(path: "ca.pem").path
        let cases = [
            (#"{"url": "http://nobody.invalid/"}"#, "is not found"),
            (#"{"url": "\#(closed.url())"}"#, "no connection"),
            (#"{"url": "\#(secure.url())", "ca_file": "\#(authority)"}"#, "unknown authority"),
            (#"{"url": "https://127.0.0.1:\#(web.port)/", "ca_file": "\#(authority)"}"#, "TLS"),
            (#"{"url": "\#(web.url())", "authorization": {"file": "/nowhere/token"}}"#, "token cannot be read"),
        ]
        for (endpoint, words) in cases {
            let output = try check(endpoint)
            #expect(output.exitCode == 1 && output.text.contains(words), "\(output.text)")
        }
    }

    @Test func `secret files and authorities are looked at`() throws {
        var machine = ScriptedMachine.sound
        let configuration = ConfigurationCheckTests.configuration { configuration in
            var settings = HTTPSettings()
            settings.url = "https://example.com/"
            settings.caFile = "/c/web.pem"
            settings.authorization = HTTPSecret()
            settings.authorization?.file = "/c/token"
            configuration.dispatchers[named: DispatcherKind()] = ["home": settings]
            configuration.records = ["V": ["http:home"]]
        }
        let missing = ConfigurationCheckTests.findings(on: machine, configuration)
        #expect(missing.map(\.path) == ["http.home.authorization.file", "http.home.ca_file"])
        #expect(missing.allSatisfy { $0.severity == .error && $0.isAboutMachine })
        machine.files["/c/web.pem"] = machine.files["/c/ca.pem"]
        machine.others = ["/c/token"]
        #expect(ConfigurationCheckTests.findings(on: machine, configuration).isEmpty)
        machine.isKeyOpen = true
        let open = ConfigurationCheckTests.findings(on: machine, configuration).filter { $0.code.text == "secret_file" }
        #expect(open.map(\.severity) == [.warning] && open.first?.remedy == "chmod 0600 /c/token")
    }
}
