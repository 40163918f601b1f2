internal import CLinux
internal import Glibc
internal import Synchronization

/// A thread of ours, outside of Swift's own pool, so that it may block or spin on epoll.
package final class LoopThread: Sendable {
    private let handle: pthread_t
    private let isJoined = Atomic<Bool>(false)

    /// Starts the thread at once.
    ///
    /// - Parameters:
    ///   - name: shown by `top -H`; at most 15 bytes.
    ///   - body: runs once on the new thread.
    package init(name: String, _ body: @escaping @Sendable () -> Void) throws(SystemCallError) {
        // SAFETY: the box is retained here and released by the thread's entry, exactly once each.
        let box = Unmanaged.passRetained(Body(name: name, run: body))
        var thread = pthread_t()
        let code = pthread_create(&thread, nil, runBody, box.toOpaque())
        guard code == 0 else {
            box.release()
            throw SystemCallError(call: "pthread_create", code: code)
        }
        handle = thread
    }

    /// Waits until the body has returned. Blocks the caller; later calls return at once.
    package func join() {
        guard !isJoined.exchange(true, ordering: .acquiringAndReleasing) else { return }
        _ = pthread_join(handle, nil)
    }

    deinit {
        if !isJoined.load(ordering: .acquiring) { _ = pthread_detach(handle) }
    }

    /// Binds the calling thread to one CPU. Ignored where the kernel forbids it.
    package static func pinCurrent(toCPU cpu: Int) {
        _ = fleet_pin_to_cpu(Int32(cpu))
    }

    /// How many CPUs this process may use.
    package static var usableCPUs: Int {
        max(1, Int(fleet_usable_cpus()))
    }
}

private final class Body: Sendable {
    let name: String
    let run: @Sendable () -> Void

    init(name: String, run: @escaping @Sendable () -> Void) {
        self.name = name
        self.run = run
    }
}

private func runBody(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    // SAFETY: `argument` is the box that init retained for this call.
    let body = Unmanaged<Body>.fromOpaque(argument!).takeRetainedValue()
    body.name.withCString(fleet_name_thread)
    body.run()
    return nil
}
