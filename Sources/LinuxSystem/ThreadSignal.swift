internal import CLinux
internal import Glibc

/// A flag that one thread raises and another waits for, at the price of a lock while nobody sleeps.
///
/// Raising twice before anybody waits counts once. One waiter at a time is woken by one raise.
package final class ThreadSignal: Sendable {
    private let parts: Parts

    package init() {
        parts = Parts()
    }

    /// Wakes the waiter, or lets the next wait return at once. Never waits for longer than the lock is held.
    package func raise() {
        parts.lock()
        parts.isRaised = true
        parts.unlock()
        // After unlocking, or the woken thread would only wait again: for the lock.
        parts.wakeOne()
    }

    /// Blocks the calling thread until the flag is raised, and takes it down again.
    ///
    /// - Parameter deadline: nil waits for ever.
    /// - Returns: false when the deadline came first.
    @discardableResult
    package func wait(until deadline: MonotonicTime? = nil) -> Bool {
        parts.lock()
        defer { parts.unlock() }
        while !parts.isRaised {
            guard parts.sleep(until: deadline) else { return false }
        }
        parts.isRaised = false
        return true
    }
}

// SAFETY: `isRaised` is touched only between `lock` and `unlock`; the other members are set once in `init`.
private final class Parts: @unchecked Sendable {
    // SAFETY: both are allocated in init and freed in deinit; the kernel's objects need a stable address.
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    var isRaised = false

    init() {
        var attributes = pthread_condattr_t()
        // SAFETY: the attributes are copied into the condition; the pointers are the ones allocated above.
        pthread_condattr_init(&attributes)
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(condition, &attributes)
        pthread_condattr_destroy(&attributes)
    }

    deinit {
        // SAFETY: the last reference is gone, so nobody waits; each is freed once.
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(mutex)
        condition.deallocate()
        mutex.deallocate()
    }

    // SAFETY: the three calls below use the objects that this object owns, so they live at least as long.
    func lock() { pthread_mutex_lock(mutex) }

    func unlock() { pthread_mutex_unlock(mutex) }

    func wakeOne() { pthread_cond_signal(condition) }

    /// - Returns: false when the deadline has passed. May return true without a raise.
    func sleep(until deadline: MonotonicTime?) -> Bool {
        guard let deadline else {
            // SAFETY: both are ours, and the caller holds the mutex.
            pthread_cond_wait(condition, mutex)
            return true
        }
        var time = timespec(
            tv_sec: Int(deadline.nanoseconds / 1_000_000_000),
            tv_nsec: Int(deadline.nanoseconds % 1_000_000_000)
        )
        // SAFETY: the call reads the time before it returns; the caller holds the mutex.
        return pthread_cond_timedwait(condition, mutex, &time) != ETIMEDOUT
    }
}
