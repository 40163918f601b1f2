internal import CLinux
internal import Glibc

/// An open directory: changes of its names, made durable, and what its disk has left.
///
/// Stays with the directory that was opened when somebody renames it.
package struct DirectoryHandle: ~Copyable, Sendable {
    private let descriptor: FileDescriptor
    package let path: String

    package init(path: String) throws(SystemCallError) {
        guard !path.isEmpty, !path.utf8.contains(0) else {
            throw SystemCallError(call: "open", code: EINVAL, subject: path)
        }
        let number = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard number >= 0 else { throw SystemCallError(call: "open", code: errno, subject: path) }
        descriptor = FileDescriptor(owning: number)
        self.path = path
    }

    /// Returns when the names as they are now survive a power failure.
    package borrowing func sync() throws(SystemCallError) {
        // Some file systems have nothing to do here and say so.
        guard fsync(descriptor.number) == 0 || errno == EINVAL || errno == EROFS else {
            throw SystemCallError(call: "fsync", code: errno, subject: path)
        }
    }

    /// Renames within the directory. A file that has the new name is replaced.
    package borrowing func rename(_ name: String, to newName: String) throws(SystemCallError) {
        guard renameat(descriptor.number, name, descriptor.number, newName) == 0 else {
            throw SystemCallError(call: "rename", code: errno, subject: "\(path)/\(name)")
        }
    }

    /// Removes a file. One that is not there is no error.
    package borrowing func remove(_ name: String) throws(SystemCallError) {
        guard unlinkat(descriptor.number, name, 0) == 0 || errno == ENOENT else {
            throw SystemCallError(call: "unlink", code: errno, subject: "\(path)/\(name)")
        }
    }

    /// Bytes that this process may still write on the directory's disk; nil where that is not known.
    package var freeBytes: Int? {
        var room = statvfs()
        // SAFETY: the kernel fills the structure, which outlives the call.
        guard fstatvfs(descriptor.number, &room) == 0, room.f_blocks > 0 else { return nil }
        let (bytes, overflows) = UInt64(room.f_bavail).multipliedReportingOverflow(by: UInt64(room.f_frsize))
        return overflows ? .max : Int(clamping: bytes)
    }
}
