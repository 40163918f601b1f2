internal import CLinux
internal import Glibc

/// What the kernel says about this process (proc(5), getrusage(2), getrlimit(2)).
package enum ProcessFacts {
    package static var id: Int { Int(getpid()) }

    /// Memory that is in RAM now; nil when /proc is not mounted.
    package static var residentMemoryBytes: Int? {
        guard let text = content(of: "/proc/self/statm"),
            let pages = text.split(separator: " ").dropFirst().first.flatMap({ Int($0) })
        else { return nil }
        return pages * sysconf(Int32(_SC_PAGESIZE))
    }

    /// CPU time of all threads, user and system.
    package static var cpuSeconds: Double {
        var usage = rusage()
        // SAFETY: the kernel fills the structure before it returns.
        guard getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage) == 0 else { return 0 }
        return seconds(usage.ru_utime) + seconds(usage.ru_stime)
    }

    private static func seconds(_ time: timeval) -> Double {
        Double(time.tv_sec) + Double(time.tv_usec) / 1e6
    }

    /// How many descriptors are open; nil when /proc is not mounted.
    package static var openDescriptors: Int? {
        // SAFETY: the stream is ours from here to closedir; names are only looked at before the next readdir.
        guard let folder = opendir("/proc/self/fd") else { return nil }
        defer { closedir(folder) }
        var count = 0
        while let entry = readdir(folder) {
            // SAFETY: the first byte of a name is always there.
            if entry.pointee.d_name.0 != CChar(bitPattern: UInt8(ascii: ".")) { count += 1 }
        }
        // The folder's own descriptor is one of them.
        return count - 1
    }

    /// The limit on open descriptors; nil when there is none.
    package static var maximumDescriptors: Int? {
        var limits = rlimit()
        // SAFETY: the kernel fills the structure before it returns.
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limits) == 0 else { return nil }
        return Int(exactly: limits.rlim_cur)
    }

    /// When the process began, in seconds since 1970-01-01T00:00:00Z; nil when /proc is not mounted.
    package static var startTimeSeconds: Double? {
        guard let stat = content(of: "/proc/self/stat"), let name = stat.lastIndex(of: ")"),
            let system = content(of: "/proc/stat"),
            let boot = system.split(separator: "\n").first(where: { $0.hasPrefix("btime ") }),
            let bootSeconds = Double(boot.dropFirst(6))
        else { return nil }
        // The name may hold spaces; field 3 follows its closing parenthesis, and the start is field 22.
        let fields = stat[stat.index(after: name)...].split(separator: " ")
        guard fields.count > 19, let ticks = Double(fields[19]) else { return nil }
        return bootSeconds + ticks / Double(sysconf(Int32(_SC_CLK_TCK)))
    }

    /// A small file of /proc as text.
    private static func content(of path: String) -> String? {
        let number = Glibc.open(path, O_RDONLY | O_CLOEXEC)
        guard number >= 0 else { return nil }
        let file = FileDescriptor(owning: number)
        var bytes = [UInt8](repeating: 0, count: 4096)
        var length = 0
        while length < 1 << 20 {
            if length == bytes.count { bytes += [UInt8](repeating: 0, count: bytes.count) }
            guard let count = try? file.read(into: &bytes, at: length) else { return nil }
            if count == 0 { break }
            length += count
        }
        return String(decoding: bytes[..<length], as: UTF8.self)
    }
}
