internal import JSONText
package import TelemetryModel

/// What rules found in a record, for outputs that include it: a member
/// `"findings":[{"category":"Driving","field":"VehicleSpeed","outcome":"observed","rule":"out_of_range"}]`, without
/// `category` and `field` when a finding is about the whole record, and `"findings_omitted":7` when there were more.
/// Nothing for a record without findings.
package enum FindingsText {
    /// Writes the members behind others of an object.
    static func append(membersOf record: Record, to json: inout JSONWriter) {
        guard let findings = record.findings else { return }
        json.key("findings")
        append(findings, to: &json)
        if findings.omitted > 0 { json.member("findings_omitted", findings.omitted) }
    }

    /// Writes the list.
    static func append(_ findings: RecordFindings, to output: inout some LoggerOutput) {
        output.beginList()
        for finding in findings.list {
            output.beginMap()
            if let field = finding.field {
                output.key("category")
                output.text(field.category.name)
                output.key("field")
                output.text(field.name ?? "Field_\(field.number)")
            }
            output.key("outcome")
            output.text(finding.outcome.name)
            output.key("rule")
            output.text(finding.rule.name)
            output.endMap()
        }
        output.endList()
    }

    /// The list alone, as text.
    static func json(_ findings: RecordFindings) -> String {
        var json = JSONWriter()
        append(findings, to: &json)
        return String(decoding: json.take(), as: UTF8.self)
    }

    /// Puts the members at the end of a JSON object, or of the object that ends it.
    ///
    /// - Parameter depth: how many objects end with the text beside the one that is meant.
    package static func insert(membersOf record: Record, into object: [UInt8], depth: Int = 0) -> [UInt8] {
        guard record.findings != nil, object.count > depth + 2,
            object.suffix(depth + 1).allSatisfy({ $0 == UInt8(ascii: "}") })
        else { return object }
        var json = JSONWriter()
        json.beginObject()
        append(membersOf: record, to: &json)
        let members = json.take().dropFirst()
        let end = object.count - depth - 1
        let separator: [UInt8] = object[end - 1] == UInt8(ascii: "{") ? [] : [UInt8(ascii: ",")]
        return object[..<end] + separator + members + object[end...]
    }
}
