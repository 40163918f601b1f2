internal import CLinux
internal import Glibc

/// How far an append came.
package struct AppendProgress: Sendable, Hashable {
    /// Bytes that stand in the file now.
    package let written: Int
    /// Why not all of them; nil when all were written.
    package let error: SystemCallError?

    package init(written: Int, error: SystemCallError?) {
        self.written = written
        self.error = error
    }
}

/// A file or stream that grows at its end. Belongs to one thread at a time.
///
/// Writes block: a pipe whose reader sleeps holds the calling thread. SIGPIPE and SIGXFSZ are blocked on
/// threads that write here, so a closed pipe or a limit of file size is an error like any other.
package struct AppendFile: ~Copyable {
    private let descriptor: FileDescriptor
    /// For errors.
    private let path: String
    /// What the path led to when it was opened; nil for streams that have no path.
    private let identity: Identity?
    /// Room on the disk is reserved up to here, in bytes from the start; nil where that does not work.
    private var reservedEnd: Int?

    private struct Identity: Equatable {
        let device: UInt
        let node: UInt
    }

    /// How much room is reserved at once.
    private static let reservationBytes = 1 << 20

    /// Opens a file, and makes it where it is missing (the directory must be there).
    ///
    /// - Parameters:
    ///   - mode: permissions of a file that is made, before the umask.
    ///   - endsLines: whether a regular file that does not end with a newline, because an earlier process died in the
    ///     middle of a line, gets one, so that the next line starts at the beginning.
    package static func open(
        path: String,
        mode: UInt32,
        endsLines: Bool = true
    ) throws(SystemCallError) -> AppendFile {
        guard !path.isEmpty, !path.utf8.contains(0) else {
            throw SystemCallError(call: "open", code: EINVAL, subject: path)
        }
        // Not blocking, so that a named pipe that nobody reads is an error and not a wait for ever.
        let number = Glibc.open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK, mode)
        guard number >= 0 else { throw SystemCallError(call: "open", code: errno, subject: path) }
        _ = fcntl(number, F_SETFL, fcntl(number, F_GETFL) & ~O_NONBLOCK)
        var file = AppendFile(descriptor: FileDescriptor(owning: number), path: path)
        if endsLines, let size = file.size, size > 0, lastByte(of: path, size: size) != 10 {
            if let error = file.append([10]).error { throw error }
        }
        return file
    }

    private init(descriptor: consuming FileDescriptor, path: String) {
        var status = stat()
        // SAFETY: the kernel fills the structure, which outlives the call; it fails for no open descriptor.
        _ = fstat(descriptor.number, &status)
        self.descriptor = descriptor
        self.path = path
        identity = Identity(device: UInt(status.st_dev), node: UInt(status.st_ino))
        reservedEnd = status.st_mode & S_IFMT == S_IFREG ? 0 : nil
    }

    /// The process's standard output.
    package static func standardOutput() throws(SystemCallError) -> AppendFile {
        let number = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3)
        guard number >= 0 else { throw SystemCallError(call: "dup", code: errno, subject: "standard output") }
        return AppendFile(stream: FileDescriptor(owning: number), name: "standard output")
    }

    /// An open stream, e.g. a pipe.
    ///
    /// - Parameter name: for errors.
    package init(stream: consuming FileDescriptor, name: String) {
        descriptor = stream
        path = name
        identity = nil
        reservedEnd = nil
    }

    private static func lastByte(of path: String, size: Int) -> UInt8? {
        let number = Glibc.open(path, O_RDONLY | O_CLOEXEC)
        // A file that may be written and not read is taken as it is.
        guard number >= 0 else { return 10 }
        let descriptor = FileDescriptor(owning: number)
        var byte: UInt8 = 0
        // SAFETY: the kernel writes at most one byte.
        return pread(descriptor.number, &byte, 1, off_t(size - 1)) == 1 ? byte : nil
    }

    /// Whether the path still leads to this file: false once it was deleted, moved or replaced.
    package var isInPlace: Bool {
        guard let identity else { return true }
        var status = stat()
        // SAFETY: the kernel fills the structure, which outlives the call.
        guard stat(path, &status) == 0 else { return false }
        return identity == Identity(device: UInt(status.st_dev), node: UInt(status.st_ino))
    }

    /// Writes all of the bytes, as one write where the kernel takes them at once.
    ///
    /// Room for them is reserved first, so that a disk that is full refuses them whole instead of in the middle of
    /// a line; file systems that can't reserve may still do that.
    ///
    /// - Parameter range: nil for all of them; must lie within.
    package mutating func append(_ bytes: [UInt8], _ range: Range<Int>? = nil) -> AppendProgress {
        let range = range ?? bytes.indices
        precondition(range.lowerBound >= 0 && range.upperBound <= bytes.count)
        blockWriteSignals()
        if let error = reserve(range.count) { return AppendProgress(written: 0, error: error) }
        var written = 0
        while written < range.count {
            let start = range.lowerBound + written
            let left = range.count - written
            // SAFETY: the pointer does not leave the closure, and the kernel reads at most the count given, which ends
            // within the array.
            let count = bytes.withUnsafeBytes {
                Glibc.write(descriptor.number, $0.baseAddress! + start, left)
            }
            if count > 0 {
                written += count
                continue
            }
            switch errno {
            case _ where count == 0: return progress(written, "write", EIO)
            case EINTR: continue
            // Standard output may have been made non-blocking by the one who started us.
            case EAGAIN: waitUntilWritable()
            case let code: return progress(written, "write", code)
            }
        }
        return AppendProgress(written: written, error: nil)
    }

    /// Makes sure that what was written survives a power failure. Streams have nothing to do.
    package borrowing func sync() throws(SystemCallError) {
        guard fsync(descriptor.number) == 0 || errno == EINVAL || errno == EROFS else {
            throw SystemCallError(call: "fsync", code: errno, subject: path)
        }
    }

    /// Gives back room that was reserved and not used.
    package mutating func releaseReservation() {
        guard let reserved = reservedEnd, reserved > 0, let size, size < reserved else { return }
        // Cutting at the end that the file has anyway frees only what lies beyond.
        _ = ftruncate(descriptor.number, off_t(size))
        reservedEnd = 0
    }

    /// Cuts the last bytes off, e.g. half a line that will never be completed.
    package borrowing func cut(last bytes: Int) {
        guard let size, size >= bytes else { return }
        _ = ftruncate(descriptor.number, off_t(size - bytes))
    }

    /// When the content last changed, in milliseconds since 1970; nil for streams.
    package var modifiedAtMilliseconds: Int64? {
        var status = stat()
        // SAFETY: the kernel fills the structure, which outlives the call.
        guard fstat(descriptor.number, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        return Int64(status.st_mtim.tv_sec) * 1000 + Int64(status.st_mtim.tv_nsec) / 1_000_000
    }

    /// Bytes in it; nil for streams.
    package var size: Int? {
        var status = stat()
        // SAFETY: the kernel fills the structure, which outlives the call.
        guard fstat(descriptor.number, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        return Int(status.st_size)
    }

    private mutating func reserve(_ count: Int) -> SystemCallError? {
        guard let reserved = reservedEnd, let size else { return nil }
        let end = size + count
        guard end > reserved else { return nil }
        for extra in [AppendFile.reservationBytes, 0] {
            let code = fallocate(from: size, count: count + extra)
            switch code {
            case 0:
                reservedEnd = end + extra
                return nil
            case ENOSPC, EDQUOT, EFBIG:
                if extra == 0 { return SystemCallError(call: "write", code: code, subject: path) }
            default:
                // This file system can't; the write itself will tell.
                reservedEnd = nil
                return nil
            }
        }
        return nil
    }

    /// - Returns: 0, or an errno value.
    private func fallocate(from size: Int, count: Int) -> Int32 {
        while true {
            let code = fleet_reserve(descriptor.number, Int64(size), Int64(count))
            if code != EINTR { return code }
        }
    }

    private func progress(_ written: Int, _ call: String, _ code: Int32) -> AppendProgress {
        AppendProgress(written: written, error: SystemCallError(call: call, code: code, subject: path))
    }

    private func waitUntilWritable() {
        var question = pollfd(fd: descriptor.number, events: Int16(POLLOUT), revents: 0)
        // SAFETY: one element, on the stack for the time of the call.
        _ = poll(&question, 1, -1)
    }
}

/// Makes a closed pipe, or a file that is as long as its limit, an error of the write instead of the end of the
/// process, on the calling thread.
private func blockWriteSignals() {
    var signals = sigset_t()
    // SAFETY: the calls read or fill the set before they return.
    sigemptyset(&signals)
    sigaddset(&signals, SIGPIPE)
    sigaddset(&signals, SIGXFSZ)
    pthread_sigmask(SIG_BLOCK, &signals, nil)
}

extension SystemCallError {
    /// Whether nothing but room is missing: the disk, a quota, a limit of file size.
    package var isLackOfRoom: Bool { [ENOSPC, EDQUOT, EFBIG].contains(code) }

    /// Whether the destination can't be written as it is: permissions, a read-only disk, a directory.
    package var isRefusal: Bool { [EACCES, EPERM, EROFS, EISDIR, ETXTBSY].contains(code) }

    /// Whether the path leads nowhere.
    package var isMissing: Bool { [ENOENT, ENOTDIR, ENXIO, ENODEV].contains(code) }
}
