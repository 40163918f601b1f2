import Diagnosis
import JSONText
import LinuxSystem
import OpenSSLTransport
import ServerAssembly
import Symptoms
import Testing

/// What vehicles were given, in the forms that operators have it in.
struct VehicleAuthorityFileTests {
    private let root: CertificateIssuer
    private let pem: String
    private let escaped: String

    init() throws {
        root = try CertificateIssuer.makeRoot(commonName: "Root")
        pem = String(decoding: root.certificate.pem, as: UTF8.self)
        var writer = JSONWriter()
        writer.string(pem)
        escaped = String(decoding: writer.bytes, as: UTF8.self)
    }

    private func read(_ text: String) throws(AuthorityFinding) -> VehicleAuthorityFile {
        try VehicleAuthorityFile.read(Array(text.utf8), path: "vehicles.json")
    }

    @Test func `PEM, and JSON as it was sent, as it is kept and as Tesla's API returns it`() throws {
        let config = #"{"hostname": "cars.example.com", "port": 443, "ca": \#(escaped), "fields": {}}"#
        for (text, hostname) in [
            (pem, nil), (escaped, nil), (config, "cars.example.com"),
            (#"{"vins": ["A"], "config": \#(config)}"#, "cars.example.com"),
            (#"{"response": {"synced": true, "config": \#(config)}}"#, "cars.example.com"),
            (#"  {"ca": \#(escaped)}"#, nil),
        ] {
            let file = try read(text)
            #expect(file.authorities.certificates.map(\.sha256) == [root.certificate.sha256])
            #expect(file.hostname == hostname)
        }
    }

    @Test(arguments: [
        (#"{"config": {"hostname": "a"}}"#, #"has no "ca""#, SymptomCode.authorityTextUnusable),
        (#"{"config": {"ca": null}}"#, #"has no "ca""#, .authorityTextUnusable),
        (#"{"response": {"synced": true, "config": null}}"#, #"has no "ca""#, .authorityTextUnusable),
        (#"{"ca": 7}"#, #"has a number as "ca""#, .authorityTextUnusable),
        (#"{"ca": "/etc/ca.pem"}"#, "holds the path /etc/ca.pem", .authorityTextIsPath),
        (#"{"ca": ""}"#, "is empty", .authorityTextUnusable),
        (#"{"ca": "#, "is no JSON", .authorityTextUnusable),
        ("", "is empty", .authorityTextUnusable), ("nonsense", "is no PEM text", .authorityTextUnusable),
    ])
    func `each mistake in it is told apart`(_ text: String, _ words: String, _ symptom: SymptomCode) {
        let finding = #expect(throws: AuthorityFinding.self) { try read(text) }
        #expect(finding?.problem(in: "vehicles.json").contains(words) == true, "\(String(describing: finding))")
        #expect(finding?.symptom == symptom)
    }

    @Test func `a file that is not there is named`() {
        let finding = #expect(throws: AuthorityFinding.self) { try VehicleAuthorityFile.read(path: "/nowhere/ca.pem") }
        #expect(finding?.problem(in: "/nowhere/ca.pem").contains("No such file") == true)
    }
}
