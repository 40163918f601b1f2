internal import CLinux
internal import Glibc

/// A bell that one thread rings and an event loop hears: an eventfd.
package final class Wakeup: Sendable {
    private let descriptor: FileDescriptor

    package init() throws(SystemCallError) {
        let number = eventfd(0, Int32(EFD_NONBLOCK) | Int32(EFD_CLOEXEC))
        guard number >= 0 else { throw SystemCallError(call: "eventfd", code: errno) }
        descriptor = FileDescriptor(owning: number)
    }

    /// For registration with an ``EventPoll``.
    package var number: Int32 { descriptor.number }

    /// Makes the descriptor readable. Never waits; a bell already ringing stays ringing.
    package func ring() {
        _ = eventfd_write(descriptor.number, 1)
    }

    /// Whether it was rung since it was silenced last. A look at the bell: it stays as it is.
    package var isRinging: Bool {
        var question = pollfd(fd: descriptor.number, events: Int16(POLLIN), revents: 0)
        // SAFETY: the kernel writes into the one element before it returns.
        return poll(&question, 1, 0) > 0
    }

    /// Silences the bell, so that the next ring is heard.
    package func silence() {
        var rings: eventfd_t = 0
        _ = eventfd_read(descriptor.number, &rings)
    }
}
