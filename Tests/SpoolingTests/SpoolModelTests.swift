import LinuxSystem
import Synchronization
import TelemetryModel
import Testing

@testable import Spooling

// How the model works: random submissions, commits, deliveries, errors of the disk, clean ends, crashes that leave any
// state between what was synced and what was written, and flipped bits. Each record carries a number. Beside the spool
// a plain list remembers which numbers were durable, which were delivered to whom, and which lost a byte of their own
// to a flip. After each case both dispatchers are drained. Then every durable number has come to both, unless its own
// bytes were flipped; every number was submitted once; and within one reading numbers rise.

private struct SpoolModel {
    static let dispatchers = ["near", "far:away"]

    var generator: SeededGenerator
    let storage = MemoryStorage()
    let outcomes = Outcomes()
    let settings: SpoolSettings
    var spool: Spool
    var cursors: [SpoolCursor] = []
    var nextNumber = 0
    var excused: Set<Int> = []
    var delivered: [Set<Int>] = [[], []]
    var lastRead: [Int] = [-1, -1]
    var pending: [SpoolBatch?] = [nil, nil]
    var problems: [String] = []

    init(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        var settings = smallSettings(segmentBytes: Int.random(in: 1_024...3_000, using: &generator))
        settings.memoryRecords = [0, 3, 1_000].randomElement(using: &generator) ?? 0
        settings.retainSeconds = Bool.random(using: &generator) ? 0 : 1_000
        if Bool.random(using: &generator) { settings.maxBytes = 16_384 }
        self.generator = generator
        self.settings = settings.checked
        spool = try Spool(settings, dispatchers: SpoolModel.dispatchers, storage: storage)
        openCursors()
    }

    mutating func openCursors() {
        cursors = SpoolModel.dispatchers.compactMap { spool.cursor(for: $0) }
        lastRead = [-1, -1]
        pending = [nil, nil]
    }

    mutating func reopen() throws {
        spool = try Spool(settings, dispatchers: SpoolModel.dispatchers, storage: storage)
        openCursors()
    }

    mutating func step() throws {
        switch Int.random(in: 0..<20, using: &generator) {
        case 0..<6: submit()
        case 6..<10: _ = spool.commitWaiting()
        case 10..<14: try read(Int.random(in: 0...1, using: &generator))
        case 14: spool.tidy()
        case 15:
            storage.state.withLock { state in
                state.failingWrites = Int.random(in: 0...1, using: &generator)
                state.failingSyncs = Int.random(in: 0...1, using: &generator)
                state.failingCuts = Int.random(in: 0...1, using: &generator)
            }
        case 16:
            let cursor = Int.random(in: 0...1, using: &generator)
            cursors[cursor].rewind()
            lastRead[cursor] = -1
            pending[cursor] = nil
        case 17:
            storage.state.withLock { $0.failingCuts = 0 }
            spool.close()
            try reopen()
        default:
            storage.crash(using: &generator)
            if Bool.random(using: &generator) { flip() }
            try reopen()
        }
        let bytes = spool.status.bytes
        if bytes > settings.maxBytes { problems.append("\(bytes) bytes of \(settings.maxBytes)") }
    }

    mutating func submit() {
        let count = Int.random(in: 1...5, using: &generator)
        let numbers = Array(nextNumber..<nextNumber + count)
        nextNumber += count
        spool.submit(numbers.map { record($0) }, completion: outcomes.note(numbers))
    }

    mutating func read(_ index: Int) throws {
        if let batch = pending[index], Bool.random(using: &generator) {
            let count = Int.random(in: 0...batch.records.count, using: &generator)
            for record in batch.records.prefix(count) {
                if let number = number(of: record) { delivered[index].insert(number) }
            }
            cursors[index].advance(to: batch.position(afterDelivering: count))
            if count < batch.records.count {
                cursors[index].rewind()
                lastRead[index] = -1
            }
            pending[index] = nil
            return
        }
        guard pending[index] == nil else { return }
        let batch = try cursors[index].read(
            recordLimit: Int.random(in: 1...8, using: &generator),
            byteLimit: Int.random(in: 1...400, using: &generator)
        )
        guard let batch else { return }
        check(batch, index)
        pending[index] = batch
    }

    mutating func check(_ batch: SpoolBatch, _ index: Int) {
        if batch.records.count != batch.positions.count { problems.append("positions do not fit") }
        for record in batch.records {
            guard let number = number(of: record), number < nextNumber else {
                problems.append("invented \(record.payload)")
                continue
            }
            if number <= lastRead[index] { problems.append("\(number) after \(lastRead[index])") }
            lastRead[index] = number
        }
    }

    /// Flips a few bits of one file and notes whose own bytes they were.
    mutating func flip() {
        let files = (try? storage.names())?.filter { !$0.hasSuffix(".quarantined") } ?? []
        guard let name = files.randomElement(using: &generator), let bytes = storage.contents(of: name),
            !bytes.isEmpty
        else { return }
        var frames: [(range: Range<Int>, number: Int)] = []
        if name.hasSuffix(".segment"), case .success(var reader)? = try? SegmentReader.open(name, in: storage) {
            var sources = SourceCache()
            while let found = try? reader.next(limit: bytes.count) {
                guard let stored = StoredRecord.read(reader.chunk, found.body, sources: &sources) else { continue }
                if let number = number(of: stored.record(.opaque)) {
                    frames.append((found.offset..<found.offset + found.count, number))
                }
            }
        }
        for _ in 0..<Int.random(in: 1...3, using: &generator) {
            let bit = Int.random(in: 0..<bytes.count * 8, using: &generator)
            storage.flip(name, bit: bit)
            for frame in frames where frame.range.contains(bit / 8) { excused.insert(frame.number) }
        }
        // Both headers gone: then nothing of the segment can be told from garbage.
        if name.hasSuffix(".segment"), case .failure = SegmentHeader.read(storage.contents(of: name) ?? []) {
            excused.formUnion(frames.map(\.number))
        }
    }

    mutating func finish() throws {
        storage.state.withLock { state in
            state.failingWrites = 0
            state.failingSyncs = 0
            state.failingCuts = 0
        }
        if Bool.random(using: &generator) {
            storage.crash(using: &generator)
        } else {
            spool.close()
        }
        try reopen()
        // What is written after everything that happened comes as well.
        submit()
        for _ in 0..<3 {
            _ = spool.commitWaiting()
            try drain()
            spool.tidy()
        }
        let durable = Set(outcomes.durable)
        for index in SpoolModel.dispatchers.indices {
            let lost = durable.subtracting(delivered[index]).subtracting(excused)
            if !lost.isEmpty { problems.append("\(SpoolModel.dispatchers[index]) lost \(lost.sorted())") }
            if cursors[index].lag.records != 0 { problems.append("lag \(cursors[index].lag)") }
        }
        if !durable.contains(nextNumber - 1) { problems.append("the last record was not written") }
        spool.close()
    }

    mutating func drain() throws {
        for index in SpoolModel.dispatchers.indices {
            cursors[index].rewind()
            lastRead[index] = -1
            while let batch = try cursors[index].read(recordLimit: 100, byteLimit: 1 << 20) {
                check(batch, index)
                for record in batch.records {
                    if let number = number(of: record) { delivered[index].insert(number) }
                }
                cursors[index].advance(past: batch)
            }
        }
    }
}

@Suite struct SpoolModelTests {
    private static let base: UInt64 = 20_260_101

    @Test(arguments: 0..<20)
    func `what was durable comes to every dispatcher, in order, whatever the disk does`(part: Int) throws {
        for case_ in 0..<500 {
            let seed = SpoolModelTests.base + UInt64(part * 500 + case_)
            var model = try SpoolModel(seed: seed)
            for _ in 0..<Int.random(in: 4...28, using: &model.generator) { try model.step() }
            try model.finish()
            #expect(model.problems.isEmpty, "seed \(seed): \(model.problems)")
            if !model.problems.isEmpty { return }
        }
    }
}
