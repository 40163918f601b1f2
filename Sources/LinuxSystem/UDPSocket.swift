internal import CLinux
internal import Glibc

/// A socket that sends datagrams to one address and never waits.
package struct UDPSocket: ~Copyable, Sendable {
    private let descriptor: FileDescriptor

    /// Resolves the name, which may take seconds, and ties the socket to the first address that works.
    package init(host: String, port: UInt16) throws {
        var lastError: any Error = AddressError(host: host, reason: "no usable address")
        for address in try resolve(host, port: port, passive: false) {
            let kind = Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
            let number = socket(address.family, kind, 0)
            guard number >= 0 else {
                lastError = SystemCallError(call: "socket", code: errno)
                continue
            }
            // Nothing is sent yet: a connected datagram socket only remembers the address.
            // SAFETY: the kernel copies the address before it returns.
            guard address.withPointer({ Glibc.connect(number, $0, $1) }) == 0 else {
                lastError = SystemCallError(call: "connect", code: errno, subject: address.text)
                _ = Glibc.close(number)
                continue
            }
            self.init(FileDescriptor(owning: number))
            return
        }
        throw lastError
    }

    private init(_ descriptor: consuming FileDescriptor) {
        self.descriptor = descriptor
    }

    /// Sends one datagram, or drops it when the kernel has no room.
    ///
    /// - Returns: false when it was dropped.
    /// - Throws: `ECONNREFUSED` when an earlier datagram found nobody, and the like.
    @discardableResult
    package borrowing func send(_ bytes: [UInt8]) throws(SystemCallError) -> Bool {
        let number = descriptor.number
        while true {
            // SAFETY: the pointer does not leave the closure, and the kernel reads at most the count given.
            let count = bytes.withUnsafeBytes {
                Glibc.send(number, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            if count >= 0 { return true }
            switch errno {
            case EINTR: continue
            case EAGAIN, ENOBUFS: return false
            case let code: throw SystemCallError(call: "send", code: code)
            }
        }
    }
}
