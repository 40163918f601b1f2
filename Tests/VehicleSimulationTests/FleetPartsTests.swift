import EnvelopeCodec
import Testing

@testable import VehicleSimulation

struct FleetPartsTests {
    @Test func `acks in order, out of order and unknown ones`() {
        var queue = AckQueue()
        for key in UInt64(1)...4 { queue.append(key: key, index: Int(key), sentAt: key * 10, window: 4) }
        #expect(!queue.hasRoom(window: 4) && queue.count == 4 && queue.oldestSentAt == 10)
        #expect(queue.remove(key: 3)?.index == 3)
        #expect(queue.remove(key: 3) == nil && queue.remove(key: 9) == nil)
        #expect(!queue.hasRoom(window: 4), "the first still stands in front")
        #expect(queue.remove(key: 1)?.sentAt == 10)
        #expect(queue.oldestSentAt == 20 && queue.hasRoom(window: 4))
        queue.append(key: 5, index: 5, sentAt: 50, window: 4)
        #expect(queue.resendAll(at: 99).map(\.key) == [2, 4, 5])
        #expect(queue.removeOldest()?.isResent == true)
        #expect(queue.remove(key: 4)?.sentAt == 99)
        #expect(queue.remove(key: 5) != nil && queue.count == 0 && queue.removeOldest() == nil)
    }

    @Test func `the ring goes round for ever`() {
        var queue = AckQueue()
        for round in UInt64(0)..<1000 {
            for offset in UInt64(0)..<3 { queue.append(key: round * 3 + offset, index: 0, sentAt: round, window: 3) }
            for offset in UInt64(0)..<3 { #expect(queue.remove(key: round * 3 + offset) != nil) }
        }
        #expect(queue.count == 0)
    }

    @Test func `deadlines come soonest first`() {
        var random = SeededNumbers(seed: 5)
        var heap = DeadlineHeap()
        let moments = (0..<500).map { _ in random.next() % 1000 }
        for (index, moment) in moments.enumerated() { heap.insert(index, at: moment) }
        var popped: [UInt64] = []
        while let index = heap.popDue(at: 499) { popped.append(moments[index]) }
        #expect(popped == moments.filter { $0 <= 499 }.sorted())
        #expect(heap.soonest == moments.filter { $0 > 499 }.min())
    }

    @Test(arguments: [0, 1, 17, 64])
    func `a patched frame is the frame that would be encoded afresh`(vinBytes: Int) throws {
        var random = SeededNumbers(seed: 9)
        let records = PreparedRecord.records(of: .mixed, seed: 2, startedAt: 1_700_000_000, count: 60)
        let library = FrameLibrary(records, vinBytes: vinBytes, random: &random)
        let vin = String(repeating: "V", count: vinBytes)
        let txid = VehicleTxid(from: &random)
        var output: [UInt8] = [1, 2, 3]
        for counter in [1, 2, 59, 60, 61, 123_456_789, 999_999_999] {
            let start = output.count
            library.append(counter, prefix: txid.prefix, vin: Array(vin.utf8), to: &output)
            var frame = Array(output[start...])
            let content = Self.unmask(&frame)
            var expected: [UInt8] = []
            Envelope.appendStream(records[counter % 60].message(from: vin, txid: txid.text(counter)), to: &expected)
            #expect(content == expected)
        }
    }

    /// RFC 6455 section 5.3, by hand.
    private static func unmask(_ frame: inout [UInt8]) -> [UInt8] {
        let length = frame[1] & 0x7F
        let head = length < 126 ? 2 : length == 126 ? 4 : 10
        let mask = frame[head..<head + 4].map { $0 }
        return frame[(head + 4)...].enumerated().map { $1 ^ mask[$0 & 3] }
    }
}
