import Foundation
import OpenSSLTransport
import Testing

struct CertsTests {
    private func mode(_ path: String) throws -> Int {
        try #require(FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int)
    }

    @Test(arguments: [false, true])
    func `certs demo writes everything that a receiver and its vehicles need`(_ isRSA: Bool) throws {
        let shop = try Workshop()
        let folder = shop.path("made/here")
        let vins = ["5YJ3E1EA0KF000001", "5YJ3E1EA0KF000002"]
        let arguments = ["certs", "demo", "--out", folder, "--vin", vins[0], "--vin", vins[1], "--host", "localhost"]
        let (code, output, error) = try Child.run(arguments + (isRSA ? ["--rsa"] : []) + ["--days", "30"])
        #expect(code == 0, "\(error)")
        let certificates = ["ca", "server"] + vins.map { "vehicles/\($0)" }
        for name in certificates {
            let (certificate, key) = ("\(folder)/\(name).pem", "\(folder)/\(name).key")
            #expect(try mode(key) == 0o600)
            #expect(try mode(certificate) == 0o644)
            #expect(try PrivateKey.read(path: key).matches(try Certificate.readAll(path: certificate)[0]))
            #expect(output.contains("wrote \(certificate)"))
        }
        let authority = try Certificate.readAll(path: "\(folder)/ca.pem")[0]
        #expect(authority.subject.contains("Tesla Motors Products CA"))

        // A second call keeps what is there and adds what is new.
        let before = try Data(contentsOf: URL(filePath: "\(folder)/server.pem"))
        let more = try Child.run(arguments + ["--vin", "5YJ3E1EA0KF000003"])
        #expect(more.code == 0, "\(more.error)")
        #expect(try Data(contentsOf: URL(filePath: "\(folder)/server.pem")) == before)
        #expect(FileManager.default.fileExists(atPath: "\(folder)/vehicles/5YJ3E1EA0KF000003.key"))
    }

    @Test func `the old spelling of fetch-ca's option still names a file`() throws {
        let shop = try Workshop()
        let result = try Child.run([
            "certs", "fetch-ca", "--from", shop.files.authorityPath, "--out", shop.path("t.pem"),
        ])
        #expect(result.code == 1)
        #expect(result.error.contains("is not one of Tesla's production CA certificates"))
    }
}
