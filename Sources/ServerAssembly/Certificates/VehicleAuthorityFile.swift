package import Diagnosis
internal import JSONText
internal import LinuxSystem
package import OpenSSLTransport

/// What vehicles were given as `ca`, as a file holds it: PEM, or the JSON that they were configured with.
package struct VehicleAuthorityFile: Sendable {
    package let path: String
    package let authorities: AuthorityText
    /// Where the vehicles connect to, when the file says so.
    package let hostname: String?

    /// What is wrong with it for a server's chain; empty when vehicles will accept that.
    ///
    /// - Parameters:
    ///   - chain: the server's own certificate first. Never empty.
    ///   - marginSeconds: how long before its end an authority is mentioned.
    ///   - now: Unix seconds.
    package func findings(for chain: [Certificate], marginSeconds: Int64, at now: Int64) -> [AuthorityFinding] {
        guard let leaf = chain.first else { return [] }
        return AuthorityDiagnosis(
            authorities: authorities.certificates,
            leaf: leaf,
            sent: Array(chain.dropFirst()),
            expiryMarginSeconds: marginSeconds,
            at: now
        ).findings
    }

    /// The largest file that is read; a configuration of hundreds of fields has a few kilobytes.
    package static let limitBytes = 1 << 20

    /// Reads PEM, a `fleet_telemetry_config` (as it was sent, `config` alone, or as Tesla's API returns it), or a
    /// text that somebody copied out of one.
    ///
    /// - Throws: an ``AuthorityFinding`` that says what is wrong with the text.
    package static func read(path: String) throws(AuthorityFinding) -> VehicleAuthorityFile {
        let bytes: [UInt8]
        do throws(SystemCallError) {
            bytes = try Files.read(path, limitBytes: limitBytes)
        } catch {
            throw .unusable(reason: "cannot be read (\(error.reason))", remedy: "check the path and who may read it")
        }
        return try read(bytes, path: path)
    }

    package static func read(_ bytes: [UInt8], path: String) throws(AuthorityFinding) -> VehicleAuthorityFile {
        guard isJSONObject(bytes) else {
            return VehicleAuthorityFile(
                path: path,
                authorities: try AuthorityText(bytes, from: .file(path)),
                hostname: nil
            )
        }
        let root: JSONValue
        do throws(JSONReaderError) {
            root = try JSONReader.read(bytes).root
        } catch {
            throw .unusable(reason: "is no JSON (\(error))", remedy: error.remedy)
        }
        let config = root["response"]?["config"] ?? root["config"] ?? root
        guard let ca = config["ca"], !ca.isNull else {
            throw .unusable(
                reason: "has no \"ca\"",
                remedy: "name the JSON of the vehicles' fleet_telemetry_config, or the PEM file of their CA"
            )
        }
        guard let text = ca.text else {
            throw .unusable(
                reason: "has \(ca.kind) as \"ca\"",
                remedy: "write the PEM text of the CA chain as one string, with \\n for line breaks"
            )
        }
        return VehicleAuthorityFile(
            path: path,
            authorities: try AuthorityText(Array(text.utf8), from: .value("ca")),
            hostname: config["hostname"]?.text
        )
    }

    /// Whether the first character that is no space begins an object.
    static func isJSONObject(_ bytes: [UInt8]) -> Bool {
        bytes.first { $0 > 0x20 } == UInt8(ascii: "{")
    }
}
