internal import LinuxSystem

/// How each subject is measured, for one server and one round.
struct Measuring {
    /// How often the generator says how far it is.
    private static let progressMilliseconds = 50
    /// Left out at the beginning, where buffers and caches are cold.
    private static let warmUpMilliseconds = 300

    let options: BenchOptions

    func measure(_ subject: Subject, _ kind: ServerKind, on ground: Ground, into tally: inout Tally) throws {
        switch subject {
        case .start: try measureStart(kind, on: ground, into: &tally)
        case .idle1000: try measureIdle(1000, kind, on: ground, into: &tally)
        case .idle10000: try measureIdle(10_000, kind, on: ground, into: &tally)
        case .spoolLatency:
            tally.syncSeconds += try syncSeconds(on: ground)
            try measureLoad(arguments(for: subject), kind, on: ground, into: &tally)
        case .fleet, .burst, .spool, .rules, .rulesEnforced, .steady, .handshakes, .upgrades:
            try measureLoad(arguments(for: subject), kind, on: ground, into: &tally)
        }
    }

    private func arguments(for subject: Subject) -> [String] {
        let records = options.isMixed ? [] : ["--datums", "10"]
        let time = ["--seconds", "\(options.seconds)"]
        switch subject {
        case .fleet: return ["--vehicles", "1000", "--together"] + time + records
        case .burst, .spool, .rules, .rulesEnforced:
            return ["--vehicles", "100", "--together", "--window", "64", "--batch", "16"] + time + records
        case .spoolLatency: return ["--vehicles", "10", "--rate", "10"] + time + records
        case .steady: return ["--vehicles", "1000", "--together", "--rate", "5"] + time + records
        case .handshakes: return ["--vehicles", "64", "--churn", "handshake"] + time
        case .upgrades: return ["--vehicles", "64", "--churn", "upgrade"] + time
        case .start, .idle1000, .idle10000: return []
        }
    }

    /// What one fdatasync takes behind a kilobyte, on the disk that holds the spool.
    private func syncSeconds(on ground: Ground) throws -> [Double] {
        let path = "\(ground.files)/sync-\(UInt64.random(in: 0...UInt64.max))"
        let file = try PositionedFile(path: path, .creating(mode: 0o600))
        _ = file.reserve(0..<(1 << 20))
        let block = [UInt8](repeating: 7, count: 1024)
        return try (0..<200).map { number in
            try file.write(block.span, at: number * block.count)
            let started = MonotonicTime.now
            try file.sync()
            return Double(MonotonicTime.now.nanoseconds(since: started)) / 1e9
        }
    }

    private func measureStart(_ kind: ServerKind, on ground: Ground, into tally: inout Tally) throws {
        for _ in 0..<5 {
            let server = try Server(kind, on: ground)
            tally.startSeconds.append(server.startSeconds)
            server.stop()
        }
    }

    /// Takes CPU time and counts at two moments between which nothing but the load happens.
    private func measureLoad(
        _ arguments: [String],
        _ kind: ServerKind,
        on ground: Ground,
        into tally: inout Tally
    ) throws {
        typealias Moment = (progress: Vehicles.Progress, usage: ProcessUsage)
        let server = try Server(kind, on: ground)
        let vehicles = try Vehicles(
            arguments,
            to: server,
            on: ground,
            progressMilliseconds: Self.progressMilliseconds
        )
        var sendingSince: MonotonicTime?
        var first: Moment?
        var last: Moment?
        reading: while true {
            switch try vehicles.next() {
            case .progress(let progress):
                guard progress.isSending else { continue }
                let begin = sendingSince ?? progress.at
                sendingSince = begin
                guard progress.at >= begin.adding(milliseconds: Self.warmUpMilliseconds) else { continue }
                last = (progress, try server.usage())
                if first == nil { first = last }
            case .outcome(let outcome):
                if outcome.lost > 0 { tally.remarks.append("\(kind.name): \(outcome.lost) records never acked") }
                if outcome.failures > 0 {
                    tally.remarks.append("\(kind.name): \(outcome.failures) connections failed or records sent again")
                }
                tally.latencies.append(outcome)
                break reading
            }
        }
        server.stop()
        guard let first, let last else { throw BenchError.tookTooLong("load on \(kind.name)") }
        tally.count += last.progress.acked - first.progress.acked + last.progress.churned - first.progress.churned
        tally.serverSeconds += Double(last.usage.cpuNanoseconds - first.usage.cpuNanoseconds) / 1e9
        tally.vehicleSeconds += Double(last.progress.cpuNanoseconds - first.progress.cpuNanoseconds) / 1e9
        tally.wallSeconds += Double(last.progress.at.nanoseconds(since: first.progress.at)) / 1e9
    }

    private func measureIdle(
        _ connections: Int,
        _ kind: ServerKind,
        on ground: Ground,
        into tally: inout Tally
    ) throws {
        let server = try Server(kind, on: ground)
        let before = try server.usage()
        let vehicles = try Vehicles(
            ["--vehicles", "\(connections)", "--rate", "0"],
            to: server,
            on: ground,
            progressMilliseconds: Self.progressMilliseconds
        )
        let deadline = MonotonicTime.now.adding(milliseconds: 120_000)
        var first: Vehicles.Progress?
        while true {
            guard case .progress(let progress) = try vehicles.next() else {
                throw BenchError.tookTooLong("\(connections) connections to \(kind.name)")
            }
            if progress.connects > 0, first == nil { first = progress }
            if let first, progress.connected >= connections {
                tally.count += connections
                tally.wallSeconds += Double(progress.at.nanoseconds(since: first.at)) / 1e9
                tally.vehicleSeconds += Double(progress.cpuNanoseconds - first.cpuNanoseconds) / 1e9
                break
            }
            guard MonotonicTime.now < deadline else {
                throw BenchError.tookTooLong("\(connections) connections to \(kind.name), \(progress.connected) stand")
            }
        }
        try Interruption.sleep(milliseconds: 500)
        let after = try server.usage()
        tally.serverSeconds += Double(after.cpuNanoseconds - before.cpuNanoseconds) / 1e9
        let difference = Double(after.residentBytes - before.residentBytes)
        tally.bytesPerConnection.append(difference / Double(connections))
        // The server first, so that it does not have to say goodbye to everybody.
        server.stop()
        vehicles.stop()
    }
}
