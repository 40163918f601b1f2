internal import JSONText

extension SettingReader {
    /// The members of an object whose names the operator chose; repeated names are reported and lose.
    mutating func members(of value: JSONValue, at path: String, reason: String) -> [JSONMember] {
        guard let members = value.members else {
            report(
                .wrongType,
                at: path,
                problem: "expected an object, found \(value.kind)",
                reason: reason,
                remedy: "write { \"name\": ... }",
                position: value.position
            )
            return []
        }
        var seen: [String: JSONPosition] = [:]
        return members.filter { member in
            guard let first = seen[member.name] else {
                seen[member.name] = member.namePosition
                return true
            }
            report(
                .duplicateKey,
                at: settingPath(path, member.name),
                problem: "given twice, first at \(first)",
                reason: "Only one of the two values can be meant.",
                remedy: "remove one",
                position: member.namePosition
            )
            return false
        }
    }

    mutating func text(in value: JSONValue, at path: String, reason: String) -> String? {
        if let text = value.text { return text }
        report(
            .wrongType,
            at: path,
            problem: "expected text, found \(shown(value))",
            reason: reason,
            remedy: value.numberText.map { "write \"\($0)\", with quotes" } ?? "write a text in double quotes",
            position: value.position
        )
        return nil
    }

    mutating func texts(
        in value: JSONValue,
        at path: String,
        single: Bool,
        check: @Sendable (String) -> TextComplaint?,
        reason: String
    ) -> [String] {
        if single, let text = value.text { return [text] }
        guard let elements = value.elements else {
            report(
                .wrongType,
                at: path,
                problem: "expected \(single ? "text or " : "")a list of texts, found \(shown(value))",
                reason: reason,
                remedy: value.text.map { "write [\"\($0)\"]" } ?? "write [\"...\"]",
                position: value.position
            )
            return []
        }
        var texts: [String] = []
        for (index, element) in elements.enumerated() {
            let inner = "\(path)[\(index)]"
            note(element.position, of: inner)
            guard let text = text(in: element, at: inner, reason: reason) else { continue }
            texts.append(text)
            guard let complaint = check(text) else { continue }
            report(
                complaint.code,
                at: inner,
                severity: complaint.severity,
                problem: complaint.problem,
                reason: reason,
                remedy: complaint.remedy,
                position: element.position
            )
        }
        return texts
    }
}
