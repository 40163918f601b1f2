internal import ConfigurationSchema
package import JSONText
internal import OpenSSLTransport
package import TextCodec

extension CredentialExplanation {
    /// For people; ends with a newline.
    package func text(_ style: TextStyle) -> String {
        var lines = [style.heading(source.withVisibleControls)]
        lines += facts.compactMap { fact in fact.text.map { Self.line(fact.label, $0, style) } }
        for (index, piece) in pieces.enumerated() {
            lines.append("\(index + 1). \(style.heading(piece.kind.withVisibleControls))")
            lines += piece.facts.compactMap { fact in fact.text.map { Self.line(fact.label, $0, style) } }
            for role in piece.roles { lines.append(Self.line("can be", role.words, style)) }
            lines += piece.remarks.map { "   \($0.line(style))" }
        }
        if !order.isEmpty { lines.append("order: \(order)") }
        lines += remarks.map { $0.line(style) }
        if let authorityText { lines.append("for the vehicles: \"ca\": \(authorityText)") }
        return lines.joined(separator: "\n") + "\n"
    }

    /// The text for the vehicles' configuration, as a JSON string, when there is nothing but authorities for them.
    private var authorityText: String? {
        let texts = pieces.map { piece in
            piece.roles == [.authorityForVehicles] ? piece.facts.first { $0.name == "pem" }?.value : nil
        }
        guard !texts.isEmpty, texts.allSatisfy({ $0 != nil }) else { return nil }
        var pem = ""
        for case .text(let text)? in texts { pem += text }
        var writer = JSONWriter()
        writer.string(pem)
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    private static func line(_ label: String, _ text: String, _ style: TextStyle) -> String {
        let padding = String(repeating: " ", count: max(0, labelWidth - label.count))
        return "   \(style.faint(label))\(padding)  \(text.withVisibleControls)"
    }

    private static let labelWidth = 11

    /// For scripts: one object.
    package func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("source", source)
        for fact in facts { fact.write(to: &writer) }
        writer.key("pieces")
        writer.beginArray()
        for piece in pieces {
            writer.beginObject()
            writer.member("kind", piece.kind)
            for fact in piece.facts { fact.write(to: &writer) }
            writer.member("roles", piece.roles.map(\.name))
            writer.key("remarks")
            writer.beginArray()
            for remark in piece.remarks { remark.write(to: &writer) }
            writer.endArray()
            writer.endObject()
        }
        writer.endArray()
        if !order.isEmpty { writer.member("order", order) }
        writer.key("remarks")
        writer.beginArray()
        for remark in remarks { remark.write(to: &writer) }
        writer.endArray()
        writer.endObject()
    }
}
