internal import CLinux
internal import Glibc

/// Tells the service supervisor how this process is doing: systemd's notify protocol (sd_notify(3)), without its
/// library.
///
/// Messages are datagrams to the socket in `NOTIFY_SOCKET`, a path or, after `@`, an abstract name. Nobody is waited
/// for: a message that the supervisor has no room for is lost, and the next one says the same or more.
package final class ServiceNotification: Sendable {
    private let descriptor: FileDescriptor
    /// How often the supervisor wants to hear ``alive()``, in milliseconds; nil when it does not watch.
    package let watchdogMilliseconds: Int?

    /// - Parameter environment: of the process.
    /// - Returns: nil when nobody wants to be told, or the socket cannot be reached.
    package init?(environment: [String: String]) {
        guard let address = environment["NOTIFY_SOCKET"], !address.isEmpty else { return nil }
        let kind = Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        let number = socket(AF_UNIX, kind, 0)
        guard number >= 0 else { return nil }
        descriptor = FileDescriptor(owning: number)
        let watched = environment["WATCHDOG_PID"].map { pid_t($0) == getpid() } ?? true
        let microseconds = environment["WATCHDOG_USEC"].flatMap { Int($0) } ?? 0
        watchdogMilliseconds = watched && microseconds > 0 ? max(1, microseconds / 1000) : nil
        guard Self.connect(number, to: address) else { return nil }
    }

    private static func connect(_ number: Int32, to address: String) -> Bool {
        var bytes = Array(address.utf8)
        var name = sockaddr_un()
        name.sun_family = sa_family_t(AF_UNIX)
        // An abstract name begins with NUL and is as long as the address says; a path ends with NUL.
        let isAbstract = bytes[0] == UInt8(ascii: "@")
        if isAbstract { bytes[0] = 0 } else { bytes.append(0) }
        guard isAbstract || bytes[0] == UInt8(ascii: "/"), bytes.count <= MemoryLayout.size(ofValue: name.sun_path)
        else { return false }
        // SAFETY: the count was checked against the room for the name; the kernel copies the address.
        withUnsafeMutableBytes(of: &name.sun_path) { $0.copyBytes(from: bytes) }
        let start = MemoryLayout<sockaddr_un>.size - MemoryLayout.size(ofValue: name.sun_path)
        return withUnsafePointer(to: &name) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(number, $0, socklen_t(start + bytes.count)) == 0
            }
        }
    }

    /// Vehicles are served from now on.
    package func ready(status: String) { send("READY=1\nSTATUS=\(Self.line(status))") }

    /// Files are being read again; ``ready(status:)`` says when that is over.
    package func reloading() {
        send("RELOADING=1\nMONOTONIC_USEC=\(MonotonicTime.now.nanoseconds / 1000)")
    }

    /// The stop has begun.
    package func stopping(status: String) { send("STOPPING=1\nSTATUS=\(Self.line(status))") }

    /// Everything works.
    package func alive() { send("WATCHDOG=1") }

    private static func line(_ text: String) -> String { String(text.map { $0.isNewline ? " " : $0 }) }

    private func send(_ message: String) {
        let bytes = Array(message.utf8)
        let number = descriptor.number
        // SAFETY: the pointer does not leave the closure, and the kernel reads at most the count given.
        _ = bytes.withUnsafeBytes { Glibc.send(number, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
    }
}
