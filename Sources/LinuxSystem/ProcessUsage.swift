internal import Glibc

/// What a process has used so far, read from outside (proc(5)).
package struct ProcessUsage: Sendable, Hashable {
    /// CPU time of all its living threads, user and system.
    package let cpuNanoseconds: UInt64
    /// Memory that is in RAM now.
    package let residentBytes: Int

    /// - Parameter id: of a process, which may be another user's only where /proc shows it.
    /// - Returns: nil when there is no such process, or no /proc.
    package static func read(of id: Int32) -> ProcessUsage? {
        guard let memory = text("/proc/\(id)/statm"),
            let pages = memory.split(separator: " ").dropFirst().first.flatMap({ Int($0) }),
            let time = scheduledNanoseconds(id) ?? tickedNanoseconds(id)
        else { return nil }
        return ProcessUsage(cpuNanoseconds: time, residentBytes: pages * sysconf(Int32(_SC_PAGESIZE)))
    }

    /// Exact to the nanosecond, where the kernel keeps scheduling statistics.
    private static func scheduledNanoseconds(_ id: Int32) -> UInt64? {
        guard let threads = try? Files.list("/proc/\(id)/task") else { return nil }
        var sum: UInt64 = 0
        for thread in threads {
            // A thread may have ended since it was listed.
            guard let line = text("/proc/\(id)/task/\(thread)/schedstat") else { continue }
            sum += line.split(separator: " ").first.flatMap { UInt64($0) } ?? 0
        }
        return sum > 0 ? sum : nil
    }

    /// Exact to a clock tick, mostly 10 ms.
    private static func tickedNanoseconds(_ id: Int32) -> UInt64? {
        guard let stat = text("/proc/\(id)/stat"), let name = stat.lastIndex(of: ")") else { return nil }
        // The name may hold spaces; field 3 follows its closing parenthesis, and the times are fields 14 and 15.
        let fields = stat[stat.index(after: name)...].split(separator: " ")
        guard fields.count > 12, let user = UInt64(fields[11]), let system = UInt64(fields[12]) else { return nil }
        return (user + system) * 1_000_000_000 / UInt64(sysconf(Int32(_SC_CLK_TCK)))
    }

    private static func text(_ path: String) -> String? {
        guard let bytes = try? Files.read(path, limitBytes: 1 << 16) else { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }
}
