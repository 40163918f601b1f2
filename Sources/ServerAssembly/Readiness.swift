internal import Dispatching
internal import LinuxSystem
internal import OpenSSLTransport

/// Whether vehicles can be served as they should: what `/readyz` tells.
enum Readiness {
    /// One line per condition that fails, with where and what to do; empty when ready.
    static func failingConditions(certificate: Certificate, lanes: [DispatchLane]) -> [String] {
        var failing: [String] = []
        let now = WallClock.secondsAndNanos.seconds
        if certificate.notAfter < now {
            failing.append("tls.server_cert: expired; renew it")
        } else if certificate.notBefore > now {
            failing.append("tls.server_cert: not valid yet; check this machine's clock")
        }
        for lane in lanes {
            let snapshot = lane.snapshot
            if case .retrying(_, let attempts, let failure) = snapshot.health {
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
}
