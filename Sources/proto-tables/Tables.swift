/// The Swift files that are made from `proto/`.
package struct Tables {
    /// File name (in `Sources/TelemetryModel/Generated`) and text of each.
    package private(set) var files: [(name: String, text: String)] = []

    /// - Parameter read: gives the text of a file of `proto/` by its name.
    package init(reading read: (String) throws -> String) throws {
        let data = try ProtoFile(text: read("vehicle_data.proto"))
        let alerts = try ProtoFile(text: read("vehicle_alert.proto"))
        let connectivity = try ProtoFile(text: read("vehicle_connectivity.proto"))
        let catalogue = try FieldCatalogue(text: read("field_catalogue.csv"))
        files = [
            ("FieldNames.swift", try Self.fieldNames(data)),
            ("NumericFields.swift", Self.numericFields(catalogue)),
            ("FieldCatalogue+Fields.swift", try Self.fieldFacts(catalogue, data)),
            ("ChoiceNames.swift", try Self.choiceNames(data)),
            ("EventNames.swift", try Self.eventNames(alerts: alerts, connectivity: connectivity)),
        ]
    }

    static func head(_ source: String) -> String {
        "// Made from \(source) by `make generate`. Don't edit.\n\n"
    }

    private static func fieldNames(_ data: ProtoFile) throws -> String {
        let names = try dense(data.enumType("Field"))
        return head("proto/vehicle_data.proto") + """
            extension Field {
                /// The name by which configurations and outputs know the field; nil for numbers newer than this build.
                @inlinable
                package var name: String? {
                    guard number >= 0, Int(number) < Self.names.count else { return nil }
                    let name = Self.names[Int(number)]
                    return name.isEmpty ? nil : name
                }

                /// The field of a name, spelled exactly; nil when no field is called so.
                package init?(name: String) {
                    guard let number = Self.numbers[name] else { return nil }
                    self.init(number: number)
                }

                private static let numbers = Dictionary(
                    uniqueKeysWithValues: names.enumerated().lazy.filter { !$1.isEmpty }.map { ($1, Int32($0)) }
                )

                /// By number; empty where no field has the number.
                @usableFromInline static let names: [String] = [
            \(list(names, indent: 8))
                ]
            }

            """
    }

    private static func numericFields(_ catalogue: FieldCatalogue) -> String {
        var words = [UInt64](repeating: 0, count: (catalogue.rows.map(\.number).max() ?? 0) / 64 + 1)
        for row in catalogue.rows where row.isNumeric { words[row.number / 64] |= 1 << UInt64(row.number % 64) }
        let literals = words.map { word in
            let digits = String(word, radix: 16)
            return "        0x" + String(repeating: "0", count: 16 - digits.count) + digits + ","
        }
        return head("proto/field_catalogue.csv") + """
            extension Field {
                /// Whether the field's value is a number (a time in seconds is one), whatever member it is sent in.
                @inlinable
                package var isNumeric: Bool {
                    guard number >= 0, Int(number) < Self.numeric.count * 64 else { return false }
                    return Self.numeric[Int(number) / 64] >> UInt64(number % 64) & 1 == 1
                }

                /// Bit n % 64 of word n / 64 stands for field n.
                @usableFromInline static let numeric: [UInt64] = [
            \(literals.joined(separator: "\n"))
                ]
            }

            """
    }

    private static func choiceNames(_ data: ProtoFile) throws -> String {
        let members = try data.message("Value").members
        let last = members.map(\.number).max() ?? 0
        var proto = [String](repeating: "", count: last + 1)
        var camel = proto
        var types = proto
        var starts = [0]
        var values: [String] = []
        for tag in 0...last {
            if let member = members.first(where: { $0.number == tag }), let type = try? data.enumType(member.type) {
                proto[tag] = member.name
                camel[tag] = camelCase(member.name)
                types[tag] = type.name
                values += try dense(type)
            }
            starts.append(values.count)
        }
        return head("proto/vehicle_data.proto") + choiceNamesHead + """
                /// By tag, as all tables here; empty where a tag is no member of an enum type.
                @usableFromInline static let memberNames: [String] = [
            \(list(camel, indent: 8))
                ]

                @usableFromInline static let protoMemberNames: [String] = [
            \(list(proto, indent: 8))
                ]

                @usableFromInline static let enumNames: [String] = [
            \(list(types, indent: 8))
                ]

                /// Where the values of a tag's enum start in `valueNames`; they end where those of the next tag start.
                @usableFromInline static let valueStarts: [Int] = [
            \(list(starts.map(String.init), indent: 8, quoted: false))
                ]

                @usableFromInline static let valueNames: [String] = [
            \(list(values, indent: 8))
                ]
            }

            """
    }

    private static func eventNames(alerts: ProtoFile, connectivity: ProtoFile) throws -> String {
        let audiences = try dense(alerts.enumType("Audience"))
        let events = try dense(connectivity.enumType("ConnectivityEvent"))
        return head("proto/vehicle_alert.proto and proto/vehicle_connectivity.proto") + """
            /// Names of `telemetry.vehicle_alerts.Audience`.
            package enum AlertAudience {
                /// The name of a number; nil for numbers newer than this build.
                @inlinable
                package static func name(_ number: Int32) -> String? {
                    number >= 0 && Int(number) < names.count ? names[Int(number)] : nil
                }

                @usableFromInline static let names: [String] = [
            \(list(audiences, indent: 8))
                ]
            }

            extension VehicleConnectivity.Status {
                /// The name in `ConnectivityEvent` of the proto; nil for numbers newer than this build.
                @inlinable
                package var name: String? {
                    number >= 0 && Int(number) < Self.names.count ? Self.names[Int(number)] : nil
                }

                @usableFromInline static let names: [String] = [
            \(list(events, indent: 8))
                ]
            }

            """
    }

    /// The names of an enum by number, with empty ones in the gaps.
    private static func dense(_ type: ProtoFile.EnumType) throws -> [String] {
        let last = type.values.map(\.number).max() ?? 0
        guard type.values.allSatisfy({ $0.number >= 0 }), last < 4096 else {
            throw ProtoProblem.missing("table for enum \(type.name): its numbers must lie between 0 and 4095")
        }
        var names = [String](repeating: "", count: last + 1)
        for value in type.values { names[value.number] = value.name }
        return names
    }

    /// protojson's name of a field: each underscore is dropped and the letter after it becomes a capital.
    private static func camelCase(_ name: String) -> String {
        var result = ""
        var isAfterUnderscore = false
        for character in name {
            if character == "_" {
                isAfterUnderscore = true
            } else {
                result += isAfterUnderscore ? character.uppercased() : String(character)
                isAfterUnderscore = false
            }
        }
        return result
    }

    /// Literals separated by commas, as many to a line as fit into 120 columns.
    private static func list(_ items: [String], indent: Int, quoted: Bool = true) -> String {
        let margin = String(repeating: " ", count: indent)
        var lines: [String] = []
        var line = ""
        for item in items {
            let literal = (quoted ? "\"\(item)\"" : item) + ","
            if !line.isEmpty, margin.count + line.count + 1 + literal.count > 120 {
                lines.append(margin + line)
                line = ""
            }
            line += (line.isEmpty ? "" : " ") + literal
        }
        if !line.isEmpty { lines.append(margin + line) }
        return lines.joined(separator: "\n")
    }
}
