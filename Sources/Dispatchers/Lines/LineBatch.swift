internal import JSONText
internal import TelemetryModel

/// The lines of a batch as one run of bytes, and what a write that ended early means for each of them.
///
/// A line that was cut is completed by the next attempt, so that readers of the file never meet half of it
/// followed by something else.
struct LineBatch {
    let bytes: [UInt8]
    /// Where each record's line ends.
    private let ends: [Int]

    /// - Parameters:
    ///   - torn: what an earlier attempt left unfinished; used when the records begin with that record.
    ///   - json: where the lines are written; nothing stands in it.
    ///   - append: writes a record's line with its newline, or a message.
    init(
        _ records: [Record],
        completing torn: TornLine?,
        to json: consuming JSONWriter,
        _ append: (Record, inout JSONWriter) -> Void
    ) {
        var ends: [Int] = []
        ends.reserveCapacity(records.count)
        for (index, record) in records.enumerated() {
            if index == 0, let torn, torn.record === record {
                json.append(lines: torn.rest)
            } else {
                append(record, &json)
            }
            ends.append(json.count)
        }
        self.ends = ends
        bytes = json.take()
    }

    /// Where the last line ends that fits, whole, between `start` and `start + room`; the end of the first line behind
    /// `start` when none does.
    ///
    /// - Parameter start: the end of a line, or 0.
    func end(fitting room: Int, from start: Int) -> Int {
        guard bytes.count - start > room else { return bytes.count }
        let limit = start + max(0, room)
        let beyond = ends.firstIndex { $0 > limit } ?? ends.count
        if beyond > 0, ends[beyond - 1] > start { return ends[beyond - 1] }
        return ends.first { $0 > start } ?? bytes.count
    }

    /// What it means that so many of the bytes were written.
    ///
    /// - Returns: how many lines are whole now, and the one that was cut, if any.
    func outcome(
        written: Int,
        of records: [Record],
        isContinuing torn: TornLine?
    ) -> (whole: Int, torn: TornLine?) {
        let whole = ends.firstIndex { $0 > written } ?? ends.count
        guard whole < ends.count else { return (whole, nil) }
        let start = whole == 0 ? 0 : ends[whole - 1]
        let earlier = torn.flatMap { whole == 0 && $0.record === records[0] ? $0 : nil }
        // Nothing of this line was written now; perhaps an earlier attempt wrote a part of it.
        guard written > start else { return (whole, earlier) }
        return (
            whole,
            TornLine(
                record: records[whole],
                writtenBytes: (earlier?.writtenBytes ?? 0) + written - start,
                rest: Array(bytes[written..<ends[whole]])
            )
        )
    }
}

/// A line of which only the beginning stands in the file.
struct TornLine {
    let record: Record
    let writtenBytes: Int
    /// With the newline.
    let rest: [UInt8]
}
