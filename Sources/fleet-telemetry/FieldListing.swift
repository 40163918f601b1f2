internal import CommandLineInterface
internal import JSONText
internal import TelemetryModel

/// Fields of the catalogue as `fields` shows them.
struct FieldListing {
    let fields: [FieldFacts]

    init(_ fields: [FieldFacts]) {
        self.fields = fields
    }

    /// A line for each field.
    var table: String {
        var table = TextTable([
            ("NUMBER", .right), ("NAME", .left), ("CATEGORY", .left), ("KIND", .left), ("UNIT", .left),
            ("RANGE", .left),
            ("STATUS", .left),
        ])
        for facts in fields {
            table.append([
                String(facts.number), facts.name, facts.category.name, facts.kind?.name ?? "", facts.unit?.symbol ?? "",
                facts.range.map { Self.text(of: $0) } ?? "", facts.status == .active ? "" : facts.status.rawValue,
            ])
        }
        return table.text
    }

    /// Everything about each field, with an empty line between two.
    var descriptions: String {
        fields.map { Self.description(of: $0) }.joined(separator: "\n")
    }

    private static func description(of facts: FieldFacts) -> String {
        var rows = [("category", facts.category.name)]
        let kinds = [facts.kind, facts.otherKind].compactMap { $0 }
        rows.append(("kind", kinds.isEmpty ? "unknown" : kinds.map(\.name).joined(separator: " or ")))
        rows.append(("typed value", kinds.map(\.memberName).joined(separator: " or ")))
        rows.append(("legacy text", legacyText(of: facts)))
        rows.append(("unit", facts.unit.map { $0.symbol + (facts.isUnitCertain ? "" : " (uncertain)") } ?? ""))
        rows.append(("range", facts.range.map { "\(text(of: $0)) (\($0.certainty.rawValue))" } ?? ""))
        rows.append(("minimum firmware", facts.minimumFirmware))
        rows.append(("scope", ([FieldFacts.usualScope] + [facts.extraScope].compactMap { $0 }).joined(separator: ", ")))
        rows.append(("status", facts.status.rawValue + (facts.isSemiOnly ? ", Semi only" : "")))
        rows.append(("certainty", facts.certainty.rawValue))
        let lines = rows.filter { !$0.1.isEmpty }.map { name, text in
            "  \(name)" + String(repeating: " ", count: 18 - name.count) + text + "\n"
        }
        return "\(facts.name) (\(facts.number)): \(facts.summary)\n" + lines.joined()
    }

    private static func legacyText(of facts: FieldFacts) -> String {
        switch facts.legacyText {
        case .decimal: "a decimal number"
        case .boolean: "true or false"
        case .name: "a name without its prefix"
        case .doors: "open doors joined by |"
        case .text: "any text"
        case nil: facts.kind == nil ? "" : "none: always typed"
        }
    }

    private static func text(of range: FieldRange) -> String {
        let semi = range.highestOfSemi.map { ", Semi \(number($0))" } ?? ""
        return "\(number(range.lowest))...\(number(range.highest))\(semi)"
    }

    /// Without a point where nothing stands behind it.
    private static func number(_ value: Double) -> String {
        var json = JSONWriter()
        json.number(value)
        return String(decoding: json.take(), as: UTF8.self)
    }

    /// A JSON object for each field; what is not known is left out.
    var jsonLines: [UInt8] {
        var json = JSONWriter(reservingCapacity: 400 * fields.count)
        for facts in fields {
            write(facts, to: &json)
            json.endLine()
        }
        return json.take()
    }

    private func write(_ facts: FieldFacts, to json: inout JSONWriter) {
        json.beginObject()
        json.member("number", Int64(facts.number))
        json.member("name", facts.name)
        json.member("category", facts.category.name)
        if let kind = facts.kind {
            json.key("kinds")
            json.beginArray()
            for kind in [kind, facts.otherKind].compactMap({ $0 }) { json.string(kind.name) }
            json.endArray()
            json.member("typed_value", kind.memberName)
        }
        if let text = facts.legacyText { json.member("legacy_text", text.rawValue) }
        if let unit = facts.unit {
            json.member("unit", unit.symbol)
            json.member("unit_certain", facts.isUnitCertain)
        }
        if let range = facts.range {
            json.member("minimum", range.lowest)
            json.member("maximum", range.highest)
            if let semi = range.highestOfSemi { json.member("maximum_semi", semi) }
            json.member("range_certainty", range.certainty.rawValue)
        }
        if !facts.minimumFirmware.isEmpty { json.member("minimum_firmware", facts.minimumFirmware) }
        json.member("semi_only", facts.isSemiOnly)
        json.member("status", facts.status.rawValue)
        json.key("scopes")
        json.beginArray()
        json.string(FieldFacts.usualScope)
        if let scope = facts.extraScope { json.string(scope) }
        json.endArray()
        json.member("certainty", facts.certainty.rawValue)
        json.member("description", facts.summary)
        json.endObject()
    }
}
