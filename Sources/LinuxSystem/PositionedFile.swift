internal import CLinux
internal import Glibc

/// A regular file that is read and written at positions that the caller names.
///
/// Safe to use from several threads at once as far as the kernel goes: nothing here remembers a position.
/// SIGXFSZ is blocked on threads that write, so a limit of file size is an error like any other.
package struct PositionedFile: ~Copyable, Sendable {
    private let descriptor: FileDescriptor
    /// For errors.
    private let path: String

    package enum Access: Sendable {
        case reading
        /// Reading and writing a file that is there.
        case writing
        /// Reading and writing a file that is made here; ``SystemCallError/exists`` when something is there.
        case creating(mode: UInt32)
    }

    package init(path: String, _ access: Access) throws(SystemCallError) {
        // A NUL would cut the path short, and another file would be opened.
        guard !path.isEmpty, !path.utf8.contains(0) else {
            throw SystemCallError(call: "open", code: EINVAL, subject: path)
        }
        let (flags, mode): (Int32, UInt32) =
            switch access {
            case .reading: (O_RDONLY, 0)
            case .writing: (O_RDWR, 0)
            case .creating(let mode): (O_RDWR | O_CREAT | O_EXCL, mode)
            }
        var number: Int32
        repeat {
            // Not blocking, so that a named pipe in the file's place is an error and not a wait for ever.
            number = open(path, flags | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, mode)
        } while number < 0 && errno == EINTR
        guard number >= 0 else { throw SystemCallError(call: "open", code: errno, subject: path) }
        descriptor = FileDescriptor(owning: number)
        self.path = path
    }

    /// Length in bytes; an error for what is no regular file.
    package borrowing func size() throws(SystemCallError) -> Int {
        var status = stat()
        // SAFETY: the kernel fills the structure, which outlives the call.
        guard fstat(descriptor.number, &status) == 0 else { throw failure("fstat", errno) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw failure("fstat", EINVAL) }
        return Int(status.st_size)
    }

    /// Reads until the range of `buffer` is full or the file ends.
    ///
    /// - Parameter offset: 0 or more; what lies behind the end of the file reads as nothing.
    /// - Returns: how many bytes were read.
    package borrowing func read(
        into buffer: inout [UInt8],
        _ range: Range<Int>,
        at offset: Int
    ) throws(SystemCallError) -> Int {
        precondition(range.lowerBound >= 0 && range.upperBound <= buffer.count && offset >= 0)
        var done = 0
        while done < range.count {
            // SAFETY: the pointer does not leave the closure; the kernel writes within the range, checked above.
            let count = buffer.withUnsafeMutableBytes {
                pread(
                    descriptor.number,
                    $0.baseAddress! + range.lowerBound + done,
                    range.count - done,
                    off_t(offset + done)
                )
            }
            if count == 0 { break }
            if count > 0 {
                done += count
            } else if errno != EINTR {
                throw failure("read", errno)
            }
        }
        return done
    }

    /// Writes all of the bytes. After an error some of them may stand in the file.
    package borrowing func write(_ bytes: borrowing Span<UInt8>, at offset: Int) throws(SystemCallError) {
        precondition(offset >= 0)
        blockFileSizeSignal()
        var done = 0
        while done < bytes.count {
            // SAFETY: the pointer does not leave the closure; the kernel reads at most what is left.
            let count = bytes.withUnsafeBytes {
                pwrite(descriptor.number, $0.baseAddress! + done, $0.count - done, off_t(offset + done))
            }
            if count > 0 {
                done += count
            } else if count == 0 {
                throw failure("write", EIO)
            } else if errno != EINTR {
                throw failure("write", errno)
            }
        }
    }

    /// Sets the length, and gives back room that was reserved behind it.
    package borrowing func cut(to bytes: Int) throws(SystemCallError) {
        while ftruncate(descriptor.number, off_t(bytes)) != 0 {
            guard errno == EINTR else { throw failure("ftruncate", errno) }
        }
    }

    /// Returns when everything written so far survives a power failure, the length included.
    ///
    /// After an error nothing is known about what was written since the last success, and asking again may
    /// wrongly succeed (fsync(2), notes): write it once more, to another file.
    package borrowing func sync() throws(SystemCallError) {
        while fdatasync(descriptor.number) != 0 {
            guard errno == EINTR else { throw failure("fdatasync", errno) }
        }
    }

    /// Takes room on the disk without changing the length, so that writes there can't fail for lack of it.
    ///
    /// - Returns: the error when there is no such room; nil also where the file system can't reserve.
    package borrowing func reserve(_ range: Range<Int>) -> SystemCallError? {
        guard !range.isEmpty else { return nil }
        while true {
            switch fleet_reserve(descriptor.number, Int64(range.lowerBound), Int64(range.count)) {
            case 0: return nil
            case EINTR: continue
            case let code where [ENOSPC, EDQUOT, EFBIG].contains(code): return failure("fallocate", code)
            default: return nil
            }
        }
    }

    private borrowing func failure(_ call: String, _ code: Int32) -> SystemCallError {
        SystemCallError(call: call, code: code, subject: path)
    }
}

/// Makes a file that is as long as its limit an error of the write instead of the end of the process, on the
/// calling thread.
private func blockFileSizeSignal() {
    var signals = sigset_t()
    // SAFETY: the calls read or fill the set before they return.
    sigemptyset(&signals)
    sigaddset(&signals, SIGXFSZ)
    pthread_sigmask(SIG_BLOCK, &signals, nil)
}

extension SystemCallError {
    /// Want of descriptors or memory, and interruptions: the same call may succeed a little later.
    package static let transientCodes: Set<Int32> = [EMFILE, ENFILE, ENOMEM, EINTR, EAGAIN, ENOBUFS]
}
