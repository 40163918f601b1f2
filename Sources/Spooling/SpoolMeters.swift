package import Observability
internal import Symptoms

/// What one spool counts.
struct SpoolMeters: Sendable {
    let appended: Counter
    let appendedBytes: Counter
    let syncs: Counter
    let syncSeconds: Histogram
    let failures: Counter
    let damage: Counter
    let undecodable: Counter

    init(_ registry: MetricRegistry) {
        appended = registry.counter("spool_appended_total", help: "Records that are on disk.")
        appendedBytes = registry.counter(
            "spool_appended_bytes_total",
            help: "Payload and txid bytes of the records that are on disk."
        )
        syncs = registry.counter("spool_syncs_total", help: "Writes with one sync each.")
        syncSeconds = registry.histogram(
            "spool_sync_seconds",
            help: "Time that one write with its sync took.",
            buckets: [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5]
        )
        failures = registry.counter(
            "spool_failures_total",
            help: "Writes that failed; their records wait or are withheld from their acks."
        )
        damage = registry.counter("spool_damage_total", help: "Places in segments that were found to be no records.")
        undecodable = registry.counter(
            "spool_undecodable_total",
            help: "Whole records of a format that this program does not know; they stay in a quarantined segment."
        )
    }
}

extension EventName {
    /// A spool was opened: directory, segments, bytes, records.
    static let spoolOpened = EventName("spool_opened", .info)
    /// Something was not as a clean end leaves it: finding.
    package static let spoolRepaired = EventName("spool_repaired", .warning, .spoolDamaged)
    /// Damage was met while reading: finding.
    static let spoolDamaged = EventName("spool_damaged", .error, isLimited: true, .spoolDamaged)
    /// Records can't be written: error. Vehicles are not read meanwhile.
    static let spoolBlocked = EventName("spool_blocked", .error, isLimited: true, .spoolDiskFull)
    /// They can again: blocked_milliseconds.
    static let spoolUnblocked = EventName("spool_unblocked", .info)
    /// A file of the spool could not be removed or written: error.
    static let spoolFileFailed = EventName("spool_file_failed", .warning, isLimited: true, .spoolUnwritable)
}
