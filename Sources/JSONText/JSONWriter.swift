/// Writes JSON text byte by byte into one buffer: no values in between, no white space, commas by itself.
///
/// ```swift
/// var json = JSONWriter()
/// json.beginObject()
/// json.member("level", "info")
/// json.key("values"); json.beginArray(); json.number(1); json.number(2.5); json.endArray()
/// json.endObject()
/// let line = json.take()   // {"level":"info","values":[1,2.5]}
/// ```
///
/// The writer doesn't check nesting: what comes out is JSON if every `begin` has its `end` and every value in
/// an object has its ``key(_:)``. Numbers are written as Go's `encoding/json` and protojson write them.
package struct JSONWriter: Sendable {
    /// Which characters become escapes although JSON doesn't demand it.
    package enum Escaping: Sendable, Hashable {
        /// Only what RFC 8259 demands, as protojson does.
        case plain
        /// Also `<`, `>`, `&`, U+2028 and U+2029, as Go's `encoding/json` does.
        case html
    }

    var buffer: JSONWriterBuffer
    package let escaping: Escaping
    /// A value or a whole member stands before the place where we write.
    var needsComma = false

    /// - Parameters:
    ///   - capacity: bytes to reserve at once; the buffer grows beyond it by itself.
    ///   - bytes: what nobody needs any more, such as what ``take()`` gave once it has been sent. Their memory is
    ///     used, as far as it goes.
    package init(
        escaping: Escaping = .plain,
        reservingCapacity capacity: Int = 256,
        reusing bytes: consuming [UInt8] = []
    ) {
        self.escaping = escaping
        buffer =
            bytes.isEmpty
            ? JSONWriterBuffer(reservingCapacity: capacity)
            : JSONWriterBuffer(reservingCapacity: capacity, reusing: bytes)
    }

    /// How many bytes have been written.
    package var count: Int { buffer.count }

    /// What has been written so far, UTF-8; a copy, so that one writer can make many texts.
    package var bytes: [UInt8] { buffer.bytes }

    /// What has been written, UTF-8, without a copy; the writer begins anew.
    package mutating func take() -> [UInt8] {
        needsComma = false
        return buffer.take()
    }

    /// Forgets what was written and keeps the memory.
    package mutating func removeAll() {
        buffer.removeAll()
        needsComma = false
    }

    /// Whole lines as they are, each with its line feed.
    package mutating func append(lines: [UInt8]) {
        buffer.append(lines)
        needsComma = false
    }

    /// A line feed after a value: ends a line of JSON lines.
    package mutating func endLine() {
        buffer.append(UInt8(ascii: "\n"))
        needsComma = false
    }
}

// MARK: Structure

extension JSONWriter {
    /// Begins a value; members follow, each a ``key(_:)`` and a value, until ``endObject()``.
    package mutating func beginObject() { open(UInt8(ascii: "{")) }

    /// Ends what ``beginObject()`` began.
    package mutating func endObject() { close(UInt8(ascii: "}")) }

    /// Begins a value; values follow until ``endArray()``.
    package mutating func beginArray() { open(UInt8(ascii: "[")) }

    /// Ends what ``beginArray()`` began.
    package mutating func endArray() { close(UInt8(ascii: "]")) }

    /// The name of the next value, escaped like any text.
    package mutating func key(_ name: String) {
        quote(name, colon: true)
        needsComma = false
    }

    /// Bytes that are a whole value already, e.g. a record's JSON; they are not checked.
    package mutating func raw(_ json: [UInt8]) {
        beginValue()
        buffer.append(json)
    }

    /// A value that the closure writes into room for `count` bytes, with one look at the buffer for all of it; see
    /// ``JSONWriterBuffer/write(atMost:_:)``.
    @inline(__always)
    package mutating func value(atMost count: Int, _ write: (inout MutableRawSpan, Int) -> Int) {
        let comma = needsComma
        needsComma = true
        buffer.write(atMost: count &+ 1) { (room, start) in
            var place = start
            if comma {
                room.storeBytes(of: UInt8(ascii: ","), toByteOffset: place, as: UInt8.self)
                place &+= 1
            }
            return write(&room, place)
        }
    }

    /// Whatever the closure writes: values with the commas in front of them, or pieces of JSON.
    ///
    /// - Parameters:
    ///   - count: there is room for so many bytes at least; see ``JSONWriterBuffer/write(atMost:_:)``.
    ///   - write: gets the room, the place to begin at, and whether a value there needs a comma, which it keeps right
    ///     for what follows. Returns the place where it ended.
    @inline(__always)
    package mutating func write(atMost count: Int, _ write: (inout MutableRawSpan, Int, inout Bool) -> Int) {
        var comma = needsComma
        buffer.write(atMost: count) { (room, start) in write(&room, start, &comma) }
        needsComma = comma
    }

    /// A text in quotes that the closure writes itself; it must need no escape, e.g. a date or base64.
    package mutating func quoted(_ write: (inout JSONWriterBuffer) -> Void) {
        beginValue()
        buffer.append(UInt8(ascii: "\""))
        write(&buffer)
        buffer.append(UInt8(ascii: "\""))
    }

    /// A value that the closure writes itself, e.g. a number with a fixed count of digits.
    package mutating func raw(_ write: (inout JSONWriterBuffer) -> Void) {
        beginValue()
        write(&buffer)
    }

    @inline(__always)
    mutating func beginValue() {
        if needsComma { buffer.append(UInt8(ascii: ",")) }
        needsComma = true
    }

    @inline(__always)
    mutating func open(_ bracket: UInt8) {
        value(atMost: 1) { (room, place) in
            room.storeBytes(of: bracket, toByteOffset: place, as: UInt8.self)
            return place &+ 1
        }
        needsComma = false
    }

    @inline(__always)
    mutating func close(_ bracket: UInt8) {
        buffer.append(bracket)
        needsComma = true
    }
}

// MARK: Values

extension JSONWriter {
    /// A text in quotes, escaped as ``escaping`` says.
    package mutating func string(_ text: String) {
        quote(text, colon: false)
    }

    /// UTF-8 bytes as a text in quotes; each byte that is no UTF-8 becomes U+FFFD (`\ufffd` with
    /// ``Escaping/html``), as Go does it.
    package mutating func string(utf8 text: ArraySlice<UInt8>) {
        quote(repairing: text)
    }

    package mutating func number(_ value: Int64) {
        self.value(atMost: NumberText.longest) { (room, place) in NumberText.write(value, to: &room, at: place) }
    }

    package mutating func number(_ value: Int) { number(Int64(value)) }

    package mutating func number(_ value: Int32) { number(Int64(value)) }

    package mutating func number(_ value: UInt64) {
        beginValue()
        NumberText.append(magnitude: value, to: &buffer)
    }

    /// The shortest text that reads back as the same number; `"NaN"`, `"Infinity"` or `"-Infinity"` in quotes
    /// when JSON has no number for it, as protojson does.
    package mutating func number(_ value: Double) {
        if value.isFinite {
            self.value(atMost: NumberText.longest) { (room, place) in
                NumberText.write(value, .json, to: &room, at: place)
            }
        } else {
            beginValue()
            buffer.append(value.isNaN ? "\"NaN\"" : value < 0 ? "\"-Infinity\"" : "\"Infinity\"")
        }
    }

    /// As for `Double`, with as many digits as 32 bits need.
    package mutating func number(_ value: Float) {
        if value.isFinite {
            self.value(atMost: NumberText.longest) { (room, place) in
                NumberText.write(value, .json, to: &room, at: place)
            }
        } else {
            beginValue()
            buffer.append(value.isNaN ? "\"NaN\"" : value < 0 ? "\"-Infinity\"" : "\"Infinity\"")
        }
    }

    /// An integer in quotes, as protojson writes 64-bit integers.
    package mutating func quotedNumber(_ value: Int64) {
        quoted { NumberText.append(value, to: &$0) }
    }

    /// `true` or `false`.
    package mutating func boolean(_ value: Bool) {
        self.value(atMost: 8) { (room, place) in JSONWriter.write(value, to: &room, at: place) }
    }

    /// `true` or `false` into room made by ``value(atMost:_:)``; returns the place after it.
    package static func write(_ value: Bool, to room: inout MutableRawSpan, at place: Int) -> Int {
        // The first letter lowest.
        room.put(value ? 0x6575_7274 as UInt64 : 0x65_736C_6166, value ? 4 : 5, at: place)
    }

    /// `null`.
    package mutating func null() {
        // "null", its first letter lowest.
        value(atMost: 4) { (room, place) in room.put(0x6C6C_756E as UInt32, 4, at: place) }
    }
}

// MARK: Members

extension JSONWriter {
    /// A key and its value at once.
    package mutating func member(_ name: String, _ value: String) {
        key(name)
        string(value)
    }

    package mutating func member(_ name: String, _ value: Int64) {
        key(name)
        number(value)
    }

    package mutating func member(_ name: String, _ value: Int) {
        key(name)
        number(value)
    }

    package mutating func member(_ name: String, _ value: Double) {
        key(name)
        number(value)
    }

    package mutating func member(_ name: String, _ value: Bool) {
        key(name)
        boolean(value)
    }

    package mutating func member(_ name: String, _ values: [String]) {
        key(name)
        beginArray()
        for value in values { string(value) }
        endArray()
    }
}
