package import JSONText

/// A value that stands in a message of the control socket.
package protocol ControlValue: Sendable {
    /// Reads what ``write(to:)`` wrote.
    init(json: JSONValue) throws(ControlFormatError)
    /// Writes one JSON value.
    func write(to json: inout JSONWriter)
}

/// A value with members, each named once, for writing and for reading.
///
/// What a reader does not know is passed over, and what is missing keeps its default, so that programs of different
/// versions understand each other as long as members keep their meaning. When one changes its meaning,
/// ``ControlProtocol/version`` goes up.
package protocol ControlObject: ControlValue {
    init()
    /// Shows every member to the visitor, in the order in which they are written.
    mutating func visit(_ members: inout some ControlVisitor) throws(ControlFormatError)
}

/// Writes or reads members.
package protocol ControlVisitor {
    /// One member with its name.
    mutating func member(_ name: String, _ value: inout some ControlValue) throws(ControlFormatError)
}

/// What was read is no message of this protocol.
package struct ControlFormatError: Error, Sendable, Hashable, CustomStringConvertible {
    /// Names of the members that lead to the place, joined by points; empty for the whole.
    package var place: String
    package let expected: String

    package var description: String { "\(place.isEmpty ? "the answer" : place) is not \(expected)" }

    init(_ expected: String) {
        place = ""
        self.expected = expected
    }

    func inside(_ name: String) -> ControlFormatError {
        var error = self
        error.place = place.isEmpty ? name : "\(name).\(place)"
        return error
    }
}

extension ControlObject {
    package init(json: JSONValue) throws(ControlFormatError) {
        guard json.members != nil else { throw ControlFormatError("an object") }
        self.init()
        var reader = MemberReader(object: json)
        try visit(&reader)
    }

    package func write(to json: inout JSONWriter) {
        // Swapped, because a copy would make the text so far be copied at the first byte.
        var writer = MemberWriter(json: JSONWriter(reservingCapacity: 0))
        swap(&writer.json, &json)
        var copy = self
        writer.json.beginObject()
        // Only reading throws.
        try? copy.visit(&writer)
        writer.json.endObject()
        swap(&writer.json, &json)
    }

    /// The value as JSON in one line.
    package var line: [UInt8] {
        var json = JSONWriter(reservingCapacity: 1024)
        write(to: &json)
        json.endLine()
        return json.take()
    }
}

private struct MemberWriter: ControlVisitor {
    var json: JSONWriter

    mutating func member(_ name: String, _ value: inout some ControlValue) throws(ControlFormatError) {
        json.key(name)
        value.write(to: &json)
    }
}

private struct MemberReader: ControlVisitor {
    let object: JSONValue

    mutating func member<Value: ControlValue>(_ name: String, _ value: inout Value) throws(ControlFormatError) {
        guard let found = object[name] else { return }
        do throws(ControlFormatError) {
            value = try Value(json: found)
        } catch {
            throw error.inside(name)
        }
    }
}

// MARK: Values

extension String: ControlValue {
    package init(json: JSONValue) throws(ControlFormatError) {
        guard let text = json.text else { throw ControlFormatError("a text") }
        self = text
    }

    package func write(to json: inout JSONWriter) { json.string(self) }
}

extension Int: ControlValue {
    package init(json: JSONValue) throws(ControlFormatError) {
        guard let number = json.wholeNumber else { throw ControlFormatError("a whole number") }
        self = Int(number)
    }

    package func write(to json: inout JSONWriter) { json.number(self) }
}

extension Double: ControlValue {
    package init(json: JSONValue) throws(ControlFormatError) {
        guard let number = json.decimal else { throw ControlFormatError("a number") }
        self = number
    }

    package func write(to json: inout JSONWriter) { json.number(self) }
}

extension Bool: ControlValue {
    package init(json: JSONValue) throws(ControlFormatError) {
        guard let flag = json.flag else { throw ControlFormatError("true or false") }
        self = flag
    }

    package func write(to json: inout JSONWriter) { json.boolean(self) }
}

extension Optional: ControlValue where Wrapped: ControlValue {
    package init(json: JSONValue) throws(ControlFormatError) {
        self = json.isNull ? nil : try Wrapped(json: json)
    }

    package func write(to json: inout JSONWriter) {
        if let self { self.write(to: &json) } else { json.null() }
    }
}

extension Array: ControlValue where Element: ControlValue {
    package init(json: JSONValue) throws(ControlFormatError) {
        guard let elements = json.elements else { throw ControlFormatError("a list") }
        self = []
        reserveCapacity(elements.count)
        for element in elements { append(try Element(json: element)) }
    }

    package func write(to json: inout JSONWriter) {
        json.beginArray()
        for element in self { element.write(to: &json) }
        json.endArray()
    }
}

extension ControlValue where Self: RawRepresentable<String> {
    package init(json: JSONValue) throws(ControlFormatError) {
        guard let value = json.text.flatMap(Self.init(rawValue:)) else { throw ControlFormatError("a word known here") }
        self = value
    }

    package func write(to json: inout JSONWriter) { json.string(rawValue) }
}
