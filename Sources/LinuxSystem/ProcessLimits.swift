internal import Glibc

/// What the system lets this process have.
package enum ProcessLimits {
    /// Lets this process open as many descriptors as the administrator allows: the soft limit becomes the hard one.
    ///
    /// The soft limit is often 1024 for the sake of programs that use `select`; a server or a simulated fleet needs
    /// one descriptor per connection. Call it once, at the start.
    ///
    /// - Returns: how many descriptors may be open from here on; nil when the system does not say.
    @discardableResult
    package static func raiseDescriptors() -> Int? {
        var limits = rlimit()
        let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        // SAFETY: the kernel fills the structure before it returns, and copies it in the second call.
        guard getrlimit(resource, &limits) == 0 else { return nil }
        guard limits.rlim_cur < limits.rlim_max else { return Int(exactly: limits.rlim_cur) }
        let before = limits.rlim_cur
        limits.rlim_cur = limits.rlim_max
        return Int(exactly: setrlimit(resource, &limits) == 0 ? limits.rlim_max : before)
    }

    /// How many descriptors this process may have open once it has raised its limit; nil when the system does not say.
    package static var hardDescriptors: Int? {
        var limits = rlimit()
        // SAFETY: the kernel fills the structure before it returns.
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limits) == 0 else { return nil }
        return Int(clamping: limits.rlim_max)
    }

    /// How many descriptors this process may have open; nil when the system does not say.
    package static var descriptors: Int? {
        var limits = rlimit()
        // SAFETY: the kernel fills the structure before it returns.
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limits) == 0 else { return nil }
        return Int(clamping: limits.rlim_cur)
    }
}
