internal import Synchronization

/// The way to reach an event loop from another thread.
///
/// Everything a loop owns stays on its thread; other threads leave a message here and ring.
/// Bounded by what senders hold: each sender says in its own contract how much it may post.
package final class Mailbox<Message: Sendable>: Sendable {
    private let waiting = Mutex<[Message]>([])
    private let bell: Wakeup

    package init() throws(SystemCallError) {
        bell = try Wakeup()
    }

    /// For registration with an ``EventPoll``; readable while messages wait.
    package var number: Int32 { bell.number }

    /// Leaves a message. Never waits.
    package func post(_ message: Message) {
        let isFirst = waiting.withLock { waiting in
            waiting.append(message)
            return waiting.count == 1
        }
        // Who finds an empty box rings; the loop takes all at once, so one ring is enough.
        if isFirst { bell.ring() }
    }

    /// Takes every waiting message, oldest first. Called by the loop only, after its wait reported the bell.
    ///
    /// - Parameter isHeardOnce: whether the bell was registered with ``Readiness/onChange``; it then needn't be
    /// silenced,
    ///   which saves a system call.
    package func collect(isHeardOnce: Bool = false) -> [Message] {
        if !isHeardOnce { bell.silence() }
        return waiting.withLock { waiting in
            let all = waiting
            waiting = []
            return all
        }
    }
}
