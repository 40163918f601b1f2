internal import CommandLineInterface
internal import LinuxSystem

/// Holds 1,000 vehicles that send for minutes, and looks whether the server's memory stays where it was after the
/// first one.
enum Soak {
    private static let vehicles = 1000
    /// The share of the memory after the first minute by which it may differ at the end.
    private static let toleratedShare = 0.05
    /// Memory is looked at every second, and judged by the mean of so many looks.
    private static let looks = 10

    static func run(minutes: Int, on ground: Ground) throws -> ExitCode {
        let server = try Server(.ours, on: ground)
        let generator = try Vehicles(
            ["--vehicles", "\(vehicles)", "--together", "--rate", "2", "--seconds", "\(minutes * 60)"],
            to: server,
            on: ground,
            progressMilliseconds: 1000
        )
        var sendingSince: MonotonicTime?
        var recent: [Int] = []
        var afterFirstMinute: Int?
        var told = 0
        while true {
            switch try generator.next() {
            case .progress(let progress):
                guard progress.isSending, progress.connected == vehicles else { continue }
                let begin = sendingSince ?? progress.at
                sendingSince = begin
                recent = recent.suffix(looks - 1) + [try server.usage().residentBytes]
                let minute = Int(progress.at.nanoseconds(since: begin) / 60_000_000_000)
                guard minute > told else { continue }
                told = minute
                Bench.say("minute \(minute): \(kibibytes(mean(recent))), \(progress.acked) records acked")
                if afterFirstMinute == nil { afterFirstMinute = mean(recent) }
            case .outcome(let outcome):
                server.stop()
                return judge(outcome, afterFirstMinute, mean(recent), minutes)
            }
        }
    }

    private static func judge(_ outcome: Vehicles.Outcome, _ first: Int?, _ last: Int, _ minutes: Int) -> ExitCode {
        guard let first, first > 0 else {
            Bench.say("soak: there was no whole minute with all \(vehicles) vehicles")
            return .problemFound
        }
        let share = Double(last - first) / Double(first)
        let percent = (share * 10_000).rounded() / 100
        Bench.say(
            """
            soak: \(vehicles) vehicles for \(minutes) minutes; memory \(kibibytes(first)) after the first minute, \
            \(kibibytes(last)) at the end (\(percent) %); \(outcome.lost) records lost, \(outcome.failures) sent again \
            or connections failed; ack latency p50 \(outcome.p50) ms, p99 \(outcome.p99) ms
            """
        )
        return abs(share) < toleratedShare && outcome.lost == 0 && outcome.failures == 0 ? .fine : .problemFound
    }

    private static func mean(_ bytes: [Int]) -> Int { bytes.isEmpty ? 0 : bytes.reduce(0, +) / bytes.count }
    private static func kibibytes(_ bytes: Int) -> String { "\(bytes >> 10) KiB" }
}
