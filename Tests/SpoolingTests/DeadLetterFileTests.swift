import LinuxSystem
import TelemetryModel
import Testing

@testable import Spooling

private func draft(_ number: Int, dispatcher: String = "kafka") -> DeadLetterDraft {
    DeadLetterDraft(record: record(number), dispatcher: dispatcher, code: "too_large", detail: "record \(number)")
}

@Suite struct DeadLetterFileTests {
    @Test func `letters are kept with their reason, listed, shown, and dropped for good`() throws {
        let storage = MemoryStorage()
        let letters = try DeadLetterFile(storage)
        #expect(letters.size == (0, 0))
        #expect(try letters.list().isEmpty)
        try letters.store([draft(0), draft(1, dispatcher: "http:home")])
        try letters.store([draft(2)])
        #expect(try letters.list().map(\.id) == [0, 1, 2])
        let shown = try #require(try letters.letter(1))
        #expect(shown.dispatcher == "http:home")
        #expect(shown.code == "too_large")
        #expect(shown.detail == "record 1")
        #expect(number(of: shown.record.record(.opaque)) == 1)
        #expect(try letters.list(from: 1, limit: 1).map(\.id) == [1])
        #expect(try letters.list { $0.dispatcher == "kafka" }.map(\.id) == [0, 2])
        #expect(try letters.drop { $0.id == 0 } == 1)
        #expect(try letters.drop { $0.id == 0 } == 0)
        try letters.store([draft(3)])
        #expect(try letters.list().map(\.id) == [1, 2, 3])
        #expect(try letters.drop { _ in true } == 3)
        #expect(letters.size.letters == 0)

        let again = try DeadLetterFile(storage)
        #expect(again.findings.isEmpty)
        try again.store([draft(4)])
        #expect(try again.list().map(\.id) == [4])
    }

    @Test func `letters are read beside a server that keeps more, and nothing is changed`() throws {
        let storage = MemoryStorage()
        #expect(try DeadLetterFile.read(storage).isEmpty)
        let letters = try DeadLetterFile(storage)
        try letters.store([draft(0), draft(1)])
        #expect(try DeadLetterFile.read(storage).map(\.id) == [0, 1])
        let before = storage.contents(of: DeadLetterFile.name)
        // As if caught in the middle of a write.
        try storage.open(DeadLetterFile.name, isWriting: true).write([1, 2, 3], at: before?.count ?? 0)
        #expect(try DeadLetterFile.read(storage).map(\.id) == [0, 1])
        #expect(storage.contents(of: DeadLetterFile.name) == before.map { $0 + [1, 2, 3] })
    }

    @Test func `at its limit the file takes nothing, and after a drop it does`() throws {
        let letters = try DeadLetterFile(MemoryStorage(), limitBytes: 1_000)
        let failure = #expect(throws: DeadLetterFailure.self) {
            for number in 0..<100 { try letters.store([draft(number)]) }
        }
        guard case .limitReached(_, 1_000)? = failure else {
            Issue.record("\(String(describing: failure))")
            return
        }
        let kept = letters.size.letters
        #expect(try letters.list().count == kept)
        try letters.drop { $0.id < 2 }
        try letters.store([draft(7)])
        #expect(letters.size.letters == kept - 1)
    }

    @Test func `errors of the disk leave no half letters`() throws {
        let storage = MemoryStorage()
        let letters = try DeadLetterFile(storage)
        storage.state.withLock { $0.failingWrites = 1 }
        #expect(throws: DeadLetterFailure.self) { try letters.store([draft(0)]) }
        try letters.store([draft(1)])
        storage.state.withLock { $0.failingSyncs = 1 }
        #expect(throws: DeadLetterFailure.self) { try letters.store([draft(2)]) }
        try letters.store([draft(3)])
        #expect(try letters.list().map(\.detail) == ["record 1", "record 3"])
        #expect(try DeadLetterFile(storage).list().map(\.detail) == ["record 1", "record 3"])
    }

    @Test func `a file cut anywhere keeps its whole letters and takes new ones`() throws {
        let source = MemoryStorage()
        let letters = try DeadLetterFile(source)
        var ends: [Int] = []
        for number in 0..<3 {
            try letters.store([draft(number)])
            ends.append(letters.size.bytes)
        }
        let bytes = source.contents(of: DeadLetterFile.name) ?? []
        for count in 0...bytes.count {
            let storage = MemoryStorage()
            storage.put(DeadLetterFile.name, Array(bytes[..<count]))
            let again = try DeadLetterFile(storage)
            let whole = ends.count { $0 <= count }
            #expect(again.size.letters == whole)
            try again.store([draft(9)])
            #expect(try again.list().map(\.detail) == (0..<whole).map { "record \($0)" } + ["record 9"])
        }
    }

    @Test func `a damaged letter costs itself, damaged headers set the file aside`() throws {
        let storage = MemoryStorage()
        let letters = try DeadLetterFile(storage)
        try letters.store([draft(0), draft(1), draft(2)])
        storage.flip(DeadLetterFile.name, bit: (SegmentHeader.bytes + 30) * 8)
        let again = try DeadLetterFile(storage)
        #expect(try again.list().map(\.detail) == ["record 1", "record 2"])
        #expect(again.findings.count == 1)
        storage.flip(DeadLetterFile.name, bit: 3)
        storage.flip(DeadLetterFile.name, bit: 64 * 8 + 3)
        let fresh = try DeadLetterFile(storage)
        #expect(fresh.size.letters == 0)
        #expect(storage.contents(of: DeadLetterFile.name + ".quarantined") != nil)
        try fresh.store([draft(5)])
        #expect(try fresh.list().count == 1)
    }
}
