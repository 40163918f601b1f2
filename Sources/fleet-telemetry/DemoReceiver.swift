internal import Dispatchers
internal import LinuxSystem
internal import Observability
internal import OpenSSLTransport
internal import ServerAssembly
internal import TelemetryModel

/// A receiver in this process, on a free port of 127.0.0.1, that hands all records to one queue.
struct DemoReceiver {
    private let server: TelemetryServer
    let records: RecordQueue

    /// - Parameter files: the demo's certificates.
    init(_ files: DemoPKIOptions) throws(StartError) {
        let queue = QueueDispatcher()
        records = queue.subscribe()
        var configuration = ServerConfiguration()
        configuration.host = "127.0.0.1"
        // The kernel chooses a free one.
        configuration.port = 0
        configuration.threads = 1
        configuration.tls.serverCert = files.serverPath
        configuration.tls.serverKey = files.serverKeyPath
        configuration.tls.caFile = files.authorityPath
        for type in RecordType.decoded { configuration.records[type.topic] = [QueueSettings.kind] }
        server = try TelemetryServer(configuration, queue: queue, log: .silent)
    }

    var port: UInt16 { server.address.port }

    /// Delivers what is in hand and ends. The queue ends with it.
    func stop() {
        server.stop()
    }
}
