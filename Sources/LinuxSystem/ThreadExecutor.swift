internal import Synchronization

/// Runs asynchronous code on one thread of its own, outside of Swift's pool.
///
/// Whatever runs here may block: it delays only what else runs on the same executor. Child tasks and
/// nonisolated functions that the work awaits stay on the thread, so there is no hop between them.
package final class ThreadExecutor: TaskExecutor {
    private let jobs: JobQueue

    /// The work, as far as ``cancel()`` must know it.
    private enum Work {
        case starting(isCancelled: Bool)
        case running(Task<Void, Never>)
        /// The task holds the executor, so it must not be held in turn for longer than it runs.
        case ended
    }

    private let thread: LoopThread
    private let work = Mutex<Work>(.starting(isCancelled: false))

    /// Starts the thread; it ends when `body` has returned and nothing is left to run.
    ///
    /// - Parameters:
    ///   - name: shown by `top -H`; at most 15 bytes.
    ///   - body: the work. Cancel it through ``cancel()``.
    package init(name: String, _ body: @escaping @Sendable () async -> Void) throws(SystemCallError) {
        let jobs = JobQueue()
        self.jobs = jobs
        thread = try LoopThread(name: name) { jobs.run() }
        // TASK: the thread runs it to its end; who must know the end is told by the body itself.
        let task = Task(executorPreference: self) {
            await body()
            self.work.withLock { $0 = .ended }
            jobs.stop()
        }
        let mustCancel = work.withLock { work in
            guard case .starting(let isCancelled) = work else { return false }
            work = .running(task)
            return isCancelled
        }
        if mustCancel { task.cancel() }
    }

    /// Asks the work to end early, as tasks are cancelled: it must look, nothing is interrupted.
    package func cancel() {
        let task = work.withLock { work -> Task<Void, Never>? in
            switch work {
            case .starting:
                work = .starting(isCancelled: true)
                return nil
            case .running(let task):
                return task
            case .ended:
                return nil
            }
        }
        task?.cancel()
    }

    /// Waits until the thread has ended. Blocks the caller; never call it from the work itself.
    package func join() {
        thread.join()
    }

    package func enqueue(_ job: consuming ExecutorJob) {
        jobs.append(UnownedJob(job), for: asUnownedTaskExecutor())
    }
}

/// What waits for the thread. Apart from the executor, so that the thread does not keep the executor alive.
private final class JobQueue: Sendable {
    private struct State {
        var waiting: [(job: UnownedJob, executor: UnownedTaskExecutor)] = []
        var isSleeping = false
        var isStopping = false
    }

    private let state = Mutex(State())
    private let signal = ThreadSignal()

    func append(_ job: UnownedJob, for executor: UnownedTaskExecutor) {
        let isAsleep = state.withLock { state in
            // SAFETY: the runtime keeps a job alive until it has run, and its executor as long as the job.
            state.waiting.append((job, executor))
            defer { state.isSleeping = false }
            return state.isSleeping
        }
        if isAsleep { signal.raise() }
    }

    func stop() {
        let isAsleep = state.withLock { state in
            state.isStopping = true
            defer { state.isSleeping = false }
            return state.isSleeping
        }
        if isAsleep { signal.raise() }
    }

    /// The thread's life.
    func run() {
        while true {
            let (jobs, isOver) = state.withLock { state in
                let jobs = state.waiting
                state.waiting = []
                state.isSleeping = jobs.isEmpty && !state.isStopping
                return (jobs, jobs.isEmpty && state.isStopping)
            }
            if isOver { return }
            if jobs.isEmpty { signal.wait() }
            for (job, executor) in jobs {
                job.runSynchronously(on: executor)
            }
        }
    }
}
