internal import LinuxSystem
internal import Observability

/// How many vehicles fit into what the system lets this process open.
package enum DescriptorBudget {
    /// Kept for everything else: files, sinks, the status port, event loops.
    private static let reserve = 128

    /// How many connections so many descriptors are enough for. A small limit is halved rather than used up.
    package static func fitting(_ descriptors: Int) -> Int { max(descriptors / 2, descriptors - reserve) }

    /// The limit on connections: as configured, or as many as fit; says so when fewer fit than are configured.
    static func connections(of configuration: ServerConfiguration, _ log: Log) -> Int {
        let wanted = configuration.maxConnections
        guard let descriptors = ProcessLimits.descriptors else { return wanted > 0 ? wanted : 1_000_000 }
        let fitting = fitting(descriptors)
        guard wanted > fitting else { return wanted > 0 ? wanted : fitting }
        log.observe(
            .descriptorLimitLow,
            [
                "max_connections": .count(wanted), "descriptors": .count(descriptors), "used": .count(fitting),
                "remedy": "raise the hard limit on open files (LimitNOFILE=, ulimit -Hn)",
            ]
        )
        return fitting
    }
}
