internal import JSONText
internal import TelemetryModel

/// Pieces of JSON that stand around every datum, rendered once: a record then copies words and makes no strings.
struct RenderedNames: Sendable {
    static let shared = RenderedNames()

    /// What stands around data and values, whatever their field.
    enum Fixed: Int, CaseIterable {
        case data, createdAt, vin, isResend, latitude, longitude, objectEnd, end

        var text: String {
            switch self {
            case .data: "{\"data\":["
            case .createdAt: "],\"createdAt\":"
            case .vin: ",\"vin\":"
            case .isResend: ",\"isResend\":"
            case .latitude: "{\"latitude\":"
            case .longitude: ",\"longitude\":"
            case .objectEnd: "}"
            case .end: "}}"
            }
        }
    }

    let pieces: JSONPieces
    /// How many field numbers have a piece, from 0; the pieces of the members follow, then the fixed ones.
    private let fieldCount: Int
    /// By tag: where the pieces of an enum's values begin, which stand last; they end where those of the next begin.
    private let choiceStarts: [Int]

    private init() {
        let fields = (0..<Int32(1024)).map { number in
            Field(number: number).name.map { "{\"key\":\"\($0)\",\"value\":" } ?? ""
        }
        let members = (0...UInt8.max).map { tag in
            let name = MemberName.protojson(tag: tag)
            return name.isEmpty ? "" : "{\"\(name)\":"
        }
        var texts = fields + members + Fixed.allCases.map(\.text)
        choiceStarts = (0...256).map { tag in
            let start = texts.count
            let kind = ChoiceKind(tag: UInt8(truncatingIfNeeded: tag))
            let names = (0..<Int32(256)).map { kind.valueName($0).map { "\"\($0)\"" } ?? "" }
            if tag < 256, let last = names.lastIndex(where: { !$0.isEmpty }) { texts += names[...last] }
            return start
        }
        pieces = JSONPieces(texts)
        fieldCount = fields.count
    }

    /// `{"key":"Soc","value":`; nil when the field has no name.
    @inline(__always)
    func field(_ field: Field) -> JSONPieces.Piece? {
        guard field.number >= 0, Int(field.number) < fieldCount else { return nil }
        let piece = pieces.all[Int(field.number)]
        return piece.isEmpty ? nil : piece
    }

    /// `{"shiftStateValue":`; empty when the member has no name.
    @inline(__always)
    func member(_ tag: UInt8) -> JSONPieces.Piece { pieces.all[fieldCount + Int(tag)] }

    /// `"ShiftStateP"`; nil when the number has no name.
    @inline(__always)
    func choice(_ kind: ChoiceKind, _ number: Int32) -> JSONPieces.Piece? {
        let start = choiceStarts[Int(kind.tag)]
        guard number >= 0, Int(number) < choiceStarts[Int(kind.tag) + 1] - start else { return nil }
        let piece = pieces.all[start + Int(number)]
        return piece.isEmpty ? nil : piece
    }

    @inline(__always)
    func fixed(_ text: Fixed) -> JSONPieces.Piece { pieces.all[fieldCount + 256 + text.rawValue] }
}

/// What a member of `Value` is called. Source: `proto/vehicle_data.proto`, `Value`.
enum MemberName {
    static let text: UInt8 = 1
    static let int: UInt8 = 2
    static let long: UInt8 = 3
    static let float: UInt8 = 4
    static let double: UInt8 = 5
    static let boolean: UInt8 = 6
    static let location: UInt8 = 7
    static let invalid: UInt8 = 10
    static let doors: UInt8 = 21
    static let time: UInt8 = 31
    static let tires: UInt8 = 39

    /// The name in protojson; empty when the tag is no member.
    static func protojson(tag: UInt8) -> String {
        switch tag {
        case text: "stringValue"
        case int: "intValue"
        case long: "longValue"
        case float: "floatValue"
        case double: "doubleValue"
        case boolean: "booleanValue"
        case location: "locationValue"
        case invalid: "invalid"
        case doors: "doorValue"
        case time: "timeValue"
        case tires: "tireLocationValue"
        default: ChoiceKind(tag: tag).memberName
        }
    }
}
