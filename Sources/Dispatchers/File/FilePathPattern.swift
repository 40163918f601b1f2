internal import ConfigurationSchema
internal import LinuxSystem
internal import RecordEncoding
internal import TelemetryModel
internal import TextCodec

/// The path of the file dispatcher: fixed text and placeholders that each record fills.
///
/// What a record fills in can't leave the directory that the pattern says: it is one component or a part of one, never
/// `.`, `..`, empty or longer than file systems take, and it holds letters, digits, `.`, `-` and `_` only; other bytes
/// become `%` and two digits. Different VINs never fill in the same.
struct FilePathPattern: Sendable, Hashable {
    enum Variable: String, CaseIterable, Sendable {
        case vin, recordType = "record_type", year, month, day, hour

        var isDate: Bool { self != .vin && self != .recordType }
    }

    enum Piece: Sendable, Hashable {
        case text(String)
        case variable(Variable)
        /// In braces, and none of ours.
        case unknown(String)
        case unclosed
    }

    let text: String
    let pieces: [Piece]

    init(_ text: String) {
        self.text = text
        pieces = FilePathPattern.pieces(of: text)
    }

    private static func pieces(of text: String) -> [Piece] {
        var pieces: [Piece] = []
        var rest = text[...]
        while let open = rest.firstIndex(of: "{") {
            if open > rest.startIndex { pieces.append(.text(String(rest[..<open]))) }
            guard let close = rest[open...].firstIndex(of: "}") else { return pieces + [.unclosed] }
            let name = String(rest[rest.index(after: open)..<close])
            pieces.append(Variable(rawValue: name).map { .variable($0) } ?? .unknown(name))
            rest = rest[rest.index(after: close)...]
        }
        if !rest.isEmpty { pieces.append(.text(String(rest))) }
        return pieces
    }

    var hasPlaceholders: Bool { pieces != [.text(text)] }
    var hasDate: Bool { uses { $0.isDate } }
    var hasVIN: Bool { uses { $0 == .vin } }
    var hasRecordType: Bool { uses { $0 == .recordType } }

    private func uses(_ isWanted: (Variable) -> Bool) -> Bool {
        pieces.contains { if case .variable(let variable) = $0 { isWanted(variable) } else { false } }
    }

    /// The directory that must be there: everything before the first component with a placeholder. Never ends with `/`.
    var directory: String {
        let fixed = text.prefix { $0 != "{" }
        guard let slash = fixed.lastIndex(of: "/") else { return "." }
        return slash == fixed.startIndex ? "/" : String(fixed[..<slash])
    }

    /// A path that can be asked whether it could be written: itself, or the first component that records make.
    var probe: String {
        guard hasPlaceholders else { return text }
        let fixed = text.prefix { $0 != "{" }
        let start = fixed.lastIndex(of: "/").map { text.index(after: $0) } ?? text.startIndex
        let component = text[start...].prefix { $0 != "/" }
        return directory == "/" ? "/\(component)" : "\(directory)/\(component)"
    }

    // MARK: Filling in

    func path(_ record: Record) -> String {
        let moment = hasDate ? UTCMoment(record.receivedAt) : nil
        return pieces.map { piece in
            switch piece {
            case .text(let text): text
            case .variable(.vin): FilePathPattern.safe(record.vin.text)
            case .variable(.recordType): FilePathPattern.safe(record.type.topic)
            case .variable(let variable): moment.map { variable.digits(of: $0) } ?? ""
            // Neither passes the check of the configuration.
            case .unknown(let name): "{\(name)}"
            case .unclosed: "{"
            }
        }.joined()
    }

    /// The date parts of a record's path, as one text.
    func date(_ record: Record) -> String {
        guard hasDate else { return "" }
        let moment = UTCMoment(record.receivedAt)
        return pieces.map { piece in
            if case .variable(let variable) = piece { variable.digits(of: moment) } else { "" }
        }.joined(separator: " ")
    }

    /// Longer values are cut, and get a checksum of the whole.
    private static let longestValue = 100

    /// A value as it stands in a path.
    static func safe(_ value: String) -> String {
        var safe = ""
        for (index, byte) in value.utf8.enumerated() {
            switch byte {
            case 48...57, 65...90, 97...122, UInt8(ascii: "-"), UInt8(ascii: "_"),
                UInt8(ascii: ".") where byte != UInt8(ascii: ".") || index > 0:
                safe.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                safe += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }
        if safe.isEmpty { return "%" }
        guard safe.utf8.count > longestValue else { return safe }
        return safe.prefix(longestValue - 10) + "%~" + String(CRC32C.checksum(Array(value.utf8).span), radix: 16)
    }

    // MARK: Checking

    /// What is wrong with the path; nil when nothing is. That a path is none at all is known before.
    var complaint: TextComplaint? {
        if text.utf8.contains(where: { $0 < 32 || $0 == 127 }) {
            return TextComplaint(
                "a control character in a path",
                remedy: "write a path without line breaks and the like"
            )
        }
        for piece in pieces {
            switch piece {
            case .text(let text) where text.contains("}"):
                return TextComplaint("a } without its {", remedy: "remove it, or write e.g. {vin}")
            case .unclosed:
                return TextComplaint("a { without its }", remedy: "write e.g. {vin}")
            case .unknown(let name):
                let names = Variable.allCases.map(\.rawValue)
                let near = Suggestion.nearest(to: name, among: names)
                return TextComplaint(
                    "there is no placeholder {\(name.prefix(60))}",
                    remedy: near.map { "did you mean {\($0)}?" }
                        ?? "the placeholders are \(names.map { "{\($0)}" }.joined(separator: ", "))"
                )
            case .text, .variable: continue
            }
        }
        if text.hasSuffix("/") {
            return TextComplaint("the path ends with /, so it names a directory", remedy: "add the name of a file")
        }
        if hasPlaceholders, text.split(separator: "/").contains("..") {
            return TextComplaint(
                "a path with placeholders must not contain \"..\"",
                remedy: "write where the files shall lie without going up; records could be written elsewhere"
            )
        }
        return nil
    }
}

extension FilePathPattern.Variable {
    fileprivate func digits(of moment: UTCMoment) -> String {
        switch self {
        case .year: UTCMoment.digits(moment.year, 4)
        case .month: UTCMoment.digits(moment.month, 2)
        case .day: UTCMoment.digits(moment.day, 2)
        case .hour: UTCMoment.digits(moment.hour, 2)
        case .vin, .recordType: ""
        }
    }
}
