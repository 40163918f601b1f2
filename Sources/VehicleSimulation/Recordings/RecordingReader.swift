package import JSONText
internal import TextCodec

/// A line of a recording that is none.
package struct RecordingLineError: Error, Sendable, Hashable, CustomStringConvertible {
    package enum Problem: Sendable, Hashable {
        case notJSON(JSONReaderError)
        case notAnObject
        case missing(key: String)
        case wrongType(key: String, expected: String)
        case unknownDirection(String)
        case notBase64
    }

    /// Counted from 1.
    package let line: Int
    package let problem: Problem

    package var description: String {
        switch problem {
        case .notJSON(let error): "line \(line), column \(error.position.column): \(error.summary); \(error.remedy)"
        case .notAnObject: "line \(line): not a JSON object; a line looks like \(Self.example)"
        case .missing(let key): "line \(line): \(key) is missing; a line looks like \(Self.example)"
        case .wrongType(let key, let expected): "line \(line): \(key) is not \(expected)"
        case .unknownDirection(let text): "line \(line): direction '\(text)' is neither in nor out"
        case .notBase64: "line \(line): frame is not base64, or was cut"
        }
    }

    private static let example = #"{"t":0,"vin":"…","direction":"in","frame":"base64"}"#
}

/// Reads a recording line by line: JSON lines `{"t": ms, "vin": "…", "direction": "in|out", "frame": "base64"}`.
///
/// A damaged line is reported and stepped over. Unknown keys are ignored, so that recordings may say more later.
package struct RecordingReader: Sendable, Sequence, IteratorProtocol {
    private let text: [UInt8]
    private var position = 0
    private var line = 0

    package init(_ text: [UInt8]) {
        self.text = text
    }

    package mutating func next() -> Result<RecordedFrame, RecordingLineError>? {
        while position < text.count {
            let rest = text[position...]
            let end = rest.firstIndex(of: UInt8(ascii: "\n")) ?? text.count
            let bytes = text[position..<end]
            position = end + 1
            line += 1
            guard bytes.contains(where: { $0 != 0x20 && $0 != 0x09 && $0 != 0x0D }) else { continue }
            do {
                return .success(try frame(Array(bytes)))
            } catch {
                return .failure(RecordingLineError(line: line, problem: error))
            }
        }
        return nil
    }

    private func frame(_ bytes: [UInt8]) throws(RecordingLineError.Problem) -> RecordedFrame {
        let root: JSONValue
        do {
            root = try JSONReader.read(bytes).root
        } catch {
            throw .notJSON(error)
        }
        guard root.members != nil else { throw .notAnObject }
        guard let time = root["t"] else { throw .missing(key: "t") }
        guard let milliseconds = time.wholeNumber else { throw .wrongType(key: "t", expected: "a whole number") }
        let vin = try text(root, "vin")
        let direction = try text(root, "direction")
        guard let known = RecordedFrame.Direction(rawValue: direction) else { throw .unknownDirection(direction) }
        guard let frame = Base64.decode(try text(root, "frame").utf8, .lenient) else { throw .notBase64 }
        return RecordedFrame(milliseconds: milliseconds, vin: vin, direction: known, bytes: frame)
    }

    private func text(_ root: JSONValue, _ key: String) throws(RecordingLineError.Problem) -> String {
        guard let value = root[key] else { throw .missing(key: key) }
        guard let text = value.text else { throw .wrongType(key: key, expected: "text") }
        return text
    }
}

extension RecordingLineError.Problem: Error {}
