import Dispatching
import LinuxSystem
import Synchronization
import TelemetryModel
import Testing

/// What becomes of records that rules refuse.
@Suite struct RejectedRecordsTests {
    private func letters(_ range: Range<Int>) -> [DeadLetter] {
        TestRecords.records(range).map { DeadLetter(record: $0, rule: .recordSize) }
    }

    @Test func `a refused record is acknowledged when its dead letter is safe`() throws {
        let box = LetterBox(isSafe: true)
        let bench = try TestBench(["a": ScriptedDispatcher()], deadLetters: box)
        bench.router.rejections.submit(letters(0..<3))
        bench.observer.waitForSettlements(3)
        #expect(bench.observer.sequences(.acknowledge) == [0, 1, 2])
        #expect(box.all.map(\.record).sequences == [0, 1, 2])
        #expect(box.all.allSatisfy { $0.refusedBy == "validation" && $0.code == "record_size" })
        bench.drain()
    }

    @Test func `a refused record that can't be kept gets no ack`() throws {
        let bench = try TestBench(["a": ScriptedDispatcher()], deadLetters: LetterBox(isSafe: false))
        bench.router.rejections.submit(letters(0..<2))
        bench.observer.waitForSettlements(2)
        #expect(bench.observer.sequences(.withhold) == [0, 1])
        bench.drain()
    }

    @Test func `a full queue says so, refuses beyond twice its limit, and tells when there is room`() throws {
        var settings = TestBench.quickSettings
        settings.recordLimit = 10
        let box = StalledLetters()
        let bench = try TestBench(["a": ScriptedDispatcher()], settings: settings, deadLetters: box)
        let rejections = bench.router.rejections
        #expect(rejections.hasRoom)
        rejections.submit(letters(0..<1))
        box.waitUntilAsked()
        rejections.submit(letters(1..<9))
        #expect(rejections.hasRoom)
        rejections.submit(letters(9..<10))
        #expect(!rejections.hasRoom)
        rejections.submit(letters(10..<21))
        rejections.submit(letters(21..<22))
        bench.observer.waitForSettlements(1)
        #expect(bench.observer.sequences(.withhold) == [21])
        box.release()
        bench.observer.waitForSettlements(22)
        bench.observer.waitForRoomSignals(1)
        #expect(rejections.hasRoom)
        #expect(bench.observer.sequences(.acknowledge) == Array(0..<21))
        bench.drain()
    }

    @Test func `what waits at the end is kept, and what comes later gets no ack`() throws {
        let box = LetterBox(isSafe: true)
        let bench = try TestBench(["a": ScriptedDispatcher()], deadLetters: box)
        bench.router.rejections.submit(letters(0..<500))
        bench.drain()
        #expect(box.all.count == 500)
        bench.router.rejections.submit(letters(500..<501))
        #expect(box.all.count == 500)
    }

    @Test func `a disk that does not answer does not keep the server from stopping`() throws {
        let box = StalledLetters()
        let bench = try TestBench(["a": ScriptedDispatcher()], deadLetters: box)
        bench.router.rejections.submit(letters(0..<1))
        box.waitUntilAsked()
        bench.drain(milliseconds: 50)
        box.release()
    }
}

/// Dead letters that take their time.
private final class StalledLetters: DeadLetterSink {
    private let asked = ThreadSignal()
    private let isReleased = Atomic<Bool>(false)
    private let released = ThreadSignal()

    func store(_ letters: [DeadLetter]) -> Bool {
        asked.raise()
        if !isReleased.load(ordering: .acquiring) { released.wait() }
        return true
    }

    func waitUntilAsked() { asked.wait() }

    func release() {
        isReleased.store(true, ordering: .releasing)
        released.raise()
    }
}
