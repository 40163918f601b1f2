/// A running server at one moment: what `fleet-telemetry status` shows.
///
/// Times are milliseconds since 1970-01-01T00:00:00Z. Counts run since the start of the process.
package struct ServerStatus: ControlObject {
    package var protocolVersion = ControlProtocol.version
    package var process = ProcessStatus()
    package var readiness = ReadinessStatus()
    package var listeners: [ListenerStatus] = []
    package var certificates = CertificatesStatus()
    package var connections = ConnectionsStatus()
    package var handshakes = HandshakesStatus()
    package var records = RecordsStatus()
    package var acks = AcksStatus()
    package var dispatchers: [DispatcherStatus] = []
    /// Nil without a spool.
    package var spool: SpoolUse?
    /// What somebody should look at, each with what to do about it.
    package var warnings: [String] = []

    package init() {}

    package mutating func visit(_ members: inout some ControlVisitor) throws(ControlFormatError) {
        try members.member("protocol", &protocolVersion)
        try members.member("process", &process)
        try members.member("readiness", &readiness)
        try members.member("listeners", &listeners)
        try members.member("certificates", &certificates)
        try members.member("connections", &connections)
        try members.member("handshakes", &handshakes)
        try members.member("records", &records)
        try members.member("acks", &acks)
        try members.member("dispatchers", &dispatchers)
        try members.member("spool", &spool)
        try members.member("warnings", &warnings)
    }
}

/// The process itself.
package struct ProcessStatus: ControlObject {
    package var version = ""
    package var id = 0
    package var startedAt = 0
    package var uptimeSeconds = 0.0
    /// How long a vehicle without a connection is known.
    package var remembersSeconds = 0.0
    /// The configuration file; empty when there is none.
    package var configuration = ""
    package var residentBytes = 0
    package var cpuSeconds = 0.0
    package var openDescriptors = 0
    /// 0 when there is no limit.
    package var descriptorLimit = 0

    package init() {}

    package mutating func visit(_ members: inout some ControlVisitor) throws(ControlFormatError) {
        try members.member("version", &version)
        try members.member("pid", &id)
        try members.member("started_at_ms", &startedAt)
        try members.member("uptime_seconds", &uptimeSeconds)
        try members.member("remembers_seconds", &remembersSeconds)
        try members.member("configuration", &configuration)
        try members.member("resident_bytes", &residentBytes)
        try members.member("cpu_seconds", &cpuSeconds)
        try members.member("open_descriptors", &openDescriptors)
        try members.member("descriptor_limit", &descriptorLimit)
    }
}

/// What `/readyz` says.
package struct ReadinessStatus: ControlObject {
    package var isReady = false
    /// Why not, one line each.
    package var failing: [String] = []
    /// What an operator should mend although vehicles are served.
    package var notices: [String] = []

    package init() {}

    package mutating func visit(_ members: inout some ControlVisitor) throws(ControlFormatError) {
        try members.member("ready", &isReady)
        try members.member("failing", &failing)
        try members.member("notices", &notices)
    }
}

/// One address that the server listens on.
package struct ListenerStatus: ControlObject {
    /// `vehicles`, `status`, `metrics` or `control`.
    package var name = ""
    /// `host:port`, or the path of a socket.
    package var address = ""

    package init() {}

    package init(_ name: String, _ address: String) {
        self.name = name
        self.address = address
    }

    package mutating func visit(_ members: inout some ControlVisitor) throws(ControlFormatError) {
        try members.member("name", &name)
        try members.member("address", &address)
    }
}
