internal import LinuxSystem

/// What figures depend on, so that they can be compared.
struct Machine {
    let processor: String
    let cpus: Int
    let system: String
    let swift: String
    let openSSL: String
    let loadBefore: String

    init(_ ground: Ground) {
        let facts = Self.text("/proc/cpuinfo").split(separator: "\n")
        let model = facts.first { $0.hasPrefix("model name") }?.split(separator: ":").last.map(String.init)
        processor = model?.drop { $0 == " " }.description ?? "unknown processor"
        cpus = Self.allowedCPUs.count
        system = "Linux \(Self.text("/proc/sys/kernel/osrelease").split(separator: "\n").first ?? "")"
        swift = Self.firstLine(of: "/usr/bin/env", ["swift", "--version"], ground) ?? "Swift (version unknown)"
        openSSL = Self.firstLine(of: ground.anchor, ["--version"], ground) ?? "OpenSSL (version unknown)"
        loadBefore = Self.load
    }

    /// Processes that wanted a CPU in the last minute, on average; ours among them.
    static var load: String { text("/proc/loadavg").split(separator: " ").first.map(String.init) ?? "?" }

    /// The CPUs that this process may use, by number.
    static let allowedCPUs: [Int] = {
        let prefix = "Cpus_allowed_list:"
        guard let line = text("/proc/self/status").split(separator: "\n").first(where: { $0.hasPrefix(prefix) }) else {
            return [0]
        }
        // e.g. `0-3,8`
        return line.dropFirst(prefix.count).split(separator: ",").flatMap { part in
            let ends = part.split(separator: "-").compactMap { Int($0.drop { $0 == "\t" || $0 == " " }) }
            guard let first = ends.first, let last = ends.last, first <= last else { return [Int]() }
            return Array(first...last)
        }
    }()

    private static func text(_ path: String) -> String {
        (try? Files.read(path, limitBytes: 1 << 20)).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }

    private static func firstLine(of path: String, _ arguments: [String], _ ground: Ground) -> String? {
        let errors = "\(ground.files)/version.err"
        let process = try? ChildProcess(path, arguments, errorPath: errors, cpu: ground.vehicleCPU)
        return process?.readLine(timeoutMilliseconds: 20_000)
    }
}
