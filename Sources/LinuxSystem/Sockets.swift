internal import CLinux
internal import Glibc

/// An IP address and port, as the kernel gives it.
package struct SocketAddress: Sendable, Hashable, CustomStringConvertible {
    /// Numeric address without brackets, e.g. `127.0.0.1` or `::1`. IPv4 seen through an IPv6 socket is shown as IPv4.
    package let host: String
    package let port: UInt16

    package init(host: String, port: UInt16) {
        self.host = host
        self.port = port
    }

    package var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

    /// Reads a kernel address; nil for families other than IP.
    init?(_ storage: inout sockaddr_storage) {
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        let family = Int32(storage.ss_family)
        // SAFETY: the family says which form the storage holds; inet_ntop writes at most the text's size.
        let port: UInt16? = withUnsafeMutablePointer(to: &storage) { pointer in
            switch family {
            case AF_INET:
                return pointer.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
                    _ = inet_ntop(AF_INET, &$0.pointee.sin_addr, &text, socklen_t(text.count))
                    return UInt16(bigEndian: $0.pointee.sin_port)
                }
            case AF_INET6:
                return pointer.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) {
                    _ = inet_ntop(AF_INET6, &$0.pointee.sin6_addr, &text, socklen_t(text.count))
                    return UInt16(bigEndian: $0.pointee.sin6_port)
                }
            default:
                return nil
            }
        }
        guard let port else { return nil }
        let host = String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        self.host = host.hasPrefix("::ffff:") ? String(host.dropFirst(7)) : host
        self.port = port
    }
}

/// Why a name or address could not be used.
package struct AddressError: Error, Sendable, Hashable, CustomStringConvertible {
    package let host: String
    package let reason: String

    package init(host: String, reason: String) {
        self.host = host
        self.reason = reason
    }

    package var description: String { "\(host): \(reason)" }
}

/// TCP sockets, non-blocking and closed on exec unless said otherwise.
package enum TCP {
    /// A socket that listens on one address.
    ///
    /// - Parameters:
    ///   - host: name or numeric address; empty for all addresses, IPv6 and IPv4 together where the system has both.
    ///   - port: 0 lets the kernel choose; ask with ``localAddress(of:)``.
    ///   - sharesPort: true when several loops listen on the same port, each with its own queue (SO_REUSEPORT).
    package static func listen(
        host: String,
        port: UInt16,
        sharesPort: Bool,
        backlog: Int32 = 4096
    ) throws -> FileDescriptor {
        let candidates = try resolve(host.isEmpty ? nil : host, port: port, passive: true)
        return FileDescriptor(
            owning: try firstSuccess(of: candidates, host: host) { candidate in
                try listen(on: candidate, isWildcard: host.isEmpty, sharesPort: sharesPort, backlog: backlog)
            }
        )
    }

    /// Tries one address after the other. Numbers, not descriptors, so that the loop owns nothing on an error.
    private static func firstSuccess(
        of candidates: [ResolvedAddress],
        host: String,
        _ attempt: (ResolvedAddress) throws -> Int32
    ) throws -> Int32 {
        var lastError: any Error = AddressError(host: host, reason: "no usable address")
        for candidate in candidates {
            do {
                return try attempt(candidate)
            } catch {
                lastError = error
            }
        }
        throw lastError
    }

    private static func listen(
        on address: ResolvedAddress,
        isWildcard: Bool,
        sharesPort: Bool,
        backlog: Int32
    ) throws(SystemCallError) -> Int32 {
        let descriptor = try open(address.family)
        setOption(descriptor, SOL_SOCKET, SO_REUSEADDR, 1)
        if sharesPort { setOption(descriptor, SOL_SOCKET, SO_REUSEPORT, 1) }
        if isWildcard, address.family == AF_INET6 { setOption(descriptor, Int32(IPPROTO_IPV6), IPV6_V6ONLY, 0) }
        guard address.withPointer({ bind(descriptor.number, $0, $1) }) == 0 else {
            throw SystemCallError(call: "bind", code: errno, subject: address.text)
        }
        guard Glibc.listen(descriptor.number, backlog) == 0 else {
            throw SystemCallError(call: "listen", code: errno, subject: address.text)
        }
        return descriptor.surrender()
    }

    /// One waiting connection.
    ///
    /// - Returns: nil when nobody waits, or when the one who waited has gone again.
    package static func accept(_ listener: borrowing FileDescriptor) throws(SystemCallError) -> AcceptedSocket? {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let number = listener.number
        // SAFETY: the kernel writes at most `length` bytes into the storage.
        let accepted = withUnsafeMutablePointer(to: &storage) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { fleet_accept4(number, $0, &length) }
        }
        guard accepted >= 0 else {
            switch errno {
            case EAGAIN, EINTR, ECONNABORTED, EPROTO: return nil
            case let code: throw SystemCallError(call: "accept4", code: code)
            }
        }
        let descriptor = FileDescriptor(owning: accepted)
        setOption(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, 1)
        return AcceptedSocket(
            descriptor: descriptor,
            remote: SocketAddress(&storage) ?? SocketAddress(host: "unknown", port: 0)
        )
    }

    /// Opens a connection.
    ///
    /// - Parameters:
    ///   - isBlocking: true waits until the connection stands (or fails) and leaves the socket blocking.
    ///   - localHost: numeric address to connect from; nil leaves the choice to the kernel.
    package static func connect(
        host: String,
        port: UInt16,
        isBlocking: Bool,
        localHost: String? = nil
    ) throws -> FileDescriptor {
        let candidates = try resolve(host, port: port, passive: false)
        return FileDescriptor(
            owning: try firstSuccess(of: candidates, host: host) { candidate in
                try connect(to: candidate, isBlocking: isBlocking, localHost: localHost)
            }
        )
    }

    private static func connect(
        to address: ResolvedAddress,
        isBlocking: Bool,
        localHost: String?
    ) throws -> Int32 {
        let local = try localHost.flatMap { try resolve($0, port: 0, passive: true).first }
        return try beginConnecting(to: address, isBlocking: isBlocking, from: local).surrender()
    }

    static func beginConnecting(
        to address: ResolvedAddress,
        isBlocking: Bool = false,
        from local: ResolvedAddress? = nil
    ) throws(SystemCallError) -> FileDescriptor {
        let descriptor = try open(address.family)
        setOption(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, 1)
        if let local {
            guard local.withPointer({ bind(descriptor.number, $0, $1) }) == 0 else {
                throw SystemCallError(call: "bind", code: errno, subject: local.text)
            }
        }
        if isBlocking { setBlocking(descriptor, true) }
        guard address.withPointer({ Glibc.connect(descriptor.number, $0, $1) }) == 0 || errno == EINPROGRESS else {
            throw SystemCallError(call: "connect", code: errno, subject: address.text)
        }
        return descriptor
    }

    /// Whether a non-blocking connect has succeeded, once the socket is writable.
    package static func connectionError(of descriptor: borrowing FileDescriptor) -> SystemCallError? {
        var code: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        // SAFETY: the kernel writes four bytes.
        guard getsockopt(descriptor.number, SOL_SOCKET, SO_ERROR, &code, &length) == 0 else {
            return SystemCallError(call: "getsockopt", code: errno)
        }
        return code == 0 ? nil : SystemCallError(call: "connect", code: code)
    }

    /// The address and port that the descriptor is bound to; nil when it is no internet socket, or bound to nothing.
    package static func localAddress(of descriptor: borrowing FileDescriptor) -> SocketAddress? {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let number = descriptor.number
        // SAFETY: the kernel writes at most `length` bytes into the storage.
        let code = withUnsafeMutablePointer(to: &storage) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(number, $0, &length) }
        }
        return code == 0 ? SocketAddress(&storage) : nil
    }

    /// Whether reads and writes wait, which they don't on descriptors that were made here.
    package static func setBlocking(_ descriptor: borrowing FileDescriptor, _ isBlocking: Bool) {
        let flags = fcntl(descriptor.number, F_GETFL)
        _ = fcntl(descriptor.number, F_SETFL, isBlocking ? flags & ~O_NONBLOCK : flags | O_NONBLOCK)
    }

    /// Bounds how long a blocking read or write waits.
    package static func setTimeout(_ descriptor: borrowing FileDescriptor, milliseconds: Int) {
        var time = timeval(tv_sec: milliseconds / 1000, tv_usec: (milliseconds % 1000) * 1000)
        let size = socklen_t(MemoryLayout<timeval>.size)
        // SAFETY: the kernel copies the value.
        _ = setsockopt(descriptor.number, SOL_SOCKET, SO_RCVTIMEO, &time, size)
        _ = setsockopt(descriptor.number, SOL_SOCKET, SO_SNDTIMEO, &time, size)
    }

    /// Sends as much of `bytes` as the kernel takes now. Unlike a write, it never raises SIGPIPE.
    ///
    /// - Returns: the number of bytes sent; nil when the peer must read first.
    package static func send(
        _ bytes: borrowing Span<UInt8>,
        to descriptor: borrowing FileDescriptor
    ) throws(SystemCallError) -> Int? {
        while true {
            // SAFETY: the pointer does not leave the closure, and the kernel reads at most its count.
            let number = descriptor.number
            let count = bytes.withUnsafeBytes { Glibc.send(number, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            if count >= 0 { return count }
            switch errno {
            case EINTR: continue
            case EAGAIN: return nil
            case let code: throw SystemCallError(call: "send", code: code)
            }
        }
    }

    /// Says that we send nothing more, without closing our reading side.
    package static func shutdownSending(_ descriptor: borrowing FileDescriptor) {
        _ = Glibc.shutdown(descriptor.number, Int32(SHUT_WR))
    }

    private static func open(_ family: Int32) throws(SystemCallError) -> FileDescriptor {
        let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        let number = socket(family, kind, 0)
        guard number >= 0 else { throw SystemCallError(call: "socket", code: errno) }
        return FileDescriptor(owning: number)
    }

    private static func setOption(
        _ descriptor: borrowing FileDescriptor,
        _ level: Int32,
        _ name: Int32,
        _ value: Int32
    ) {
        var value = value
        // SAFETY: the kernel copies four bytes. A refused option only costs speed.
        _ = setsockopt(descriptor.number, level, name, &value, socklen_t(MemoryLayout<Int32>.size))
    }
}

/// A connection that was accepted, with the peer's address.
package struct AcceptedSocket: ~Copyable {
    package let descriptor: FileDescriptor
    package let remote: SocketAddress

    /// Hands the descriptor over.
    package consuming func take() -> FileDescriptor { descriptor }
}

struct ResolvedAddress {
    let family: Int32
    let bytes: [UInt8]
    let text: String

    /// Lends the address as the system's calls take it.
    func withPointer<R>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> R) -> R {
        // SAFETY: `bytes` holds a whole socket address of the family, copied from the resolver, so it is not empty; the
        // pointer is only good during the call.
        bytes.withUnsafeBytes { raw in
            body(raw.baseAddress!.assumingMemoryBound(to: sockaddr.self), socklen_t(raw.count))
        }
    }
}

func resolve(_ host: String?, port: UInt16, passive: Bool) throws(AddressError) -> [ResolvedAddress] {
    var hints = addrinfo()
    hints.ai_family = AF_UNSPEC
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    hints.ai_flags = passive ? AI_PASSIVE : 0
    // SAFETY: the list is copied and freed below; the resolver does not keep the hints.
    var list: UnsafeMutablePointer<addrinfo>?
    let code = getaddrinfo(host, String(port), &hints, &list)
    guard code == 0 else {
        throw AddressError(host: host ?? "*", reason: String(cString: gai_strerror(code)))
    }
    defer { freeaddrinfo(list) }
    var found: [ResolvedAddress] = []
    var next = list
    while let current = next {
        let info = current.pointee
        // SAFETY: `ai_addr` points to `ai_addrlen` bytes inside the list, which are copied before it is freed.
        let raw = UnsafeRawBufferPointer(start: info.ai_addr, count: Int(info.ai_addrlen))
        let text = host.map { $0.contains(":") ? "[\($0)]:\(port)" : "\($0):\(port)" } ?? "*:\(port)"
        found.append(ResolvedAddress(family: info.ai_family, bytes: Array(raw), text: text))
        next = info.ai_next
    }
    // All addresses at once needs the IPv6 socket; the resolver lists IPv4 first.
    return host == nil ? found.sorted { $0.family == AF_INET6 && $1.family != AF_INET6 } : found
}
