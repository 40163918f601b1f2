internal import Dispatching
internal import LinuxSystem
internal import OpenSSLTransport

/// What other threads may ask of an event loop. Delivered through its mailbox, in order.
enum LoopMessage: Sendable {
    /// Records of this loop's connections whose acks are decided.
    case settled([Settlement])
    /// Answers to messages of this loop's connections that repeated a record of another connection.
    case repeatsSettled([RepeatAnswer])
    /// Connections that wait for room should look again.
    case lanesHaveRoom
    /// New connections use this certificate and these authorities; standing ones keep theirs.
    case renew(TLSServerSettings)
    /// Take no more connections and records; what has been read is handed on. Raises the signal when done.
    case stopReading(ThreadSignal)
    /// Say goodbye to everybody and end the loop.
    case finish
}

/// The loop's door for everybody else. Knows nothing of connections.
final class LoopDoor: DeliveryObserver {
    let mailbox: Mailbox<LoopMessage>

    init() throws(SystemCallError) {
        mailbox = try Mailbox()
    }

    func settle(_ settlements: [Settlement]) {
        mailbox.post(.settled(settlements))
    }

    func lanesHaveRoom() {
        mailbox.post(.lanesHaveRoom)
    }
}
