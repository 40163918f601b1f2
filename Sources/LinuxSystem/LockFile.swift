internal import CLinux
internal import Glibc

/// A file that one process at a time holds, so that two do not use the same directory.
///
/// The kernel lets go of it when the process ends in whatever way, so a file that was left behind locks nobody out.
package struct LockFile: ~Copyable, Sendable {
    private let descriptor: FileDescriptor

    /// Makes the file where it is missing, and takes the lock without waiting.
    ///
    /// Throws ``SystemCallError/wouldBlock`` when another process, or another part of this one, holds it.
    package init(path: String) throws(SystemCallError) {
        guard !path.isEmpty, !path.utf8.contains(0) else {
            throw SystemCallError(call: "open", code: EINVAL, subject: path)
        }
        let number = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard number >= 0 else { throw SystemCallError(call: "open", code: errno, subject: path) }
        let file = FileDescriptor(owning: number)
        while flock(number, LOCK_EX | LOCK_NB) != 0 {
            guard errno == EINTR else { throw SystemCallError(call: "flock", code: errno, subject: path) }
        }
        // For people who look who it is; the lock itself does not depend on it.
        let text = Array("\(getpid())\n".utf8)
        _ = ftruncate(number, 0)
        // SAFETY: the pointer does not leave the closure, and the kernel reads at most the count given.
        _ = text.withUnsafeBytes { pwrite(number, $0.baseAddress, $0.count, 0) }
        descriptor = file
    }

    /// The process that wrote its number into the file last; nil when there is none to read.
    package static func holder(of path: String) -> Int? {
        guard let bytes = try? Files.read(path, limitBytes: 64) else { return nil }
        return Int(String(decoding: bytes.prefix { $0 != 10 }, as: UTF8.self))
    }
}

extension SystemCallError {
    package static let wouldBlock = EWOULDBLOCK
}
