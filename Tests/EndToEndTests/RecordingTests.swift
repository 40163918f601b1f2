import Foundation
import Testing
import VehicleFixtures

/// What was recorded can be looked at and played again.
struct RecordingTests {
    /// What two files must agree on: all but the moment of receiving.
    private func essence(_ lines: [[String: Any]]) throws -> [String] {
        try lines.map { line in
            let rest = line.filter { $0.key != "received_at" }
            return String(
                decoding: try JSONSerialization.data(withJSONObject: rest, options: .sortedKeys),
                as: UTF8.self
            )
        }.sorted()
    }

    @Test func `a recording decodes to the records that were dispatched, and its replay gives them again`() throws {
        let shop = try Workshop()
        let recording = shop.path("recording.jsonl")
        let server = try shop.serve(nil, ["--record", recording])
        let simulated = try Child.run([
            "simulate", "--host", "127.0.0.1", "--port", "\(shop.port)", "--ca", shop.files.authorityPath,
            "--certs", shop.folder, "--vehicles", "3", "--rate", "20", "--seconds", "1", "--json",
        ])
        #expect(simulated.code == 0, "\(simulated.error)")
        server.send(.terminate)
        #expect(try server.exitCode() == 0)
        let first = try shop.recordedLines()
        #expect(!first.isEmpty)

        let decoded = try Child.run(["decode", recording])
        #expect(decoded.code == 0, "\(decoded.error)")
        let frames = try Workshop.objects(decoded.output)
        let records = frames.filter { $0["kind"] as? String == "record" }
        let acks = frames.filter { $0["kind"] as? String == "ack" }
        let txids = first.compactMap { $0["txid"] as? String }.sorted()
        #expect(records.compactMap { $0["txid"] as? String }.sorted() == txids)
        #expect(acks.compactMap { $0["txid"] as? String }.sorted() == txids)
        #expect(records.allSatisfy { $0["direction"] as? String == "in" })
        #expect(acks.allSatisfy { $0["direction"] as? String == "out" })

        let again = try Workshop()
        let second = try again.serve()
        let replayed = try Child.run([
            "replay", recording, "--host", "127.0.0.1", "--port", "\(again.port)", "--ca", again.files.authorityPath,
            "--certs", again.folder, "--speed", "100", "--json",
        ])
        #expect(replayed.code == 0, "\(replayed.error)")
        #expect(try Workshop.objects(replayed.output).last?["lost"] as? Int == 0)
        second.send(.terminate)
        #expect(try second.exitCode() == 0)
        let (before, after) = (try essence(first), try essence(again.recordedLines()))
        #expect(after.count == before.count)
        if let (old, new) = zip(before, after).first(where: { $0 != $1 }) { Issue.record("\(old) became \(new)") }
    }

    @Test func `a damaged frame is told with offset and reason, and the next one follows`() throws {
        let shop = try Workshop()
        let good = Workshop.frame("whole", speed: 1)
        var damaged = good
        damaged[0] = 0xFF
        damaged[1] = 0xFF
        let text = [good, damaged, Array(good.prefix(30)), good].map { Data($0).base64EncodedString() }
        let path = try shop.write(text.joined(separator: "\n"), to: "frames.txt")
        let (code, output, error) = try Child.run(["decode", path])
        #expect(code == 1)
        let lines = try Workshop.objects(output)
        #expect(lines.map { $0["txid"] as? String } == ["whole", nil, nil, "whole"])
        for line in lines[1...2] {
            #expect(line["offset"] is Int)
            #expect((line["error"] as? String)?.isEmpty == false)
        }
        #expect(error.contains("\(path): frame 2 at byte "))
        #expect(error.contains("2 of 4 frames"))
    }

    @Test func `decode reads frames as they are, in hex, and from standard input`() throws {
        let shop = try Workshop()
        let frame = Workshop.frame("any-form", speed: 7.25)
        try Data(frame).write(to: URL(filePath: shop.path("frame.bin")))
        let hex = frame.map { String(format: "%02x", $0) }.joined()
        let answers = [
            try Child.run(["decode", shop.path("frame.bin")]),
            try Child.run(["decode", "-"], input: frame),
            try Child.run(["decode", "-"], input: Array(hex.utf8)),
            try Child.run(["decode", "-"], input: Array(Data(frame).base64EncodedString().utf8)),
        ]
        for answer in answers {
            #expect(answer.code == 0, "\(answer.error)")
            #expect(try Workshop.objects(answer.output).first?["txid"] as? String == "any-form")
        }
        let empty = try Child.run(["decode", "-"])
        #expect(empty.code == 1)
        #expect(empty.error.contains("no frames in it"))
    }
}
