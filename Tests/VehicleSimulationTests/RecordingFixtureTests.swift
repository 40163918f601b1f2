import EnvelopeCodec
import Foundation
import JSONText
import LinuxSystem
import TelemetryFixtures
import Testing
import VehicleSimulation

/// `Tests/Fixtures/recordings` holds what ``DemoRecording`` makes, and frames of the corpus that the reference acked.
///
/// After a change on purpose, write it anew: `FLEET_TELEMETRY_WRITE_FIXTURES=1 swift test --filter RecordingFixture`.
struct RecordingFixtureTests {
    private static let path = Fixtures.url("recordings/drive-charge-park.jsonl").path

    private static func expected() throws -> [UInt8] {
        var text: [UInt8] = []
        let demo = DemoRecording.frames()
        for frame in demo { frame.appendLine(to: &text) }
        var moment = demo.last?.milliseconds ?? 0
        for frame in try corpusFrames() {
            moment += 250
            RecordedFrame(milliseconds: moment, vin: "5YJ3E1EA7KF000316", direction: .incoming, bytes: frame)
                .appendLine(to: &text)
        }
        return text
    }

    /// Small single frames of cases in which every reply was an ack.
    private static func corpusFrames() throws -> [[UInt8]] {
        try ["alerts", "errors", "values", "location", "scientific", "numbers"].flatMap { area in
            try Corpus.cases(area).filter { test in
                test.client_cn == "5YJ3E1EA7KF000316" && test.replies.count == 1 && test.replies[0].kind == "ack"
            }
            .compactMap { $0.frames?.count == 1 ? $0.frames?[0].bytes : nil }
            .filter { $0.count < 700 && !Set($0).isEmpty }.prefix(6)
        }
    }

    @Test func `the recording is what the generator makes`() throws {
        let expected = try Self.expected()
        if ProcessInfo.processInfo.environment["FLEET_TELEMETRY_WRITE_FIXTURES"] != nil {
            try Files.makeDirectories(Fixtures.url("recordings").path)
            try Files.write(expected, to: Self.path, mode: 0o644)
        }
        let found = try Files.read(Self.path, limitBytes: 1 << 20)
        #expect(found == expected, "the recording is not current; see the comment in this file")
        #expect(found.count < 200_000)
    }

    @Test func `every frame of the recording can be read, and says what it should`() throws {
        let file = FrameFile(try Files.read(Self.path, limitBytes: 1 << 20))
        #expect(file.format == .recording && file.pieces.count > 400)
        var content = FrameContent()
        var kinds: [String: Int] = [:]
        for piece in file.pieces {
            var line: [UInt8] = []
            #expect(piece.appendLine(&content, to: &line) == nil)
            let root = try JSONReader.read(line).root
            kinds[root["kind"]?.text ?? "", default: 0] += 1
            if root["kind"]?.text == "record" { #expect(root["payload"]?.members != nil) }
        }
        #expect(kinds["record"] ?? 0 >= 230 && kinds["ack"] == 210 && kinds.count == 2, "\(kinds)")
    }

    @Test func `the demo's VINs are fictional and play their own part`() {
        let frames = DemoRecording.frames()
        #expect(frames == DemoRecording.frames())
        #expect(Set(frames.map(\.vin)) == Set(DemoRecording.vins))
        #expect(zip(frames, frames.dropFirst()).allSatisfy { $0.milliseconds <= $1.milliseconds })
    }
}
