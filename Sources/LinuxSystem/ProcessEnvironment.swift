/// The variables that the process was started with.
package enum ProcessEnvironment {
    /// Longest environment that the kernel hands over, in bytes, by default.
    private static let limitBytes = 4 << 20

    /// By name; of names that come twice the last.
    package static var variables: [String: String] {
        guard let bytes = try? Files.read("/proc/self/environ", limitBytes: limitBytes) else { return [:] }
        var variables: [String: String] = [:]
        for row in bytes.split(separator: 0) {
            guard let equals = row.firstIndex(of: UInt8(ascii: "=")) else { continue }
            let name = String(decoding: row[..<equals], as: UTF8.self)
            variables[name] = String(decoding: row[(equals + 1)...], as: UTF8.self)
        }
        return variables
    }
}
