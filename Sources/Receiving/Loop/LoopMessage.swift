internal import Dispatching
internal import LinuxSystem
internal import OpenSSLTransport
internal import RecordRules
internal import Synchronization

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
    /// Say goodbye to everybody, wait until they have heard it or for the time given, and end the loop.
    case finish(lingerMilliseconds: Int)
    /// Serve a connection that another loop has accepted.
    case adopt(AdoptedSocket)
    /// The VIN lists have changed: let go of connections that they refuse.
    case reviewVehicles
    /// Check records by these rules.
    case judgeBy(RuleSet?)
    /// Raises the signal, to show that the loop goes round.
    case probe(ThreadSignal)
}

/// A connection on its way from the loop that accepted it to the one that serves it. Closed if it never arrives.
final class AdoptedSocket: Sendable {
    let remote: SocketAddress
    private let descriptor: Mutex<FileDescriptor?>

    init(_ socket: consuming AcceptedSocket) {
        remote = socket.remote
        descriptor = Mutex(socket.take())
    }

    /// Nil for everybody but the first.
    func take() -> FileDescriptor? {
        descriptor.withLock { $0.take() }
    }
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
