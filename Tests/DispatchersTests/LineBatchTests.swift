import JSONText
import TelemetryModel
import Testing

@testable import Dispatchers

@Suite struct LineBatchTests {
    private let records = TestRecords.records(0..<4)

    private func line(_ record: Record) -> [UInt8] { Array("line \(record.sequence)".utf8) }

    /// Plays a lane and a disk: every write of the list takes so many bytes and fails, the last takes all.
    private func play(_ cuts: [Int]) -> (text: String, delivered: [Int]) {
        var file: [UInt8] = []
        var torn: TornLine?
        var left = records
        var delivered: [Int] = []
        for cut in cuts + [.max] where !left.isEmpty {
            let lines = LineBatch(left, completing: torn, to: JSONWriter()) {
                $1.raw(line($0))
                $1.endLine()
            }
            let written = min(cut, lines.bytes.count)
            file += lines.bytes[..<written]
            let outcome = lines.outcome(written: written, of: left, isContinuing: torn)
            torn = outcome.torn
            if let torn {
                // What stands in the file of the torn line is what would have to be cut off.
                let whole = file.lastIndex(of: 10).map { $0 + 1 } ?? 0
                #expect(torn.writtenBytes == file.count - whole)
            }
            delivered += left.prefix(outcome.whole).map { Int($0.sequence) }
            left.removeFirst(outcome.whole)
        }
        return (String(decoding: file, as: UTF8.self), delivered)
    }

    @Test func `a write that ends at any byte is continued there`() {
        let whole = "line 0\nline 1\nline 2\nline 3\n"
        for first in 0...whole.utf8.count {
            for second in 0...8 {
                let (text, delivered) = play([first, second, 0])
                #expect(text == whole, "cut at \(first), then \(second)")
                #expect(delivered == [0, 1, 2, 3], "cut at \(first), then \(second)")
            }
        }
    }
}
