internal import Dispatching
internal import JSONText
internal import LinuxSystem
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
    ///   - torn: what an earlier attempt left unfinished; used when the batch begins with that record.
    ///   - json: where the lines are written; nothing stands in it.
    ///   - append: writes a record's line without its newline.
    init(
        _ batch: RecordBatch,
        completing torn: TornLine?,
        to json: consuming JSONWriter,
        _ append: (Record, inout JSONWriter) -> Void
    ) {
        var ends: [Int] = []
        ends.reserveCapacity(batch.records.count)
        for (index, record) in batch.records.enumerated() {
            if index == 0, let torn, torn.record === record {
                json.append(lines: torn.rest)
            } else {
                append(record, &json)
                json.endLine()
            }
            ends.append(json.count)
        }
        self.ends = ends
        bytes = json.take()
    }

    /// - Returns: the outcome of each record, and the line that was cut, if any.
    func report(
        _ progress: AppendProgress,
        of batch: RecordBatch,
        isContinuing torn: TornLine?,
        failure: (SystemCallError) -> DispatcherFailure
    ) -> (DeliveryReport, TornLine?) {
        guard let error = progress.error else { return (DeliveryReport(all: .delivered, of: batch), nil) }
        let whole = ends.firstIndex { $0 > progress.written } ?? ends.count
        let report = DeliveryReport(delivered: whole, rest: .retry(failure(error)), of: batch)
        guard whole < ends.count else { return (report, nil) }
        let start = whole == 0 ? 0 : ends[whole - 1]
        let isTorn = progress.written > start
        if !isTorn {
            // Nothing of this line was written now; perhaps an earlier attempt wrote a part of it.
            let stays = torn.map { $0.record === batch.records[whole] } ?? false
            return (report, stays ? torn : nil)
        }
        let earlier = torn.map { $0.record === batch.records[whole] ? $0.writtenBytes : 0 } ?? 0
        return (
            report,
            TornLine(
                record: batch.records[whole],
                writtenBytes: earlier + progress.written - start,
                rest: Array(bytes[progress.written..<ends[whole]])
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
