internal import Glibc

/// A process that listens on a TCP port, as far as this user may see it.
package struct ListeningProcess: Sendable, Hashable {
    package let id: Int
    /// The name of its executable, without the folders; the kernel's short name where that may not be read.
    package let name: String

    /// What `/proc/net/tcp` says of one port.
    package enum Finding: Sendable, Hashable {
        case nobody
        case process(ListeningProcess)
        /// Somebody listens whom this user may not see.
        case hidden
    }

    /// Who listens on a port on any address of this machine.
    ///
    /// Source: proc(5), `/proc/net/tcp`, `/proc/net/tcp6`: state 0A is listening.
    package static func find(port: UInt16) -> Finding {
        let inodes = ["/proc/net/tcp", "/proc/net/tcp6"].reduce(into: Set<String>()) { inodes, path in
            inodes.formUnion(listeningInodes(in: path, port: port))
        }
        guard !inodes.isEmpty else { return .nobody }
        let wanted = Set(inodes.map { "socket:[\($0)]" })
        for name in (try? Files.list("/proc")) ?? [] {
            guard let id = Int(name), holdsOne(of: wanted, process: name) else { continue }
            return .process(ListeningProcess(id: id, name: executableName(of: name)))
        }
        return .hidden
    }

    /// The largest number of descriptors that the process may open; nil when it may not be asked.
    package var descriptorLimit: Int? {
        guard let text = Self.text("/proc/\(id)/limits"),
            let line = text.split(separator: "\n").first(where: { $0.hasPrefix("Max open files") })
        else { return nil }
        // Name, soft limit, hard limit, unit.
        return line.split(separator: " ").dropLast().last.flatMap { Int($0) }
    }

    private static func listeningInodes(in path: String, port: UInt16) -> [String] {
        guard let text = text(path) else { return [] }
        let digits = String(port, radix: 16, uppercase: true)
        let suffix = ":" + String(repeating: "0", count: 4 - digits.count) + digits
        return text.split(separator: "\n").compactMap { line in
            let columns = line.split(separator: " ")
            guard columns.count > 9, columns[1].hasSuffix(suffix), columns[3] == "0A" else { return nil }
            return String(columns[9])
        }
    }

    private static func holdsOne(of sockets: Set<String>, process: String) -> Bool {
        let directory = "/proc/\(process)/fd"
        return ((try? Files.list(directory)) ?? []).contains { name in
            link("\(directory)/\(name)").map(sockets.contains) ?? false
        }
    }

    private static func executableName(of process: String) -> String {
        if let path = link("/proc/\(process)/exe"), let name = path.split(separator: "/").last {
            // What was replaced while it ran.
            return String(name.hasSuffix(" (deleted)") ? name.dropLast(10) : name)
        }
        return text("/proc/\(process)/comm").map { String($0.prefix { $0 != "\n" }) } ?? "unknown"
    }

    /// Generous: a machine with a hundred thousand connections has a line for each.
    private static func text(_ path: String) -> String? {
        (try? Files.read(path, limitBytes: 64 << 20)).map { String(decoding: $0, as: UTF8.self) }
    }

    private static func link(_ path: String) -> String? {
        var target = [CChar](repeating: 0, count: 4096)
        // SAFETY: the kernel writes at most the array's bytes.
        let count = readlink(path, &target, target.count)
        return count > 0 ? String(decoding: target[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self) : nil
    }
}
