extension Tables {
    /// `FieldCatalogue+Fields.swift`: a row for each field that the proto has.
    static func fieldFacts(_ catalogue: FieldCatalogue, _ data: ProtoFile) throws -> String {
        let fields = try data.enumType("Field").values
        for (field, row) in zip(fields, catalogue.rows) where field.name != row[.name] || field.number != row.number {
            throw ProtoProblem.missing("line for field \(field.number) \(field.name) in field_catalogue.csv")
        }
        guard fields.count == catalogue.rows.count else {
            throw ProtoProblem.missing("line in field_catalogue.csv for each field of the proto, and no other")
        }
        for (index, row) in catalogue.rows.enumerated() where row.number != index {
            throw ProtoProblem.missing("field with the number \(index), which the table is looked up by")
        }
        let members = try data.message("Value").members
        let rows = try catalogue.rows.map { row in try rowText(row, members) }
        let summaries = catalogue.rows.map { "        \"\($0[.description].escaped)\"," }
        return head("proto/field_catalogue.csv") + """
            extension FieldCatalogue {
                /// In the order of their numbers.
                static let rows: [FieldFacts] = [
            \(rows.joined(separator: "\n"))
                ]

                /// What each field says, in the same order.
                static let summaries: [String] = [
            \(summaries.joined(separator: "\n"))
                ]
            }

            """
    }

    private static func rowText(_ row: FieldCatalogue.Row, _ members: [ProtoFile.Member]) throws -> String {
        var arguments = [String(row.number), try category(row)]
        if !row[.kind].isEmpty { arguments.append(try kind(row[.kind], members)) }
        if !row[.also].isEmpty { arguments.append("also: " + (try kind(row[.also], members))) }
        if !row[.legacyText].isEmpty { arguments.append("text: .\(row[.legacyText])") }
        arguments += try unit(row)
        if !row[.min].isEmpty || !row[.max].isEmpty { arguments.append("range: " + (try range(row))) }
        if row[.minFirmware] != programmeMinimum { arguments.append("since: \"\(row[.minFirmware].escaped)\"") }
        if row[.semiOnly] == "yes" { arguments.append("semiOnly: true") }
        if row[.status] != "active" { arguments.append("status: .\(row[.status])") }
        if !row[.scope].isEmpty { arguments.append("scope: \"\(row[.scope].escaped)\"") }
        arguments.append(try certainty(row))
        let line = "        FieldFacts(\(arguments.joined(separator: ", "))),"
        guard line.count > 120 else { return line }
        let parts = arguments.map { "            \($0)" }.joined(separator: ",\n")
        return "        FieldFacts(\n\(parts)\n        ),"
    }

    /// What streaming itself needs: the default of `FieldFacts`, which most fields have.
    private static let programmeMinimum = "2023.20.6 legacy / 2024.26 current"

    /// A field that no list names is of category Default.
    private static func category(_ row: FieldCatalogue.Row) throws -> String {
        switch row[.category] {
        case "Driving": ".driving"
        case "Charging": ".charging"
        case "Default", "": ".default"
        default: throw ProtoProblem.missing("category \(row[.category]) of \(row[.name])")
        }
    }

    /// - Parameter name: a kind of ours, or the name of an enum that a member of `Value` has.
    private static func kind(_ name: String, _ members: [ProtoFile.Member]) throws -> String {
        if ["boolean", "integer", "real", "timestamp", "text", "time", "location", "doors", "tires"].contains(name) {
            return ".\(name)"
        }
        let tags = members.filter { $0.type == name }.map(\.number)
        guard tags.count == 1 else { throw ProtoProblem.missing("member of Value that alone has the type \(name)") }
        return ".choice(ChoiceKind(tag: \(tags[0])))"
    }

    private static let units = [
        "mph": "milePerHour", "mi": "mile", "V": "volt", "A": "ampere", "%": "percent", "kOhm": "kiloohm",
        "degC": "degreeCelsius", "rpm": "revolutionPerMinute", "Nm": "newtonMetre", "deg": "degree",
        "kWh": "kilowattHour", "kW": "kilowatt", "h": "hour", "min": "minute", "ms": "millisecond",
        "m/s^2": "metrePerSecondSquared", "bar": "bar", "mi/h": "mileOfRangePerHour", "m": "metre",
        "epoch s": "epochSecond",
    ]

    private static func unit(_ row: FieldCatalogue.Row) throws -> [String] {
        guard !row[.unit].isEmpty else { return [] }
        guard let unit = units[row[.unit]] else { throw ProtoProblem.missing("unit \(row[.unit]) of \(row[.name])") }
        return switch row[.unitCertainty] {
        case "certain": ["unit: .\(unit)"]
        case "guess", "conflicting": ["unit: .\(unit)", "isUnitCertain: false"]
        default: throw ProtoProblem.missing("unit certainty \(row[.unitCertainty]) of \(row[.name])")
        }
    }

    private static func range(_ row: FieldCatalogue.Row) throws -> String {
        let basis = row[.rangeCertainty]
        guard let low = Double(row[.min]), let high = Double(row[.max]), low <= high,
            ["documented", "observed", "guess"].contains(basis)
        else { throw ProtoProblem.missing("range with a certainty of \(row[.name])") }
        let semi = row[.semiMax].isEmpty ? "" : ", semi: \(row[.semiMax])"
        return ".init(\(row[.min]), \(row[.max]), .\(basis)\(semi))"
    }

    /// The first word says which; what follows it in the file is for people.
    private static func certainty(_ row: FieldCatalogue.Row) throws -> String {
        let text = row[.certainty]
        if text.isEmpty { return ".unknown" }
        if text.hasPrefix("documented") { return ".documented" }
        for known in ["observed", "guess", "conflict"] where text.hasPrefix(known) {
            return known == "conflict" ? ".conflicting" : ".\(known)"
        }
        throw ProtoProblem.missing("certainty \(text) of \(row[.name])")
    }
}

extension String {
    /// As it stands between the quotes of a Swift literal.
    fileprivate var escaped: String {
        reduce(into: "") { text, character in
            if character == "\"" || character == "\\" { text.append("\\") }
            text.append(character)
        }
    }
}
