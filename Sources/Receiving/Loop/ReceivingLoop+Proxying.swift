internal import AddressCodec
internal import LinuxSystem
internal import Observability
internal import OpenSSLTransport

extension ReceivingLoop {
    /// Bytes taken at once while a header is awaited; what follows the header is handed to TLS.
    private static let readBytes = 8192

    /// Takes what a trusted proxy has sent. The header comes before TLS, so the socket is read past the session.
    func receiveProxyHeader(_ connection: Connection) {
        let start = plain.count - Self.readBytes
        do throws(SystemCallError) {
            guard let count = try connection.descriptor.read(into: &plain, at: start) else { return }
            guard count > 0 else { return end(connection, .handshakeFailed(.connectionLost)) }
            connection.received.append(contentsOf: plain[start..<(start + count)])
        } catch {
            return end(connection, .handshakeFailed(.connectionLost))
        }
        do throws(ProxyHeaderError) {
            guard let header = try ProxyHeader.read(connection.received.span) else { return }
            begin(connection, header)
        } catch {
            context.meters.connectionRefused(.proxyHeader)
            end(connection, .proxyHeaderWrong(error))
        }
    }

    /// Goes on with the connection behind the header, as the peer that it names.
    private func begin(_ connection: Connection, _ header: ProxyHeader) {
        if let source = header.source {
            connection.remote = SocketAddress(host: source.address.description, port: source.port)
            guard mayBegin(connection.remote) else { return end(connection, .handshakeRateExceeded) }
        }
        let rest = connection.received[header.length...]
        connection.received = []
        connection.stage = .handshaking
        guard !rest.isEmpty else { return }
        connection.session.receive(rest)
        advance(connection)
    }
}
