import Foundation
import OpenSSLTransport

/// A directory that is removed when the test is over.
final class ScratchDirectory: Sendable {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "certificates-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func file(_ name: String) -> String { "\(path)/\(name)" }

    @discardableResult
    func write(_ bytes: [UInt8], _ name: String) throws -> String {
        try Data(bytes).write(to: URL(filePath: file(name)))
        return file(name)
    }

    @discardableResult
    func write(_ text: String, _ name: String) throws -> String { try write(Array(text.utf8), name) }

    func read(_ name: String) throws -> [UInt8] { Array(try Data(contentsOf: URL(filePath: file(name)))) }

    func mode(_ name: String) throws -> Int {
        let attributes = try FileManager.default.attributesOfItem(atPath: file(name))
        return (attributes[.posixPermissions] as? NSNumber)?.intValue ?? -1
    }
}

let unixNow = Int64(Date().timeIntervalSince1970)
let secondsOfDay: Int64 = 86_400

extension CertificateTemplate {
    static func server(_ hosts: [String] = ["example.org"], days: Int = 365) -> CertificateTemplate {
        var template = CertificateTemplate(role: .server, commonName: "example.org", days: days)
        template.hosts = hosts
        return template
    }

    static func vehicle(_ vin: String = "5YJ3E1EA7KF000316", days: Int = 365) -> CertificateTemplate {
        CertificateTemplate(role: .vehicle, commonName: vin, days: days)
    }
}

/// What an expression throws, for looking at it.
func thrown<Failure: Error>(_: Failure.Type, _ body: () throws -> Void) -> Failure? {
    do {
        try body()
        return nil
    } catch {
        return error as? Failure
    }
}
