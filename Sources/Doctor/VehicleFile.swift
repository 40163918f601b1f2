internal import Diagnosis
internal import JSONText
internal import LinuxSystem
internal import Symptoms

/// `validate_server.json` of Tesla's server: `{"hostname", "port", "ca"}`, or a whole request to
/// fleet_telemetry_config, which has the same inside of `config`.
struct VehicleFile {
    let hostname: String?
    let port: UInt16?
    let authorities: [UInt8]?
    /// What is wrong with the three.
    let findings: [DoctorFinding]

    /// A request with its whole list of fields is some kilobytes long.
    static let limitBytes = 1 << 20

    init(path: String) throws(SystemCallError) {
        self.init(try Files.read(path, limitBytes: Self.limitBytes), path: path)
    }

    init(_ bytes: [UInt8], path: String) {
        let root: JSONValue
        do throws(JSONReaderError) {
            root = try JSONReader.read(bytes, options: .commented).root
        } catch {
            hostname = nil
            port = nil
            authorities = nil
            findings = [
                DoctorFinding(
                    .problem,
                    .configurationSyntax,
                    "\(path) is no JSON: \(error.summary) (line \(error.position.line))",
                    remedy: "write {\"hostname\": \"NAME\", \"port\": 443, \"ca\": \"-----BEGIN CERTIFICATE-----…\"}"
                )
            ]
            return
        }
        let config = root["config"]?.members == nil ? root : root["config"] ?? root
        var findings: [DoctorFinding] = []
        hostname = Self.hostname(config["hostname"], &findings)
        port = Self.port(config["port"], &findings)
        authorities = Self.authorities(config["ca"], &findings)
        self.findings = findings
    }

    private static func hostname(_ value: JSONValue?, _ findings: inout [DoctorFinding]) -> String? {
        guard case .text(let text)? = value?.content else {
            findings.append(
                DoctorFinding(
                    .problem,
                    .hostUnusable,
                    value == nil ? "hostname is missing" : "hostname is no text",
                    remedy: "write \"hostname\": \"telemetry.example.com\""
                )
            )
            return nil
        }
        if let finding = HostName.finding(about: text, place: "hostname") { findings.append(finding) }
        return HostName.isUsable(text) ? text : nil
    }

    private static func port(_ value: JSONValue?, _ findings: inout [DoctorFinding]) -> UInt16? {
        switch value?.content {
        case nil, .null?: return 443
        case .number(let text)?:
            if let port = UInt16(text), port > 0 { return port }
            findings.append(
                DoctorFinding(
                    .problem,
                    .portAsText,
                    "port is \(text), which is no port",
                    remedy: "write a whole number from 1 to 65535, e.g. \"port\": 443"
                )
            )
        case .text(let text)?:
            findings.append(
                DoctorFinding(
                    .problem,
                    .portAsText,
                    "port is the text \"\(text)\", not a number: the API accepts it, and the vehicle never connects",
                    remedy: "write \"port\": \(UInt16(text).map { "\($0)" } ?? "443") and send the configuration again"
                )
            )
            return UInt16(text)
        case .flag?, .array?, .object?:
            findings.append(
                DoctorFinding(.problem, .portAsText, "port is no number", remedy: "write e.g. \"port\": 443")
            )
        }
        return nil
    }

    private static func authorities(_ value: JSONValue?, _ findings: inout [DoctorFinding]) -> [UInt8]? {
        switch value?.content {
        case .text(let text)?: return Array(text.utf8)
        case nil, .null?:
            findings.append(
                DoctorFinding(
                    .problem,
                    .authorityTextUnusable,
                    "ca is missing",
                    remedy: "write the PEM text of the chain that signed the server's certificate as \"ca\""
                )
            )
        default:
            findings.append(
                DoctorFinding(
                    .problem,
                    .authorityTextUnusable,
                    "ca is no text",
                    remedy: "write the PEM text as one JSON string"
                )
            )
        }
        return nil
    }
}

/// A host name as vehicles take it: without scheme, port and path.
enum HostName {
    static func isUsable(_ text: String) -> Bool { finding(about: text, place: "") == nil }

    /// What is wrong with a text in the place of a host name; nil when it is one, or an address.
    static func finding(about text: String, place: String) -> DoctorFinding? {
        func finding(_ problem: String, _ remedy: String) -> DoctorFinding {
            DoctorFinding(.problem, .hostUnusable, "\(place) \(problem)", remedy: remedy)
        }
        if text.isEmpty { return finding("is empty", "write the name that vehicles connect to") }
        if let scheme = text.firstRange(of: "://") {
            return finding(
                "\"\(text)\" holds a scheme",
                "write the name alone: \(text[scheme.upperBound...].prefix { $0 != "/" && $0 != ":" })"
            )
        }
        let isAddress = text.contains(":") && text.allSatisfy { $0.isHexDigit || ":.".contains($0) }
        if !isAddress, text.contains(":") {
            return finding("\"\(text)\" holds a port", "write the name alone, and the port as \"port\"")
        }
        guard text.utf8.count <= 253, isAddress || text.utf8.allSatisfy(isNameByte) else {
            return finding("\"\(text.prefix(100))\" is no host name", "write letters, digits, hyphens and dots only")
        }
        return nil
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}
