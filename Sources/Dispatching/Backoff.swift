/// Pauses that grow from failure to failure, with jitter so that many lanes do not knock in step.
struct Backoff {
    private let initialMilliseconds: Int
    private let maximumMilliseconds: Int
    private(set) var failures = 0

    init(_ settings: LaneSettings) {
        initialMilliseconds = min(max(1, settings.retryInitialMilliseconds), Backoff.longestMilliseconds)
        maximumMilliseconds = min(
            max(initialMilliseconds, settings.retryMaximumMilliseconds),
            Backoff.longestMilliseconds
        )
    }

    /// Whatever the settings say: an hour. A destination that came back is found within it.
    private static let longestMilliseconds = 3_600_000

    /// The next pause in milliseconds: between half of the current step and all of it.
    mutating func next(using generator: inout some RandomNumberGenerator) -> Int {
        // Shifting further than the cap can need would overflow.
        let doublings = min(failures, 30)
        failures += 1
        let (step, overflows) = initialMilliseconds.multipliedReportingOverflow(by: 1 << doublings)
        let capped = overflows ? maximumMilliseconds : min(step, maximumMilliseconds)
        return Int.random(in: capped - capped / 2...capped, using: &generator)
    }

    mutating func reset() {
        failures = 0
    }
}
