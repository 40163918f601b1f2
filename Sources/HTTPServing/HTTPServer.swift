package import LinuxSystem
package import Observability
internal import Synchronization

/// A small HTTP/1.1 server for everything that is not a vehicle: probes, scrapers, operators.
///
/// One thread serves all its clients and never waits for one of them. It shares nothing with the event loops of
/// vehicles, so neither can slow the other.
package final class HTTPServer: Sendable {
    /// Where it listens, with the port that the kernel chose if it was asked to.
    package let address: SocketAddress
    private let stop = HTTPServerStop()
    private let wakeup: Wakeup
    private let thread: LoopThread

    /// Listens and serves at once.
    ///
    /// - Throws: ``SystemCallError`` (e.g. the port is in use) or ``AddressError``.
    package convenience init(_ settings: HTTPServerSettings, routes: HTTPRoutes, log: Log) throws {
        let listener = try TCP.listen(host: settings.host, port: settings.port, sharesPort: false, backlog: 128)
        try self.init(settings, listener: listener, routes: routes, log: log)
    }

    /// Serves at once on a socket that listens already, whose address need not be the one of the settings.
    package init(
        _ settings: HTTPServerSettings,
        listener: consuming FileDescriptor,
        routes: HTTPRoutes,
        log: Log
    ) throws(SystemCallError) {
        address = TCP.localAddress(of: listener) ?? SocketAddress(host: settings.host, port: settings.port)
        let wakeup = try Wakeup()
        let stop = self.stop
        self.wakeup = wakeup
        // A descriptor cannot be captured; the number is, and owned again on the thread.
        let number = listener.surrender()
        do {
            thread = try LoopThread(name: settings.name) {
                HTTPServerLoop.run(
                    listener: FileDescriptor(owning: number),
                    wakeup: wakeup,
                    stop: stop,
                    settings: settings,
                    routes: routes,
                    log: log
                )
            }
        } catch {
            _ = FileDescriptor(owning: number)
            throw error
        }
    }

    /// Stops listening, lets answers that are on their way be sent for at most a second, and ends the thread.
    package func close() {
        stop.request()
        wakeup.ring()
        thread.join()
    }
}

/// Tells the loop to end.
final class HTTPServerStop: Sendable {
    private let isWanted = Atomic<Bool>(false)

    func request() { isWanted.store(true, ordering: .releasing) }

    var isRequested: Bool { isWanted.load(ordering: .acquiring) }
}
