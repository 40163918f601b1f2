import TelemetryFixtures
import Testing

@testable import Dispatching

@Suite struct BackoffTests {
    private func backoff(_ initial: Int, _ maximum: Int) -> Backoff {
        var settings = LaneSettings()
        settings.retryInitialMilliseconds = initial
        settings.retryMaximumMilliseconds = maximum
        return Backoff(settings)
    }

    @Test func `pauses double up to the cap, and lie between half and all of the step`() {
        var random = SeededRandom(seed: 1)
        for _ in 0..<100 {
            var backoff = backoff(100, 1500)
            for step in [100, 200, 400, 800, 1500, 1500, 1500] {
                #expect((step / 2...step).contains(backoff.next(using: &random)))
            }
        }
    }

    @Test func `success starts over`() {
        var random = SeededRandom(seed: 2)
        var backoff = backoff(100, 1500)
        for _ in 0..<5 { _ = backoff.next(using: &random) }
        backoff.reset()
        #expect(backoff.next(using: &random) <= 100)
    }

    @Test func `odd settings give some pause and never overflow`() {
        var random = SeededRandom(seed: 3)
        for (initial, maximum) in [(0, 0), (-5, -7), (1000, 10), (.max, .max), (1, .max)] {
            var backoff = backoff(initial, maximum)
            for _ in 0..<100 { #expect(backoff.next(using: &random) >= 1) }
        }
    }
}
