import LinuxSystem
import TelemetryFixtures
import TelemetryModel
import Testing

@testable import SignalMetering

private let day = UTCDate(number: 20_000)

private func counts(_ count: Int, of vehicle: String = "V", _ field: Field = .soc) -> SignalCounts {
    var counts = SignalCounts()
    counts.add(count, SignalCode(field), of: vehicle)
    return counts
}

@Suite final class SignalArchiveTests {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory(prefix: "signals")
    }

    private var path: String { "\(directory.path)/deep/costs" }
    private var file: String { "\(path)/\(DayFile.name(of: day))" }

    private func total(_ days: ClosedRange<UTCDate> = day...day) throws -> Int {
        var total = 0
        try SignalArchive.read(path, days) { _, content in total += content.counts.total }
        return total
    }

    @Test func `counts of a day are added to those that stand there, also after a restart`() throws {
        for round in 1...3 {
            var archive = try SignalArchive(directory: path)
            try archive.append(counts(5), to: day)
            try archive.append(counts(7, of: "W"), to: day)
            try archive.append(SignalCounts(), to: day)
            #expect(try total() == round * 12)
        }
        #expect(Files.mode(of: path) == 0o700)
        #expect(Files.mode(of: file) == 0o600)
    }

    @Test func `one server at a time writes there`() throws {
        let archive = try SignalArchive(directory: path)
        let error = #expect(throws: SystemCallError.self) { _ = try SignalArchive(directory: path) }
        #expect(error?.code == SystemCallError.wouldBlock)
        #expect(archive.directory == path)
    }

    @Test func `a write that was cut off is cut away, and nothing before it`() throws {
        do {
            var archive = try SignalArchive(directory: path)
            try archive.append(counts(5), to: day)
        }
        let whole = try Files.read(file, limitBytes: 1 << 20)
        let torn = DayFile.block(counts(1_000)).dropLast(1)
        for length in 1...torn.count {
            try Files.write(whole + torn.prefix(length), to: file, mode: 0o600)
            var archive = try SignalArchive(directory: path)
            try archive.append(counts(7), to: day)
            #expect(try total() == 12)
            let repairs = archive.takeRepairs()
            #expect(repairs.map(\.lostBytes) == [length] && repairs[0].copy == nil)
            try Files.write(whole, to: file, mode: 0o600)
        }
    }

    @Test func `a damaged file is copied before it is cut`() throws {
        do {
            var archive = try SignalArchive(directory: path)
            try archive.append(counts(5), to: day)
            try archive.append(counts(6), to: day)
        }
        var bytes = try Files.read(file, limitBytes: 1 << 20)
        bytes[bytes.count - 1] ^= 0x10
        try Files.write(bytes, to: file, mode: 0o600)
        var archive = try SignalArchive(directory: path)
        try archive.append(counts(7), to: day)
        #expect(try total() == 12)
        #expect(archive.takeRepairs().map(\.copy) == [file + ".damaged"])
        #expect(try Files.read(file + ".damaged", limitBytes: 1 << 20) == bytes)
        #expect(archive.takeRepairs().isEmpty)
    }

    @Test func `a file that somebody else made longer is looked at again`() throws {
        var archive = try SignalArchive(directory: path)
        try archive.append(counts(5), to: day)
        let whole = try Files.read(file, limitBytes: 1 << 20)
        try Files.write(whole + [1, 2, 3], to: file, mode: 0o600)
        try archive.append(counts(6), to: day)
        #expect(try total() == 11)
    }

    @Test func `a file that was removed is made anew`() throws {
        var archive = try SignalArchive(directory: path)
        try archive.append(counts(5), to: day)
        try Files.remove(file)
        try archive.append(counts(6), to: day)
        #expect(try total() == 6)
    }

    @Test(arguments: [11, UInt64.random(in: .min ... .max)])
    func `rewriting makes a file shorter and keeps its sums`(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        var archive = try SignalArchive(directory: path)
        var model = SignalCounts()
        for step in 0..<60 {
            let part = randomCounts(&random)
            try archive.append(part, to: day)
            model.add(part)
            guard step % 20 == 19 else { continue }
            let before = try Files.read(file, limitBytes: 1 << 20).count
            archive.rewrite(day)
            let content = try DayFile.read(file)
            #expect(content.counts == model && content.wholeBytes < before, "seed \(seed)")
        }
    }

    @Test func `a file that grows without end is rewritten`() throws {
        var archive = try SignalArchive(directory: path)
        var part = SignalCounts()
        for vehicle in 0..<2_000 {
            for field: Int32 in 1...20 { part.add(1, SignalCode(Field(number: field)), of: "5YJ3E1EA7KF00\(vehicle)") }
        }
        let block = DayFile.block(part).count
        let times = (4 << 20) / block + 2
        for _ in 0..<times { try archive.append(part, to: day) }
        #expect(try Files.read(file, limitBytes: 1 << 30).count < 4 << 20)
        #expect(try total() == times * 40_000)
    }

    @Test func `files that are too old go, and nothing else does`() throws {
        var archive = try SignalArchive(directory: path)
        for offset in 0..<5 { try archive.append(counts(1), to: day.adding(days: offset)) }
        let others = [
            "notes.txt", "2020-01-01.signals.bak", "2020-01-01x.signals", "2020-1-1.signals", "2020-01-01",
            "abcd-01-01.signals",
        ]
        for name in others { try Files.write([1], to: "\(path)/\(name)", mode: 0o600) }
        try Files.write([1], to: "\(file).damaged", mode: 0o600)
        #expect(archive.prune(before: day.adding(days: 3)) == 4)
        let kept = (3..<5).map { DayFile.name(of: day.adding(days: $0)) }
        #expect(try Set(Files.list(path)) == Set(others + kept + ["signals.lock"]))
        #expect(try total(day...day.adding(days: 4)) == 2)
        // A day that went can come back, e.g. when a clock is set.
        try archive.append(counts(1), to: day)
        #expect(try total() == 1)
    }

    @Test func `what a crash left of a rewriting goes`() throws {
        try Files.makeDirectories(path)
        try Files.write([1], to: "\(path)/2026-01-01.signals.123-456.tmp", mode: 0o600)
        try Files.write([1], to: "\(path)/other.tmp", mode: 0o600)
        let archive = try SignalArchive(directory: path)
        #expect(try Files.list(archive.directory) == ["other.tmp", "signals.lock"])
    }

    @Test func `an append that fails adds nothing`() throws {
        var archive = try SignalArchive(directory: path)
        try archive.append(counts(5), to: day)
        try Files.move(path, to: "\(directory.path)/away")
        #expect(throws: SystemCallError.self) { try archive.append(counts(6), to: day) }
        try Files.move("\(directory.path)/away", to: path)
        #expect(try total() == 5)
        try archive.append(counts(6), to: day)
        #expect(try total() == 11)
    }
}
