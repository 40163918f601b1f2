internal import JSONText
internal import TelemetryModel

/// Pieces of JSON that stand around every datum, rendered once: a record then copies words and makes no strings.
final class RenderedNames: Sendable {
    static let shared = RenderedNames()

    /// What stands around data and values, whatever their field.
    enum Fixed: Int, CaseIterable {
        case data, createdAt, vin, isResend, latitude, longitude
        case createdAtText, endOfTextVIN, resentEnd, notResentEnd
        case lineVIN, lineType, lineTxid, lineReceivedAt, lineVersion, linePayload

        var text: String {
            switch self {
            case .data: "{\"data\":["
            case .createdAt: "],\"createdAt\":"
            case .vin: ",\"vin\":"
            case .isResend: ",\"isResend\":"
            case .latitude: "{\"latitude\":"
            case .longitude: ",\"longitude\":"
            case .lineVIN: "{\"vin\":"
            case .lineType: ",\"record_type\":"
            case .lineTxid: ",\"txid\":"
            case .lineReceivedAt: ",\"received_at\":"
            case .lineVersion: ",\"device_client_version\":"
            case .linePayload: ",\"payload\":"
            case .createdAtText: "],\"createdAt\":\""
            case .endOfTextVIN: "\",\"vin\":"
            case .resentEnd: ",\"isResend\":true}"
            case .notResentEnd: ",\"isResend\":false}"
            }
        }
    }

    /// How a datum begins, down to the name of the value's member where the datum is of a plain kind.
    enum Head: Int, CaseIterable {
        /// `{"key":"Soc","value":`
        case bare
        /// `{"key":"Soc","value":{"doubleValue":`, and so on.
        case text, int, float, double, boolean, location

        var text: String {
            switch self {
            case .bare: ""
            case .text: Self.member(MemberName.text)
            case .int: Self.member(MemberName.int)
            case .float: Self.member(MemberName.float)
            case .double: Self.member(MemberName.double)
            case .boolean: Self.member(MemberName.boolean)
            case .location: Self.member(MemberName.location) + Fixed.latitude.text
            }
        }

        static let count = 7

        private static func member(_ tag: UInt8) -> String { "{\"\(MemberName.protojson(tag: tag))\":" }
    }

    /// Bytes of a text that is looked at with its datum; longer ones are rare.
    static let plainTextLimit = 128

    let pieces: Pieces
    /// Bytes of the longest plain datum: a number, two of them, a name, or a text in quotes, with the names around it.
    let longestDatum: Int
    /// How many pieces belong to fields: one for each head of each number, from 0. The pieces of the members follow,
    /// then the fixed ones.
    private let headCount: Int
    private let firstFixed: Int
    /// By tag: where the pieces of an enum's values begin, which stand last; they end where those of the next begin.
    private let choiceStarts: [Int]

    private init() {
        let headTexts = Head.allCases.map(\.text)
        var texts: [String] = []
        for number in 0..<Int32(1024) {
            guard let name = Field(number: number).name else {
                texts += repeatElement("", count: headTexts.count)
                continue
            }
            texts += headTexts.map { "{\"key\":\"\(name)\",\"value\":\($0)" }
        }
        headCount = texts.count
        texts += (0...UInt8.max).map { tag in
            let name = MemberName.protojson(tag: tag)
            return name.isEmpty ? "" : "{\"\(name)\":"
        }
        firstFixed = texts.count
        texts += Fixed.allCases.map(\.text)
        choiceStarts = (0...256).map { tag in
            let start = texts.count
            let kind = ChoiceKind(tag: UInt8(truncatingIfNeeded: tag))
            guard tag < 256, !kind.memberName.isEmpty else { return start }
            let names = (0..<Int32(256)).map { kind.valueName($0).map { "\"\($0)\"" } ?? "" }
            if let last = names.lastIndex(where: { !$0.isEmpty }) { texts += names[...last] }
            return start
        }
        pieces = Pieces(texts)
        let parts = [texts[..<headCount], texts[headCount..<firstFixed], texts[choiceStarts[0]...]]
        let longest = parts.map { $0.map(\.utf8.count).max() ?? 0 }
        longestDatum = longest.reduce(0, +) + max(Self.plainTextLimit, 2 * NumberText.longest + 64) + 8
    }

    /// Nil when the field has no name.
    @inline(__always)
    func head(_ field: Field, _ head: Head) -> Pieces.Piece? {
        let index = Int(field.number) &* Head.count &+ head.rawValue
        guard field.number >= 0, index < headCount else { return nil }
        let piece = pieces.all[index]
        return piece.isEmpty ? nil : piece
    }

    /// `{"shiftStateValue":`; empty when the member has no name.
    @inline(__always)
    func member(_ tag: UInt8) -> Pieces.Piece { pieces.all[headCount &+ Int(tag)] }

    /// `"ShiftStateP"`; nil when the number has no name.
    @inline(__always)
    func choice(_ kind: ChoiceKind, _ number: Int32) -> Pieces.Piece? {
        let start = choiceStarts[Int(kind.tag)]
        guard number >= 0, Int(number) < choiceStarts[Int(kind.tag) + 1] - start else { return nil }
        let piece = pieces.all[start + Int(number)]
        return piece.isEmpty ? nil : piece
    }

    @inline(__always)
    func fixed(_ text: Fixed) -> Pieces.Piece { pieces.all[firstFixed &+ text.rawValue] }

    /// Writes a fixed piece; returns the place after it.
    @inline(__always)
    func write(_ text: Fixed, to room: inout MutableRawSpan, at place: Int) -> Int {
        pieces.write(fixed(text), to: &room, at: place)
    }
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
