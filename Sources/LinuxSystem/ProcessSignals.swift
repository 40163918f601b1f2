internal import CLinux
internal import Glibc

/// Signals of the whole process, taken by one thread in its own time instead of in a handler.
package enum ProcessSignals {
    package enum Signal: Sendable, Hashable {
        case interrupt, terminate, hangUp

        fileprivate init?(number: Int32) {
            switch number {
            case SIGINT: self = .interrupt
            case SIGTERM: self = .terminate
            case SIGHUP: self = .hangUp
            default: return nil
            }
        }
    }

    /// Keeps the signals for ``wait(timeoutMilliseconds:)`` and ignores SIGPIPE.
    ///
    /// Must be called before any thread is started, because threads inherit what they may be interrupted by.
    package static func takeOver() {
        var set = awaited()
        // SAFETY: the set is copied by the call.
        pthread_sigmask(SIG_BLOCK, &set, nil)
        signal(SIGPIPE, SIG_IGN)
    }

    /// Blocks the caller until one of the signals comes.
    ///
    /// - Returns: nil when the time was over first.
    package static func wait(timeoutMilliseconds: Int? = nil) -> Signal? {
        var set = awaited()
        while true {
            // SAFETY: the set and the time are read by the call before it returns.
            let number: Int32
            if let timeoutMilliseconds {
                var time = timespec(
                    tv_sec: timeoutMilliseconds / 1000,
                    tv_nsec: (timeoutMilliseconds % 1000) * 1_000_000
                )
                number = sigtimedwait(&set, nil, &time)
            } else {
                number = sigwaitinfo(&set, nil)
            }
            if let signal = Signal(number: number) { return signal }
            if errno != EINTR { return nil }
        }
    }

    /// Lets a second interrupt or termination end the process at once, as the system does by default.
    package static func restoreDefaults() {
        var set = awaited()
        // SAFETY: the set is copied by the call.
        pthread_sigmask(SIG_UNBLOCK, &set, nil)
    }

    /// Ends the process at once: nothing is flushed, closed or waited for.
    package static func exitAtOnce(code: Int32) -> Never {
        _exit(code)
    }

    private static func awaited() -> sigset_t {
        var set = sigset_t()
        sigemptyset(&set)
        sigaddset(&set, SIGINT)
        sigaddset(&set, SIGTERM)
        sigaddset(&set, SIGHUP)
        return set
    }
}
