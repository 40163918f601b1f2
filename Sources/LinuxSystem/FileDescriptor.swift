internal import CLinux
internal import Glibc

/// An open file, socket or event source. Closed exactly once: when the value goes away.
package struct FileDescriptor: ~Copyable, Sendable {
    /// The number the kernel knows it by. Borrow it for calls; never close it.
    package let number: Int32

    package init(owning number: Int32) {
        precondition(number >= 0, "not a file descriptor: \(number)")
        self.number = number
    }

    deinit {
        // A failed close cannot be retried: on Linux the number is free again even after EINTR.
        _ = Glibc.close(number)
    }

    /// Gives the number up without closing it; the caller owns it from here on.
    package consuming func surrender() -> Int32 {
        let number = self.number
        discard self
        return number
    }

    /// Reads what is there into the whole of `buffer`'s tail.
    ///
    /// - Returns: the number of bytes read; 0 at end of file; nil when nothing is there yet.
    package borrowing func read(into buffer: inout [UInt8], at offset: Int = 0) throws(SystemCallError) -> Int? {
        precondition(offset >= 0 && offset <= buffer.count)
        while true {
            // SAFETY: the pointer does not leave the closure, and the kernel writes at most the count given.
            let count = buffer.withUnsafeMutableBytes {
                Glibc.read(number, $0.baseAddress! + offset, $0.count - offset)
            }
            if count >= 0 { return count }
            switch errno {
            case EINTR: continue
            case EAGAIN: return nil
            case let code: throw SystemCallError(call: "read", code: code)
            }
        }
    }

    /// Writes as much of `bytes` as the kernel takes now.
    ///
    /// - Returns: the number of bytes written; nil when the peer must read first.
    package borrowing func write(_ bytes: borrowing Span<UInt8>) throws(SystemCallError) -> Int? {
        while true {
            // SAFETY: the pointer does not leave the closure, and the kernel reads at most its count.
            let count = bytes.withUnsafeBytes { Glibc.write(number, $0.baseAddress, $0.count) }
            if count >= 0 { return count }
            switch errno {
            case EINTR: continue
            case EAGAIN: return nil
            case let code: throw SystemCallError(call: "write", code: code)
            }
        }
    }
}
