internal import LinuxSystem

/// The process itself, under the names that Prometheus' client libraries use for it.
package enum ProcessMetrics {
    /// Adds the process metrics to a registry. Each is read from the kernel when the registry is scraped; what cannot
    /// be read shows as 0.
    package static func register(in registry: MetricRegistry) {
        registry.gauge(
            "process_resident_memory_bytes",
            help: "Resident memory size in bytes.",
            read: { Double(ProcessFacts.residentMemoryBytes ?? 0) }
        )
        registry.counter(
            "process_cpu_seconds_total",
            help: "User and system CPU time of all threads in seconds.",
            read: { ProcessFacts.cpuSeconds }
        )
        registry.gauge(
            "process_open_fds",
            help: "Open file descriptors.",
            read: { Double(ProcessFacts.openDescriptors ?? 0) }
        )
        registry.gauge(
            "process_max_fds",
            help: "Largest number of open file descriptors.",
            read: { Double(ProcessFacts.maximumDescriptors ?? 0) }
        )
        registry.gauge(
            "process_start_time_seconds",
            help: "Start of the process since the Unix epoch in seconds.",
            read: { ProcessFacts.startTimeSeconds ?? 0 }
        )
    }
}
