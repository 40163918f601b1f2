internal import CLinux
internal import Glibc

/// What a thread that waits for a socket was woken by.
package enum SocketEvent: Sendable, Hashable {
    /// Bytes, room for bytes, the end of the stream, or a failure that the next call tells.
    case ready
    case deadline
    /// The ``Wakeup`` was rung, which says that the socket is no longer worth waiting for.
    case wakeup
}

/// For threads that serve one connection and wait for it.
extension TCP {
    /// Waits for a socket, and for a ``Wakeup`` beside it, which stays as it is.
    ///
    /// - Parameter writable: for room to send; else for something to read.
    package static func wait(
        for descriptor: borrowing FileDescriptor,
        writable: Bool = false,
        until deadline: MonotonicTime,
        or wakeup: Wakeup? = nil
    ) -> SocketEvent {
        let interest = Int16(writable ? POLLOUT : POLLIN)
        var watched = [pollfd(fd: descriptor.number, events: interest, revents: 0)]
        if let wakeup { watched.append(pollfd(fd: wakeup.number, events: Int16(POLLIN), revents: 0)) }
        while true {
            let left = deadline.nanoseconds(since: .now)
            // Rounded up: a wait that ends early would only be repeated.
            let milliseconds = Int32(clamping: left / 1_000_000 + (left % 1_000_000 == 0 ? 0 : 1))
            // SAFETY: the kernel writes into the array's elements before it returns.
            let count = watched.withUnsafeMutableBufferPointer { poll($0.baseAddress, nfds_t($0.count), milliseconds) }
            if count < 0, errno == EINTR { continue }
            if wakeup != nil, watched[1].revents != 0 { return .wakeup }
            // A failed poll is left to the next call on the socket, which fails as well and says why.
            if count != 0 { return .ready }
            if left == 0 { return .deadline }
        }
    }

    /// Sends all bytes, and waits for room between.
    ///
    /// - Returns: `ready` when the system has all of them; else what came first.
    package static func sendAll(
        _ bytes: [UInt8],
        to descriptor: borrowing FileDescriptor,
        until deadline: MonotonicTime,
        or wakeup: Wakeup? = nil
    ) throws(SystemCallError) -> SocketEvent {
        var sent = 0
        while sent < bytes.count {
            if let count = try send(bytes.span.extracting(sent...), to: descriptor) {
                sent += count
                continue
            }
            let event = wait(for: descriptor, writable: true, until: deadline, or: wakeup)
            guard event == .ready else { return event }
        }
        return .ready
    }

    /// Opens a connection, one address of the name after the other, and waits for it.
    ///
    /// The time is shared among the addresses that are left, so that one that swallows packets leaves some to the next.
    ///
    /// - Returns: a non-blocking socket; nil when the deadline, or the wakeup, came first.
    /// - Throws: ``AddressError`` for a name that nobody knows, else ``SystemCallError`` of the last address.
    package static func connect(
        host: String,
        port: UInt16,
        until deadline: MonotonicTime,
        or wakeup: Wakeup? = nil
    ) throws -> FileDescriptor? {
        let candidates = try resolve(host, port: port, passive: false)
        var lastError: SystemCallError?
        for (index, candidate) in candidates.enumerated() {
            let left = deadline.nanoseconds(since: .now) / UInt64(candidates.count - index)
            let share = MonotonicTime(nanoseconds: MonotonicTime.now.nanoseconds &+ left)
            do throws(SystemCallError) {
                let descriptor = try beginConnecting(to: candidate)
                switch wait(for: descriptor, writable: true, until: share, or: wakeup) {
                case .wakeup: return nil
                case .deadline: continue
                case .ready: break
                }
                if let error = connectionError(of: descriptor) { throw error }
                return descriptor
            } catch {
                lastError = error
            }
        }
        if let lastError { throw lastError }
        return nil
    }

    /// Whether the peer has closed, or sent something unasked, on a connection that should be silent.
    package static func isSilent(_ descriptor: borrowing FileDescriptor) -> Bool {
        wait(for: descriptor, until: .now) == .deadline
    }
}
