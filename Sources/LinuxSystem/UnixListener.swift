internal import CLinux
internal import Glibc

/// Why nothing can be listened on at a path.
package enum UnixListenerFailure: Error, Sendable, Hashable {
    /// Longer than ``UnixSocket/pathLimitBytes``.
    case pathTooLong(bytes: Int)
    /// A program listens there.
    case inUse
    /// Something stands there that is no socket, and that is therefore not ours to remove.
    case noSocket
    /// For two seconds another program held the lock of the directory.
    case directoryLocked
    case system(SystemCallError)
}

/// A socket that listens at a path, for its owner and root alone.
///
/// What a server left behind that was killed is replaced; a socket that somebody listens on is not touched. That holds
/// for servers that start at the same moment, too: each holds the lock of the directory while it looks and binds.
package struct UnixListener: ~Copyable {
    private let descriptor: FileDescriptor
    package let place: UnixSocketPlace

    private static let mode: mode_t = 0o600
    private static let lockMilliseconds = 2_000

    /// Listens at once. Nobody can connect before the permissions are as they should be.
    ///
    /// - Parameter path: in a directory that stands already.
    package static func listen(at path: String, backlog: Int32 = 128) throws(UnixListenerFailure) -> UnixListener {
        guard path.utf8.count <= UnixSocket.pathLimitBytes else { throw .pathTooLong(bytes: path.utf8.count) }
        // Held to the end, after which the kernel lets go of it.
        let lock = try lockDirectory(of: path)
        defer { withExtendedLifetime(lock) {} }
        try clear(path)
        do throws(SystemCallError) {
            return try UnixListener(path: path, backlog: backlog)
        } catch {
            throw .system(error)
        }
    }

    private init(path: String, backlog: Int32) throws(SystemCallError) {
        let opened = try UnixSocket.open()
        let bound = try Self.bind(opened, to: path)
        if let error = Self.admit(opened, path, backlog) {
            bound.removeUnlocked()
            throw error
        }
        place = bound
        descriptor = opened
    }

    /// Before `listen` nobody gets in, whatever the permissions.
    private static func admit(
        _ descriptor: borrowing FileDescriptor,
        _ path: String,
        _ backlog: Int32
    ) -> SystemCallError? {
        // Where the umask took something away, or the file system went its own way.
        if Files.mode(of: path) != UInt32(mode), chmod(path, mode) != 0 {
            return SystemCallError(call: "chmod", code: errno, subject: path)
        }
        return Glibc.listen(descriptor.number, backlog) == 0
            ? nil : SystemCallError(call: "listen", code: errno, subject: path)
    }

    private static func bind(
        _ descriptor: borrowing FileDescriptor,
        to path: String
    ) throws(SystemCallError) -> UnixSocketPlace {
        let number = descriptor.number
        // On Linux the file that bind makes gets this mode, less the umask.
        _ = fchmod(number, mode)
        let code = try UnixSocket.withAddress(of: path) { Glibc.bind(number, $0, $1) == 0 ? 0 : errno }
        guard code == 0 else { throw SystemCallError(call: "bind", code: code, subject: path) }
        return try UnixSocketPlace(path)
    }

    /// Hands the descriptor over.
    package consuming func take() -> FileDescriptor { descriptor }

    // MARK: What stands there

    fileprivate static func lockDirectory(of path: String) throws(UnixListenerFailure) -> DirectoryLock {
        let deadline = MonotonicTime.now.adding(milliseconds: lockMilliseconds)
        while true {
            do throws(SystemCallError) {
                return try DirectoryLock(directory(of: path))
            } catch {
                guard error.code == EWOULDBLOCK else { throw .system(error) }
                guard MonotonicTime.now < deadline else { throw .directoryLocked }
                usleep(5_000)
            }
        }
    }

    private static func directory(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// Removes what a dead server left.
    private static func clear(_ path: String) throws(UnixListenerFailure) {
        var status = stat()
        // SAFETY: the kernel fills the structure, which outlives the call.
        guard lstat(path, &status) == 0 else {
            guard errno == ENOENT else { throw .system(SystemCallError(call: "lstat", code: errno, subject: path)) }
            return
        }
        guard status.st_mode & S_IFMT == S_IFSOCK else { throw .noSocket }
        do throws(SystemCallError) {
            let probe = try UnixSocket.open()
            let code = try UnixSocket.withAddress(of: path) { Glibc.connect(probe.number, $0, $1) == 0 ? 0 : errno }
            switch code {
            case ECONNREFUSED: try Files.remove(path)
            case ENOENT: break
            // A queue that is full, or a socket of another kind, belongs to somebody as well.
            case 0, EAGAIN, EINPROGRESS, EPROTOTYPE: throw SystemCallError(call: "connect", code: EADDRINUSE)
            default: throw SystemCallError(call: "connect", code: code, subject: path)
            }
        } catch {
            throw error.code == EADDRINUSE ? .inUse : .system(error)
        }
    }
}

/// The path of a socket of ours, to be removed when it is not needed any more.
package struct UnixSocketPlace: Sendable, Hashable {
    package let path: String
    private let device: UInt
    private let number: UInt

    fileprivate init(_ path: String) throws(SystemCallError) {
        var status = stat()
        // SAFETY: the kernel fills the structure, which outlives the call.
        guard lstat(path, &status) == 0 else { throw SystemCallError(call: "lstat", code: errno, subject: path) }
        self.path = path
        device = UInt(status.st_dev)
        number = UInt(status.st_ino)
    }

    /// Removes the file, unless another one has taken its place. A directory that is gone or locked is left alone: the
    /// next server replaces what nobody listens on.
    package func remove() {
        guard let lock = try? UnixListener.lockDirectory(of: path) else { return }
        removeUnlocked()
        withExtendedLifetime(lock) {}
    }

    fileprivate func removeUnlocked() {
        guard let present = try? UnixSocketPlace(path), present == self else { return }
        try? Files.remove(path)
    }
}

/// Held by one program at a time; the kernel lets go of it when the program ends in whatever way.
private struct DirectoryLock: ~Copyable {
    private let descriptor: FileDescriptor

    /// Throws `EWOULDBLOCK` when somebody else has it.
    init(_ directory: String) throws(SystemCallError) {
        guard !directory.utf8.contains(0) else {
            throw SystemCallError(call: "open", code: EINVAL, subject: directory)
        }
        let number = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard number >= 0 else { throw SystemCallError(call: "open", code: errno, subject: directory) }
        let opened = FileDescriptor(owning: number)
        guard flock(number, LOCK_EX | LOCK_NB) == 0 else {
            throw SystemCallError(call: "flock", code: errno, subject: directory)
        }
        descriptor = opened
    }
}
