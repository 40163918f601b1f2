import EnvelopeCodec
import TelemetryFixtures
import Testing

/// The reader against the reference, over every recorded frame. What differs is in ``excuses``.
struct ReferenceComparisonTests {
    @Test(arguments: Corpus.frameAreas)
    func `every recorded frame is judged as by the reference or is excused`(area: String) throws {
        for example in try Corpus.cases(area) {
            guard let frames = example.frames, frames.count == 1, frames[0].op ?? 2 == 2 else { continue }
            guard frames[0].fin ?? true, frames[0].rsv ?? 0 == 0 else { continue }
            let ours = Outcome(frames[0].bytes)
            let theirs = Outcome(of: example, ours: ours)
            if let excuse = excuses["\(area)/\(example.name)"] {
                #expect(ours == excuse.ours, "\(area)/\(example.name)")
                #expect(ours != theirs, "\(area)/\(example.name) needs no excuse any more")
            } else {
                #expect(ours == theirs, "\(area)/\(example.name)")
            }
        }
    }

    @Test func `every excuse names a recorded frame`() throws {
        for name in excuses.keys {
            let parts = name.split(separator: "/")
            #expect(try Corpus.cases(String(parts[0])).contains { $0.name == parts[1] }, "\(name)")
        }
    }

    @Test func `what is wrong with a damaged frame is said with its place`() throws {
        let cases = try Corpus.cases("envelope")
        for (name, expected) in reasons {
            let example = try #require(cases.first { $0.name == name })
            let bytes = try #require(example.frames)[0].bytes
            let error = #expect(throws: EnvelopeError.self) { try Envelope.read(bytes.span) }
            #expect(error?.description == expected, "\(name)")
        }
    }
}

extension Outcome {
    /// What the reference made of a frame, as far as its envelope alone decided it.
    ///
    /// - Parameter ours: an error answer does not say which topic was read; there ours is believed.
    init(of example: CorpusCase, ours: Outcome) {
        let answers = example.replies.filter { $0.op == 2 }
        let first = answers.first
        let (txid, topic) = (first?.txidBytes ?? [], first?.topicBytes ?? [])
        switch (answers.count, first?.kind, ours) {
        case (2, "ack"?, _): self = .acknowledge(txid: txid, topic: topic)
        case (_, "ack"?, _): self = .record(txid: txid, topic: topic)
        // An error with a txid came after the envelope was read: for the payload, or for the sender.
        case (_, "error"?, .record(_, let topic)) where !txid.isEmpty: self = .record(txid: txid, topic: topic)
        default: self = .refuse(txid: txid)
        }
    }
}
