import DispatcherConformance
import Dispatching
import Foundation
import Glibc
import LinuxSystem
import Synchronization

/// A pipe with a reader that can stop reading. What stands in the pipe is taken: it comes when the reader goes on.
final class PipeSink: SinkUnderTest {
    static let conditions: Set<SinkCondition> = [.up, .stalled]

    private let reader: PipeReader
    private let make: @Sendable () -> any Dispatcher

    /// - Parameter descriptor: the reading end; closed in the end.
    init(reading descriptor: Int32, _ make: @escaping @Sendable () -> any Dispatcher) throws {
        self.make = make
        let reader = PipeReader(descriptor)
        self.reader = reader
        _ = try LoopThread(name: "reader") { reader.run() }
    }

    deinit { reader.end() }

    func makeDispatcher() -> any Dispatcher { make() }

    func become(_ condition: SinkCondition) { reader.isReading = condition == .up }

    func received() throws -> [SinkRecord] {
        let bytes = reader.bytes
        guard let end = bytes.lastIndex(of: 10) else { return [] }
        return try SinkRecord.all(inLines: bytes[...end])
    }
}

private final class PipeReader: Sendable {
    private struct State {
        var bytes = Data()
        var isReading = true
        var isOver = false
    }

    private let descriptor: Int32
    private let state = Mutex(State())
    private let changed = ThreadSignal()

    init(_ descriptor: Int32) {
        self.descriptor = descriptor
        _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
    }

    var bytes: Data { state.withLock { $0.bytes } }

    var isReading: Bool {
        get { state.withLock { $0.isReading } }
        set {
            state.withLock { $0.isReading = newValue }
            changed.raise()
        }
    }

    func end() {
        state.withLock { $0.isOver = true }
        changed.raise()
    }

    func run() {
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while !state.withLock({ $0.isOver }) {
            guard isReading else {
                changed.wait()
                continue
            }
            var question = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            guard poll(&question, 1, 5) > 0 else { continue }
            let count = read(descriptor, &chunk, chunk.count)
            if count > 0 { state.withLock { $0.bytes.append(contentsOf: chunk[..<count]) } }
        }
        close(descriptor)
    }
}
