internal import CLinux
internal import Glibc

/// Names one registration with an ``EventPoll``.
///
/// The generation tells a connection apart from an earlier one in the same slot, so that an event that was
/// reported before the earlier one went away is recognised and dropped.
package struct Registration: Sendable, Hashable {
    package let slot: UInt32
    package let generation: UInt32

    package init(slot: UInt32, generation: UInt32) {
        self.slot = slot
        self.generation = generation
    }
}

/// What a descriptor is ready for.
package struct Readiness: OptionSet, Sendable, Hashable {
    package let rawValue: UInt32

    package init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    package static let readable = Readiness(rawValue: EPOLLIN.rawValue)
    package static let writable = Readiness(rawValue: EPOLLOUT.rawValue)
    /// The peer closed its sending side.
    package static let peerClosed = Readiness(rawValue: EPOLLRDHUP.rawValue)
    /// Reported without being asked for: the connection is gone or broken.
    package static let hangUp = Readiness(rawValue: EPOLLHUP.rawValue)
    package static let error = Readiness(rawValue: EPOLLERR.rawValue)
    /// Asked for only: report each change once, rather than what it is for as long as it lasts.
    package static let onChange = Readiness(rawValue: EPOLLET.rawValue)

    /// Whether reading tells something: bytes, the end, or what went wrong.
    ///
    /// Asked per event: the set operations of the standard library allocate for the literal, 600 instructions each
    /// time.
    package var hasInput: Bool { rawValue & (EPOLLIN.rawValue | EPOLLHUP.rawValue | EPOLLERR.rawValue) != 0 }
}

/// An epoll instance with its event buffer. Belongs to one thread.
package struct EventPoll: ~Copyable {
    private let descriptor: FileDescriptor
    private var events: [epoll_event]
    private var readyCount = 0

    /// - Parameter batch: the most events that one wait reports.
    package init(batch: Int) throws(SystemCallError) {
        precondition(batch > 0)
        let number = epoll_create1(Int32(EPOLL_CLOEXEC))
        guard number >= 0 else { throw SystemCallError(call: "epoll_create1", code: errno) }
        descriptor = FileDescriptor(owning: number)
        events = Array(repeating: epoll_event(), count: batch)
    }

    /// Watches a descriptor from now on.
    ///
    /// - Parameter registration: comes back with every event of the descriptor.
    package borrowing func add(
        _ number: Int32,
        as registration: Registration,
        for interest: Readiness
    ) throws(SystemCallError) {
        try control(EPOLL_CTL_ADD, number, registration, interest)
    }

    /// Watches a descriptor that was added for other things than before.
    package borrowing func change(
        _ number: Int32,
        as registration: Registration,
        to interest: Readiness
    ) throws(SystemCallError) {
        try control(EPOLL_CTL_MOD, number, registration, interest)
    }

    /// Watches a descriptor no more; closing it does the same.
    package borrowing func remove(_ number: Int32) {
        // SAFETY: the event argument is ignored for a removal; the kernel does not keep the pointer.
        var unused = epoll_event()
        _ = epoll_ctl(descriptor.number, EPOLL_CTL_DEL, number, &unused)
    }

    private borrowing func control(
        _ operation: Int32,
        _ number: Int32,
        _ registration: Registration,
        _ interest: Readiness
    ) throws(SystemCallError) {
        var event = epoll_event()
        event.events = interest.rawValue
        event.data.u64 = UInt64(registration.generation) << 32 | UInt64(registration.slot)
        // SAFETY: the kernel copies the event before it returns.
        guard epoll_ctl(descriptor.number, operation, number, &event) == 0 else {
            throw SystemCallError(call: "epoll_ctl", code: errno)
        }
    }

    /// Waits until something is ready or the time is over.
    ///
    /// - Parameter milliseconds: how long to wait at most; nil waits for ever, 0 only looks.
    /// - Returns: how many events can be read with ``event(_:)``; 0 when the time was over.
    package mutating func wait(milliseconds: Int32?) throws(SystemCallError) -> Int {
        let number = descriptor.number
        // SAFETY: the kernel writes at most the count given into the array's storage.
        let count = events.withUnsafeMutableBufferPointer {
            epoll_wait(number, $0.baseAddress!, Int32($0.count), milliseconds ?? -1)
        }
        if count < 0 {
            guard errno == EINTR else { throw SystemCallError(call: "epoll_wait", code: errno) }
            readyCount = 0
            return 0
        }
        readyCount = Int(count)
        return readyCount
    }

    /// One event of the last wait.
    package borrowing func event(_ index: Int) -> (registration: Registration, readiness: Readiness) {
        precondition(index < readyCount)
        let event = events[index]
        let registration = Registration(
            slot: UInt32(truncatingIfNeeded: event.data.u64),
            generation: UInt32(truncatingIfNeeded: event.data.u64 >> 32)
        )
        return (registration, Readiness(rawValue: event.events))
    }
}
