internal import ControlPlane
internal import Dispatching
internal import OpenSSLTransport
internal import Receiving
internal import Spooling
internal import TelemetryModel

extension CertificatesStatus {
    /// - Parameters:
    ///   - chain: what vehicles are shown.
    ///   - authorities: what vehicles are verified against.
    ///   - now: milliseconds since 1970-01-01T00:00:00Z.
    init(chain: [Certificate], authorities: [Certificate], now: Int) {
        self.init()
        let ends = authorities.map { CertificateEnd($0, now: now) }
        let teslas = Set(TeslaBundle.allCases.flatMap { TeslaPins.pins(of: $0).map(\.sha256) })
        let judged = ends.filter { $0.daysLeft >= 0 || !teslas.contains($0.sha256) }
        server = chain.map { CertificateEnd($0, now: now) }.min { $0.notAfter < $1.notAfter }
        authority = (judged.isEmpty ? ends : judged).min { $0.notAfter < $1.notAfter }
        self.authorities = ends.count
        endedAuthorities = ends.count { $0.daysLeft < 0 }
    }
}

extension CertificateEnd {
    init(_ certificate: Certificate, now: Int) {
        self.init()
        subject = certificate.subject
        sha256 = certificate.sha256
        // A date that cannot be read counts as over; it must not overflow.
        notAfter = Int(clamping: certificate.notAfter.multipliedReportingOverflow(by: 1000).partialValue)
        daysLeft = CertificateEnd.days(from: now, to: notAfter)
    }
}

extension DispatcherStatus {
    init(_ lane: LaneSnapshot) {
        self.init()
        name = lane.dispatcher.text
        switch lane.health {
        case .opening(let since): (state, self.since) = (.opening, Int(since.rawValue))
        case .healthy(let since): (state, self.since) = (.healthy, Int(since.rawValue))
        case .retrying(let since, let attempts, let failure):
            (state, self.since) = (.retrying, Int(since.rawValue))
            self.attempts = attempts
            self.failure = "\(failure.code.rawValue): \(failure.detail)"
        case .closed: state = .closed
        }
        records = lane.records
        bytes = lane.bytes
        lagSeconds = lane.lagSeconds
        isFull = lane.isFull
        isSpooled = lane.isSpooled
        delivered = lane.delivered
    }
}

extension SpoolUse {
    init(_ spool: SpoolStatus) {
        self.init()
        directory = spool.directory
        bytes = spool.bytes
        maximumBytes = spool.maxBytes
        segments = spool.segments
        hasRoom = spool.hasRoom
        blocked = spool.blocked.map { "\($0)" }
        oldestSeconds = spool.cursors.filter(\.isConfigured).map(\.lag.seconds).max() ?? 0
    }
}

extension VehicleStatus {
    init(_ vehicle: VehicleSnapshot) {
        self.init()
        vin = vehicle.vin.text
        isConnected = vehicle.isConnected
        since = Int(vehicle.since.rawValue)
        networkInterface = vehicle.networkInterface
        clientVersion = vehicle.clientVersion
        lastRecordAt = vehicle.lastRecordAt.map { Int($0.rawValue) }
        lastRecordType = vehicle.lastRecordType?.topic
        records = Int(clamping: vehicle.records)
        recordsPerMinute = vehicle.recordsPerMinute
        unacknowledged = vehicle.unacknowledged
        connections = vehicle.sockets.count
        sockets = vehicle.sockets.suffix(Self.shownConnections).map { VehicleConnectionStatus($0) }
    }
}

extension VehicleConnectionStatus {
    /// What a peer wrote into its request may be long; so much of it is shown.
    private static let shownBytes = 64

    fileprivate init(_ socket: VehicleSocketSnapshot) {
        self.init()
        id = socket.socketID
        remoteAddress = socket.remoteAddress
        networkInterface = Self.shortened(socket.networkInterface)
        clientVersion = Self.shortened(socket.clientVersion)
        connectedAt = Int(socket.connectedAt.rawValue)
        records = Int(clamping: socket.records)
        unacknowledged = socket.unacknowledged
    }

    private static func shortened(_ text: String) -> String {
        text.utf8.count > shownBytes ? String(decoding: text.utf8.prefix(shownBytes), as: UTF8.self) : text
    }
}

extension RefusedVehicleStatus {
    init(_ vehicle: RefusedVehicle) {
        self.init()
        vin = vehicle.vin.text
        reason =
            switch vehicle.refusal {
            case .denied: .denied
            case .notAllowed: .notAllowed
            }
        count = vehicle.count
        lastAt = Int(vehicle.lastMilliseconds)
    }
}
