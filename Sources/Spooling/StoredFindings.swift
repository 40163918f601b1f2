internal import TelemetryModel

/// Findings as they lie on disk, see ``StoredRecord``.
enum StoredFindings {
    static func append(_ findings: RecordFindings, to buffer: inout [UInt8]) {
        var block: [UInt8] = []
        block.appendVarint(UInt(findings.omitted))
        for finding in findings.list {
            block.append(finding.rule.rawValue)
            block.append(finding.outcome.rawValue)
            // 0 stands for the whole record, so the field with the number -1, which nobody has, is not told from it.
            block.appendVarint(UInt(finding.field.map { UInt32(bitPattern: $0.number) &+ 1 } ?? 0))
        }
        buffer.appendVarint(UInt(block.count))
        buffer += block
    }

    /// Rules and outcomes that this program does not know count as left out.
    ///
    /// - Returns: nil when the bytes are no findings.
    static func read(_ bytes: [UInt8], _ range: Range<Int>) -> RecordFindings? {
        var fields = ByteFieldReader(range)
        // No record has room for so many, and whatever is added to them fits.
        guard let left = fields.varint(bytes), left <= UInt64(UInt32.max) else { return nil }
        var omitted = Int(left)
        var list: [RecordFinding] = []
        while fields.remaining > 0 {
            guard let rule = fields.byte(bytes), let outcome = fields.byte(bytes),
                let field = fields.varint(bytes).flatMap(UInt32.init(exactly:))
            else { return nil }
            if let rule = RecordRule(rawValue: rule), let outcome = RecordFinding.Outcome(rawValue: outcome) {
                let number = field == 0 ? nil : Field(number: Int32(bitPattern: field &- 1))
                list.append(RecordFinding(rule: rule, field: number, outcome: outcome))
            } else {
                omitted += 1
            }
        }
        return RecordFindings(list, omitted: omitted)
    }
}
