/// What a frame is for. The other values of the four bits are reserved and refused.
///
/// Source: RFC 6455 section 5.2.
package enum Opcode: UInt8, Sendable, Hashable {
    case continuation = 0
    case text = 1
    case binary = 2
    case close = 8
    case ping = 9
    case pong = 10

    /// Control frames may come between the fragments of a message, and are small and whole themselves.
    package var isControl: Bool { rawValue >= 8 }
}

/// What a message consists of.
package enum MessageKind: Sendable, Hashable {
    /// UTF-8.
    case text
    case binary

    package var opcode: Opcode { self == .text ? .text : .binary }
}

/// Which end of the connection we are: clients mask what they send, servers do not.
package enum WebSocketRole: Sendable, Hashable {
    case server
    case client
}
