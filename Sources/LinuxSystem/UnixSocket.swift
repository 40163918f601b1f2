internal import CLinux
internal import Glibc

/// Stream sockets that have a path instead of a port, for programs on the same machine (unix(7)).
///
/// Non-blocking and closed on exec. Once a descriptor is there, the calls of ``TCP`` work on it.
package enum UnixSocket {
    /// The longest path in bytes: what the kernel's address holds, less the NUL at the end.
    package static let pathLimitBytes = 107

    /// Who is at the other end, as the kernel noted it when the connection was made (SO_PEERCRED).
    package struct Peer: Sendable, Hashable {
        package let user: UInt32
        package let process: Int32
    }

    /// Connects, and waits while the server's queue is full.
    ///
    /// - Throws: ``SystemCallError`` with the path: ``SystemCallError/noSuchFile`` and
    ///   ``SystemCallError/connectionRefused`` mean that nobody listens there.
    package static func connect(
        path: String,
        until deadline: MonotonicTime
    ) throws(SystemCallError) -> FileDescriptor {
        let descriptor = try open()
        // Only a blocking connect waits for room in the queue; the time for sending bounds it.
        TCP.setBlocking(descriptor, true)
        TCP.setTimeout(descriptor, milliseconds: max(1, Int(clamping: deadline.nanoseconds(since: .now) / 1_000_000)))
        let code = try withAddress(of: path) { Glibc.connect(descriptor.number, $0, $1) == 0 ? 0 : errno }
        guard code == 0 else { throw SystemCallError(call: "connect", code: code, subject: path) }
        TCP.setBlocking(descriptor, false)
        return descriptor
    }

    /// Nil when the kernel does not say, e.g. for a socket with a port.
    package static func peer(of descriptor: borrowing FileDescriptor) -> Peer? {
        var user: UInt32 = 0
        var process: Int32 = 0
        // SAFETY: the call writes the two numbers before it returns.
        guard fleet_peer(descriptor.number, &user, &process) == 0, user != .max else { return nil }
        return Peer(user: user, process: process)
    }

    /// The user that this process acts as.
    package static var ownUser: UInt32 { geteuid() }

    /// Whether a user is the one that this process acts as, or root.
    package static func isOwnUserOrRoot(_ user: UInt32) -> Bool { user == 0 || user == geteuid() }

    static func open() throws(SystemCallError) -> FileDescriptor {
        let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        let number = socket(AF_UNIX, kind, 0)
        guard number >= 0 else { throw SystemCallError(call: "socket", code: errno) }
        return FileDescriptor(owning: number)
    }

    /// Lends the path as the system's calls take it.
    static func withAddress<R>(
        of path: String,
        _ body: (UnsafePointer<sockaddr>, socklen_t) -> R
    ) throws(SystemCallError) -> R {
        let bytes = Array(path.utf8)
        guard bytes.count <= pathLimitBytes else {
            throw SystemCallError(call: "bind", code: ENAMETOOLONG, subject: path)
        }
        // An empty path and one that begins with NUL have other meanings for the kernel.
        guard !bytes.isEmpty, !bytes.contains(0) else {
            throw SystemCallError(call: "bind", code: EINVAL, subject: path)
        }
        var name = sockaddr_un()
        name.sun_family = sa_family_t(AF_UNIX)
        // SAFETY: the count was checked against the room for the name; what follows it is zero.
        withUnsafeMutableBytes(of: &name.sun_path) { $0.copyBytes(from: bytes) }
        return withUnsafePointer(to: &name) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }
}

extension SystemCallError {
    /// A socket's path is longer than ``UnixSocket/pathLimitBytes``.
    package static let nameTooLong = ENAMETOOLONG
    /// Somebody would have to wait; the time for it was over.
    package static let tryAgain = EAGAIN
}

extension Files {
    /// Whether anything has the path, links included.
    package static func isOccupied(_ path: String) -> Bool { unfollowed(path) != nil }

    /// Whether a directory stands at the path, no link, that is root's or this user's and that nobody else can write
    /// to.
    package static func isOwnDirectory(_ path: String) -> Bool {
        guard let status = unfollowed(path), status.st_mode & S_IFMT == S_IFDIR else { return false }
        return UnixSocket.isOwnUserOrRoot(status.st_uid) && status.st_mode & 0o022 == 0
    }

    private static func unfollowed(_ path: String) -> stat? {
        var status = stat()
        // SAFETY: the kernel fills the structure, which outlives the call.
        return lstat(path, &status) == 0 ? status : nil
    }
}
