internal import Dispatching
internal import LinuxSystem
internal import OpenSSLTransport
internal import Spooling

/// Whether vehicles can be served as they should: what `/readyz` tells.
enum Readiness {
    /// One line per condition that fails, with where and what to do; empty when ready.
    ///
    /// With a spool a dispatcher that fails is none: vehicles get their acks all the same. See ``sinks(_:)``.
    static func failingConditions(certificate: Certificate, lanes: [DispatchLane], spool: Spool?) -> [String] {
        var failing: [String] = []
        let now = WallClock.secondsAndNanos.seconds
        if certificate.notAfter < now {
            failing.append("tls.server_cert: expired; renew it")
        } else if certificate.notBefore > now {
            failing.append("tls.server_cert: not valid yet; check this machine's clock")
        }
        if let spool, !spool.hasRoom {
            let reason = spool.blocked.map { "\($0)" } ?? "the disk is slower than the vehicles send"
            failing.append("spool: \(reason); vehicles are held back and lose nothing")
        }
        for lane in lanes {
            let snapshot = lane.snapshot
            if case .retrying(_, let attempts, let failure) = snapshot.health, !snapshot.isSpooled {
                failing.append("\(snapshot.dispatcher.text): failing, \(attempts) attempts (\(failure.detail))")
            }
            if snapshot.isFull {
                failing.append(
                    "\(snapshot.dispatcher.text): full with \(snapshot.records) records; vehicles are held back"
                )
            }
        }
        return failing
    }

    /// One line per dispatcher: how it is and how far it is behind.
    static func sinks(_ lanes: [DispatchLane]) -> [String] {
        lanes.map { lane in
            let snapshot = lane.snapshot
            let lag = "\(snapshot.records) records and \(tenths(snapshot.lagSeconds)) seconds behind"
            let health =
                switch snapshot.health {
                case .opening(let since): "opening since \(UTCTime(since))"
                case .healthy(let since): "healthy since \(UTCTime(since))"
                case .retrying(let since, let attempts, let failure):
                    "retrying since \(UTCTime(since)), \(attempts) attempts "
                        + "(\(failure.code.rawValue): \(failure.detail))"
                case .closed: "closed"
                }
            return "\(snapshot.dispatcher.text): \(health), \(lag)"
        }
    }

    private static func tenths(_ seconds: Double) -> String {
        "\((seconds * 10).rounded() / 10)"
    }
}
