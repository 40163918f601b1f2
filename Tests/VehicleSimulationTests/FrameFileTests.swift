import EnvelopeCodec
import JSONText
import TelemetryFixtures
import Testing
import TextCodec

@testable import VehicleSimulation

struct FrameFileTests {
    private func frame(_ number: Int) -> [UInt8] {
        let records = PreparedRecord.records(of: .drive, seed: 5, startedAt: 1_700_000_000, count: number + 1)
        var bytes: [UInt8] = []
        Envelope.appendStream(records[number].message(from: "VIN", txid: Array("tx-\(number)".utf8)), to: &bytes)
        return bytes
    }

    private func frames(_ file: FrameFile) throws -> [[UInt8]] {
        try file.pieces.map { try $0.bytes.get() }
    }

    private func wrapped(_ text: String, at width: Int) -> [UInt8] {
        var rest = Array(text.utf8)[...]
        var lines: [UInt8] = []
        while !rest.isEmpty {
            lines += rest.prefix(width) + [10]
            rest = rest.dropFirst(width)
        }
        return lines
    }

    @Test func `raw, hex, base64 and recordings are told apart`() throws {
        let first = frame(1)
        let second = frame(2)
        #expect(FrameFile(first).format == .raw)
        #expect(try frames(FrameFile(first)) == [first])

        let hex = FrameFile(Array("\(Bytes.hex(first))\r\n\n  \(Bytes.hex(second).uppercased())".utf8))
        #expect(hex.format == .hex)
        #expect(try frames(hex) == [first, second])

        let base64 = FrameFile(Array("\(Base64.encode(first))\n\(Base64.encode(second))\n".utf8))
        #expect(base64.format == .base64)
        #expect(try frames(base64) == [first, second])

        var lines: [UInt8] = []
        for bytes in [first, second] {
            RecordedFrame(milliseconds: 1, vin: "V", direction: .incoming, bytes: bytes).appendLine(to: &lines)
        }
        let recording = FrameFile(lines)
        #expect(recording.format == .recording)
        #expect(try frames(recording) == [first, second])
        #expect(recording.pieces[0].recorded?.vin == "V")
    }

    @Test func `bytes behind a frame as it is are told`() throws {
        let (first, second) = (frame(1), frame(2))
        let file = FrameFile(first + second)
        #expect(file.format == .raw)
        let surplus = FrameFile.Damage.surplus(offset: first.count, count: second.count)
        #expect(file.pieces.map(\.bytes) == [.success(first), .failure(surplus)])
        var content = FrameContent()
        var line: [UInt8] = []
        #expect(file.pieces[1].appendLine(&content, to: &line)?.offset == first.count)
        var ack: [UInt8] = []
        Envelope.appendAcknowledgement(txid: [0x74].span, topic: [0x56].span, to: &ack)
        #expect(FrameFile(ack + first).pieces.count == 2)
        #expect(FrameFile(ack).pieces.count == 1)
    }

    @Test func `what vehicles and servers of the corpus sent has nothing behind it`() throws {
        for area in Corpus.frameAreas {
            // Some of those that were damaged on purpose say less than they hold.
            for test in try Corpus.cases(area) where !test.name.hasPrefix("mutated") {
                for frame in test.frames ?? [] where Envelope.extent(of: frame.bytes.span) != nil {
                    #expect(Envelope.extent(of: frame.bytes.span) == frame.bytes.count, "\(test)")
                }
            }
        }
    }

    @Test func `the offset of a damaged frame is where the bad number stands`() throws {
        for start in [[0x25, 0xE5, 0xAB, 0xDB], [0xFF, 0xFF, 0xFF, 0x7F]] as [[UInt8]] {
            let (root, damage) = try decoded(start + [UInt8](repeating: 0x5A, count: 60))
            #expect(damage?.offset == 0)
            #expect(root["offset"]?.wholeNumber == 0)
        }
        var random = SeededRandom(seed: UInt64.random(in: 0 ... .max))
        let whole = frame(0)
        for _ in 0..<2000 {
            var bytes = whole
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                bytes[Int.random(in: bytes.indices, using: &random)] = UInt8.random(in: 0 ... .max, using: &random)
            }
            guard let offset = try decoded(bytes).damage?.offset else { continue }
            #expect((0..<bytes.count).contains(offset), "seed \(random.seed)")
        }
    }

    @Test func `a dump wrapped over several lines is one frame`() throws {
        let bytes = frame(0)
        #expect(try frames(FrameFile(wrapped(Bytes.hex(bytes), at: 60))) == [bytes])
        #expect(try frames(FrameFile(wrapped(Base64.encode(bytes), at: 76))) == [bytes])
    }

    @Test func `empty files have no frames, odd texts are named`() {
        #expect(FrameFile([]).pieces.isEmpty)
        #expect(FrameFile(Array(" \n\n".utf8)).pieces.count <= 1)
        let odd: Result<[UInt8], FrameFile.Damage> = .failure(.neitherHexNorBase64)
        #expect(FrameFile(Array("Zm9vY\n".utf8)).pieces.map(\.bytes) == [odd])
        let mixed = FrameFile(Array("00ff\n!?\nZm9vYg==\n".utf8))
        #expect(mixed.format == .hex)
        #expect(mixed.pieces.map(\.bytes) == [.success([0, 255]), odd, .success(Array("foob".utf8))])
    }

    private func decoded(_ bytes: [UInt8]) throws -> (root: JSONValue, damage: FrameDamage?) {
        var content = FrameContent()
        var line: [UInt8] = []
        let piece = FrameFile.Piece(number: 1, bytes: .success(bytes))
        let damage = piece.appendLine(&content, to: &line)
        #expect(line.last == 10 && line.count { $0 == 10 } == 1)
        return (try JSONReader.read(line).root, damage)
    }

    @Test func `the frame of a real car is shown in full`() throws {
        let hex = """
            1400000000000e001800140010000f00080004000e0000001400000058000000000000041000000014000000000000000000
            0000010000005600000020000000653532373431343263326234346566623834663336302d30303030303030303100000000
            1000200018001c00140010000c00040010000000cd9138109c01000014000000280000003800000002fc7c69600000001100
            000035594a3345314541304b463030303030300000000e00000076656869636c655f6465766963650000290000000a0d0804
            12092900000000000000000a0a080212060a0449646c65120c0882f8f3cb0610879494fa010000002000000076656869636c
            655f6465766963652e35594a3345314541304b4630303030303000000000
            """
        let bytes = try #require(try frames(FrameFile(Array(hex.utf8))).first)
        let (root, damage) = try decoded(bytes)
        #expect(damage == nil && bytes.count == 280)
        #expect(root["kind"]?.text == "record" && root["topic"]?.text == "V")
        #expect(root["txid"]?.text == "e5274142c2b44efb84f360-000000001")
        #expect(root["sender_id"]?.text == "vehicle_device.5YJ3E1EA0KF000000")
        #expect(root["created_at"]?.wholeNumber == 1_769_798_658)
        #expect(root["delivered_at_ms"]?.wholeNumber == 1_769_798_668_749)
        #expect(root["payload"]?["createdAt"]?.text == "2026-01-30T18:44:18.524618247Z")
        let data = try #require(root["payload"]?["data"]?.elements)
        #expect(data.map { $0["key"]?.text } == ["VehicleSpeed", "ChargeState"])
        #expect(data[1]["value"]?["stringValue"]?.text == "Idle")
    }

    @Test func `acks and refusals are shown as what they are`() throws {
        var ack: [UInt8] = []
        Envelope.appendAcknowledgement(txid: [0x74].span, topic: [0x56].span, to: &ack)
        #expect(try decoded(ack).root["kind"]?.text == "ack")
        var refusal: [UInt8] = []
        Envelope.appendError(txid: [0x74].span, to: &refusal)
        let (root, damage) = try decoded(refusal)
        #expect(damage == nil && root["kind"]?.text == "error")
        #expect(root["message"]?.text == "incorrect message format")
    }

    @Test func `a frame cut anywhere is damaged or says less, with the offset inside of it`() throws {
        let whole = frame(0)
        for end in 0..<whole.count {
            let (root, damage) = try decoded(Array(whole[..<end]))
            guard let damage else { continue }
            #expect(root["error"]?.text == damage.reason && !damage.reason.isEmpty)
            if let offset = damage.offset { #expect(root["offset"]?.wholeNumber == Int64(offset)) }
        }
        #expect(try decoded(Array(whole[..<(whole.count / 2)])).damage != nil)
    }

    @Test func `a payload that is no protobuf is told with its place in the frame`() throws {
        var bytes: [UInt8] = []
        let broken = StreamMessage(
            txid: Array("t".utf8),
            topic: Array("V".utf8),
            senderID: [],
            payload: [0x0A, 0x7F, 0x00],
            deviceType: [],
            deviceID: [],
            createdAtSeconds: 1
        )
        Envelope.appendStream(broken, to: &bytes)
        let (root, damage) = try decoded(bytes)
        let payload = try #require(try Envelope.read(bytes.span).stream?.payload)
        #expect(payload.contains(try #require(damage?.offset)))
        #expect(root["txid"]?.text == "t" && root["error"]?.text?.contains("cut off") == true)
    }

    @Test func `every frame of the corpus becomes one line of JSON, whatever it holds`() throws {
        for area in Corpus.frameAreas {
            for test in try Corpus.cases(area) {
                for frame in test.frames ?? [] { _ = try decoded(frame.bytes) }
            }
        }
    }
}
