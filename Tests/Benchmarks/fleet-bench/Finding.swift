extension Finding {
    init(_ subject: Subject, _ ours: Tally, _ anchor: Tally) {
        func figure(
            _ name: String,
            _ title: String,
            _ better: Figure.Better,
            _ digits: Int,
            _ value: (Tally) -> Double
        ) -> Figure {
            Figure(
                name: name,
                title: title,
                better: better,
                digits: digits,
                ours: value(ours),
                anchor: value(anchor)
            )
        }
        let busy = [
            figure("server_busy_percent", "server's CPU busy, %", .neither, 0) { $0.serverPercent },
            figure("vehicles_busy_percent", "generator's CPU busy, %", .neither, 0) { $0.vehiclePercent },
        ]
        let latencies = [
            figure("ack_p50_ms", "ack latency p50, ms", .less, 2) { $0.latency(\.p50) },
            figure("ack_p99_ms", "ack latency p99, ms", .less, 2) { $0.latency(\.p99) },
            figure("ack_p999_ms", "ack latency p99.9, ms", .less, 2) { $0.latency(\.p999) },
        ]
        let records = [
            figure("records_per_core_second", "records/s per server core", .more, 0) { $0.perCoreSecond },
            figure("records_per_second", "records/s of wall time", .more, 0) { $0.perWallSecond },
        ]
        let figures: [Figure] =
            switch subject {
            case .start:
                [figure("ms", "ms, median", .less, 1) { median($0.startSeconds) * 1000 }]
            case .spoolLatency:
                latencies + [
                    figure("fdatasync_p50_ms", "one fdatasync of 1 KiB, p50, ms", .neither, 2) {
                        median($0.syncSeconds) * 1000
                    }
                ]
            case .fleet, .burst, .spool, .rules, .rulesEnforced:
                records + latencies + busy
            case .steady:
                latencies + [
                    figure("core_seconds_per_100000", "CPU-s per 100,000 records", .less, 2) {
                        $0.coreSecondsPer100000
                    },
                    figure("records_per_second", "records/s of wall time", .neither, 0) { $0.perWallSecond },
                ] + busy
            case .handshakes, .upgrades:
                [
                    figure("per_core_second", "connections/s per server core", .more, 0) { $0.perCoreSecond },
                    figure("per_second", "connections/s of wall time", .more, 0) { $0.perWallSecond },
                ] + busy
            case .idle1000, .idle10000:
                [
                    figure("kib_per_connection", "RSS per connection, KiB", .less, 1) {
                        median($0.bytesPerConnection) / 1024
                    },
                    figure("connects_per_core_second", "connections/s per server core", .more, 0) {
                        $0.perCoreSecond
                    },
                    figure("connects_per_second", "connections/s of wall time", .more, 0) { $0.perWallSecond },
                ] + busy
            }
        self.init(subject: subject, figures: figures, remarks: ours.remarks + anchor.remarks)
    }
}
