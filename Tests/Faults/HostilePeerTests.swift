import LinuxSystem
import Testing
import VehicleSimulation

/// Vehicles that keep the rules beside peers that break them, on real sockets against the real executable.
struct HostilePeerTests {
    /// Below this a machine that does something else for a moment decides, and not the server.
    private static let floorMilliseconds = 5.0

    @Test(arguments: Attack.all)
    func `honest vehicles lose no ack beside`(attack: Attack) throws {
        let site = try Site(#", "connection": {"handshake_timeout_seconds": 600, "write_timeout_seconds": 2}"#)
        let quiet = FaultForm.isLong ? try site.honestVehicles(seconds: 10) : nil
        let residentBefore = site.residentBytes

        let siege = try Siege(attack, on: site)
        #expect(siege.waitUntilItStands())
        let beside = try site.honestVehicles(seconds: FaultForm.isLong ? 15 : 1)
        let residentAfter = site.residentBytes
        siege.end()

        expectNothingLost(beside)
        #expect(siege.attempts > 0)
        #expect(site.isServing, "\(site.errors.suffix(2_000))")
        guard let quiet else { return }
        expectNothingLost(quiet)
        let (before, after) = (milliseconds(quiet), milliseconds(beside))
        print(
            "\(attack.name): p99 \(before) ms quiet, \(after) ms beside \(siege.attempts) attempts;",
            "memory \(residentBefore >> 20) MiB, then \(residentAfter >> 20) MiB"
        )
        #expect(after <= max(3 * before, Self.floorMilliseconds))
    }

    private func expectNothingLost(_ report: FleetReport) {
        let counts = report.counts
        #expect(counts.acked == counts.sent && counts.sent > 100, "\(counts), \(report.reasons)")
        #expect(counts.refused == 0 && counts.resent == 0, "\(counts), \(report.reasons)")
        #expect(counts.breaks == 0 && counts.connectFailures == 0, "\(counts), \(report.reasons)")
    }

    private func milliseconds(_ report: FleetReport) -> Double {
        Double(report.latency.quantile(0.99) / 1_000) / 1_000
    }
}
