internal import CLinux
internal import Glibc

/// A socket that listens, to be handed from whoever opened it to the loop that accepts on it.
package final class ListeningSocket: Sendable {
    package let descriptor: FileDescriptor
    /// Where it listens, with the real port.
    package let address: SocketAddress

    /// - Throws: when the socket has no IP address.
    package init(_ descriptor: consuming FileDescriptor) throws(AddressError) {
        guard let address = TCP.localAddress(of: descriptor) else {
            throw AddressError(host: "", reason: "the system does not tell where the socket listens")
        }
        self.address = address
        self.descriptor = descriptor
    }
}

/// Listening sockets that the process was started with, as systemd's socket activation hands them over
/// (sd_listen_fds(3)).
package enum InheritedSockets {
    /// The first number that is handed over.
    private static let firstNumber: Int32 = 3
    private static let countLimit = 64

    /// A socket that was handed over and cannot be listened on for vehicles.
    package struct Unusable: Error, Sendable, Hashable, CustomStringConvertible {
        package let number: Int32
        package let reason: String

        package var description: String {
            "LISTEN_FDS: descriptor \(number) \(reason); hand over sockets made by ListenStream=ADDRESS:PORT only"
        }
    }

    /// Takes over what was handed to this process; call it once, before anything else opens descriptors.
    ///
    /// - Parameter environment: of the process. Nothing is taken unless `LISTEN_PID` is this process.
    /// - Returns: the sockets in their order, non-blocking and closed on exec; empty when there are none.
    package static func take(environment: [String: String]) throws(Unusable) -> [ListeningSocket] {
        guard let count = environment["LISTEN_FDS"].flatMap({ Int32($0) }), (1...Int32(countLimit)).contains(count),
            environment["LISTEN_PID"].flatMap({ pid_t($0) }) == getpid()
        else { return [] }
        var sockets: [ListeningSocket] = []
        for number in firstNumber..<(firstNumber + count) {
            if let reason = fault(of: number) { throw Unusable(number: number, reason: reason) }
            _ = fcntl(number, F_SETFD, FD_CLOEXEC)
            let descriptor = FileDescriptor(owning: number)
            TCP.setBlocking(descriptor, false)
            do throws(AddressError) {
                sockets.append(try ListeningSocket(descriptor))
            } catch {
                throw Unusable(number: number, reason: "has no address")
            }
        }
        return sockets
    }

    private static func fault(of number: Int32) -> String? {
        guard fcntl(number, F_GETFD) >= 0 else { return "is not open" }
        guard option(SO_TYPE, of: number) == Int32(SOCK_STREAM.rawValue) else { return "is no stream socket" }
        guard let family = option(SO_DOMAIN, of: number), family == AF_INET || family == AF_INET6 else {
            return "is no socket of IPv4 or IPv6"
        }
        return option(SO_ACCEPTCONN, of: number) == 1 ? nil : "does not listen"
    }

    private static func option(_ name: Int32, of number: Int32) -> Int32? {
        var value: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        // SAFETY: the kernel writes at most four bytes into the value.
        return getsockopt(number, SOL_SOCKET, name, &value, &length) == 0 ? value : nil
    }
}
