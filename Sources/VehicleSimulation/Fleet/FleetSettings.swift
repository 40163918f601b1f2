package import OpenSSLTransport

/// How simulated vehicles use their connections.
package enum FleetLoad: Sendable {
    /// Connect, and say nothing.
    case idle
    /// Records as real vehicles make them, so many per vehicle and second, stamped with the time of sending.
    case steady(ScenarioKind, recordsPerSecond: Double)
    /// The given records in turn, encoded beforehand, as fast as acks allow. Their time stamps are those of the
    /// encoding.
    case saturating([PreparedRecord])
    /// The given records in turn, encoded beforehand, so many per vehicle and second: load of a known rate that costs
    /// the simulation little.
    case paced([PreparedRecord], recordsPerSecond: Double)
    /// Each vehicle plays what one VIN of a recording sent, in its own time.
    case replay(FleetReplay)
}

/// How far vehicles go that connect only to go away again, so that a server's handshakes can be measured.
package enum ChurnDepth: String, Sendable, CaseIterable {
    /// Up to the end of the TLS handshake.
    case handshake
    /// Up to the answer to the WebSocket upgrade.
    case upgrade
}

/// A recording to be played to a server, byte for byte: also frames that are damaged.
package struct FleetReplay: Sendable {
    /// What one vehicle of the recording sent, by time.
    package struct Track: Sendable {
        package let vin: String
        /// Nanoseconds from the recording's start, at the speed of the recording, and the message.
        package let frames: [(after: UInt64, bytes: [UInt8])]
    }

    package let tracks: [Track]
    /// 2 plays twice as fast as the vehicles were.
    package let speed: Double
    /// Whether it begins again at its end.
    package let isEndless: Bool
    /// Nanoseconds from the first to the last frame of all tracks.
    package let duration: UInt64

    package init(_ frames: [RecordedFrame], speed: Double, isEndless: Bool) {
        precondition(speed > 0)
        self.speed = speed
        self.isEndless = isEndless
        let incoming = frames.filter { $0.direction == .incoming }.sorted { $0.milliseconds < $1.milliseconds }
        let start = incoming.first?.milliseconds ?? 0
        var order: [String] = []
        var byVIN: [String: [(after: UInt64, bytes: [UInt8])]] = [:]
        for frame in incoming {
            if byVIN[frame.vin] == nil { order.append(frame.vin) }
            let after = UInt64(clamping: frame.milliseconds.subtractingReportingOverflow(start).partialValue)
            byVIN[frame.vin, default: []].append((min(after, Self.longest) * 1_000_000, frame.bytes))
        }
        tracks = order.map { Track(vin: $0, frames: byVIN[$0] ?? []) }
        duration = tracks.compactMap { $0.frames.last?.after }.max() ?? 0
    }

    /// A hundred years in milliseconds: what a damaged time stamp may claim at most.
    private static let longest: UInt64 = 3_155_760_000_000
}

/// What a simulated fleet does, and how real vehicles would do it.
package struct FleetSettings: Sendable {
    package var host: String
    package var port: UInt16
    /// What anchors the server's certificate; nil accepts any server.
    package var authorities: [Certificate]?
    /// Name to ask for and to find in the server's certificate; nil takes ``host``.
    package var serverName: String?
    /// Shared in turn when there are fewer than vehicles. Never empty.
    package var credentials: [VehicleCredentials]
    package var vehicles: Int
    package var load: FleetLoad
    /// Records that a vehicle has in flight at most. Real vehicles: 1.
    package var window = 1
    /// Frames encrypted together, which makes one TLS record unless they are longer than 16 KiB.
    package var framesPerWrite = Int.max
    package var threads = 1
    /// Stops sending after this; nil sends until ``SimulatedFleet/stop()``. Counted from the start, or with
    /// ``sendsTogether`` from the moment when sending begins.
    package var seconds: Int?
    /// Nobody sends before all vehicles of a thread are connected, or ``togetherMilliseconds`` are over.
    package var sendsTogether = false
    /// How long vehicles wait for the last one.
    package var togetherMilliseconds = 60_000
    /// Not nil: vehicles go away as soon as they have come so far, and connect again at once.
    package var churn: ChurnDepth?
    package var seed: UInt64 = 1
    /// Handshakes going on at the same time, per thread.
    package var handshakesAtOnce = 64
    /// A record not acked for this long is sent again.
    package var ackTimeoutMilliseconds = 10_000
    /// A connection that does not stand after this long is given up.
    package var connectTimeoutMilliseconds = 15_000
    /// The first pause before connecting again; it doubles up to ``longestPauseMilliseconds``, as vehicles do.
    package var shortestPauseMilliseconds = 1000
    package var longestPauseMilliseconds = 30_000
    /// How long to wait for missing acks at the end.
    package var drainMilliseconds = 5000
    /// Numeric local addresses to connect from, in turn: one address has about 28,000 ports. Empty leaves it open.
    package var localAddresses: [String] = []

    package init(
        host: String,
        port: UInt16,
        authorities: [Certificate]?,
        credentials: [VehicleCredentials],
        vehicles: Int,
        load: FleetLoad
    ) {
        precondition(!credentials.isEmpty, "a fleet without certificates")
        self.host = host
        self.port = port
        self.authorities = authorities
        self.credentials = credentials
        self.vehicles = vehicles
        self.load = load
    }

    /// Records that a vehicle without a connection keeps for later.
    ///
    /// Source: Tesla's documentation of fleet telemetry: 5,000 messages.
    static let backlogLimit = 5000
}
