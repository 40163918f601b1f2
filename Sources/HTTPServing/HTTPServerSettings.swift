/// Who may ask a server.
package enum HTTPClients: Sendable, Hashable {
    /// Whoever can connect.
    case all
    /// Root and the user that the server runs as, as the kernel tells it of a Unix-domain socket; others get 403.
    case ownUser
}

/// Where a server listens and what it lets clients do.
package struct HTTPServerSettings: Sendable, Hashable {
    /// Name of the server in logs and of its thread, e.g. `status`; at most 15 bytes show in `top`.
    package var name: String
    /// Name or numeric address; empty for all addresses.
    package var host: String
    /// 0 lets the kernel choose; see ``HTTPServer/address``.
    package var port: UInt16
    /// Who is answered.
    package var clients = HTTPClients.all
    /// When one more arrives, the client that has been least busy for longest has to go.
    package var maximumConnections = 64
    /// A body over this is answered with 413.
    package var maximumBodyBytes = 65_536
    /// From the first byte of a request to its last.
    package var requestTimeoutMilliseconds = 10_000
    /// From connecting, or from the last response, to the first byte of a request. Longer than the 60 seconds
    /// that scrapers leave between two requests at most.
    package var idleTimeoutMilliseconds = 90_000
    /// From the first byte of a response to its last.
    package var responseTimeoutMilliseconds = 20_000

    package init(name: String, host: String, port: UInt16) {
        self.name = name
        self.host = host
        self.port = port
    }
}
