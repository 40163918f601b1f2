internal import EnvelopeCodec
internal import PayloadCodec
internal import ServerAssembly
internal import TelemetryModel
internal import VehicleSimulation

/// Records from a file in any of the forms that people keep them in.
struct ValidationInput {
    private let bytes: [UInt8]
    private(set) var records = 0
    private(set) var damaged = 0

    /// The earliest time of a recording that counts from 1970; smaller ones count from its beginning.
    private static let earliestMilliseconds: Int64 = 100_000_000_000
    /// Faults that are told one by one; more are only counted.
    private static let complaintLimit = 20

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// Judges all of them.
    ///
    /// - Parameter complain: gets what is wrong with a piece that is no record.
    mutating func judge(by run: inout ValidationRun, _ complain: (String) -> Void) {
        if holdsDecodedRecords {
            judgeLines(&run, complain)
        } else {
            judgeFrames(&run, complain)
        }
        if damaged > Self.complaintLimit { complain("\(damaged - Self.complaintLimit) more are damaged") }
    }

    private mutating func note(_ fault: String, _ complain: (String) -> Void) {
        damaged += 1
        if damaged <= Self.complaintLimit { complain(fault) }
    }

    // MARK: Decoded records

    /// Whether the first line is a JSON object that is no line of a recording.
    private var holdsDecodedRecords: Bool {
        guard let first = bytes.first(where: { $0 > 0x20 }), first == UInt8(ascii: "{") else { return false }
        let line = bytes.split(separator: UInt8(ascii: "\n"), maxSplits: 1).first ?? []
        var recording = RecordingReader(Array(line))
        if case .success? = recording.next() { return false }
        do throws(DecodedRecord.Fault) {
            _ = try DecodedRecord(Array(line))
            return true
        } catch {
            return false
        }
    }

    private mutating func judgeLines(_ run: inout ValidationRun, _ complain: (String) -> Void) {
        var number = 0
        for line in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            number += 1
            guard line.contains(where: { $0 > 0x20 }) else { continue }
            do throws(DecodedRecord.Fault) {
                guard let record = try DecodedRecord(Array(line)) else { continue }
                run.judge(record)
                records += 1
            } catch {
                note("line \(number): \(error)", complain)
            }
        }
    }

    // MARK: Frames

    private mutating func judgeFrames(_ run: inout ValidationRun, _ complain: (String) -> Void) {
        for piece in FrameFile(bytes).pieces {
            if piece.recorded?.direction == .outgoing { continue }
            switch piece.bytes {
            case .failure(.line(let error)): note(error.description, complain)
            case .failure(.neitherHexNorBase64): note("frame \(piece.number) is neither hex nor base64", complain)
            case .failure(.surplus(let offset, let count)):
                note("\(count) bytes from byte \(offset) on belong to no frame", complain)
            case .success(let frame):
                do {
                    if try judge(frame, piece.recorded, &run) { records += 1 }
                } catch {
                    note("frame \(piece.number): \(error)", complain)
                }
            }
        }
    }

    /// - Returns: false for what is no record: acks, errors, unknown kinds.
    private func judge(_ frame: [UInt8], _ recorded: RecordedFrame?, _ run: inout ValidationRun) throws -> Bool {
        let envelope = try Envelope.read(frame.span)
        guard let stream = envelope.stream else { return false }
        func text(_ range: Range<Int>) -> String { String(decoding: frame[range], as: UTF8.self) }
        // The server's own refusals have neither topic nor sender.
        let topic = text(envelope.topic)
        let sender = text(stream.senderID)
        guard !topic.isEmpty || !sender.isEmpty else { return false }
        let named = sender.firstIndex(of: ".").map { String(sender[sender.index(after: $0)...]) } ?? sender
        let time = recorded.flatMap { $0.milliseconds >= Self.earliestMilliseconds ? $0.milliseconds : nil }
        try run.judge(
            frame.span.extracting(stream.payload),
            type: RecordType(topic: topic),
            vin: VIN(recorded?.vin ?? named),
            receivedAt: time.map { UnixMilliseconds(rawValue: $0) }
        )
        return true
    }
}
