import Glibc

/// How much is tried: a moment of everything in `make test`, minutes in `make test-faults`.
enum FaultForm {
    static let isLong = getenv("FLEET_TELEMETRY_LONG") != nil

    /// `make test-faults` names an optimised build; otherwise the one beside the tests is taken.
    static let executable: String = {
        if let named = getenv("FLEET_TELEMETRY") { return String(cString: named) }
        var path = [CChar](repeating: 0, count: 4096)
        let count = readlink("/proc/self/exe", &path, path.count - 1)
        let own = String(decoding: path.prefix(max(0, count)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return "\(own[..<(own.lastIndex(of: "/") ?? own.startIndex)])/fleet-telemetry"
    }()
}
