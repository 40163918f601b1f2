import Foundation
import JSONText
import Testing

private func quoted(_ text: String, _ escaping: JSONWriter.Escaping) -> String {
    var json = JSONWriter(escaping: escaping)
    json.string(text)
    return String(decoding: json.take(), as: UTF8.self)
}

private func quoted(_ bytes: [UInt8], _ escaping: JSONWriter.Escaping) -> String {
    var json = JSONWriter(escaping: escaping)
    json.string(utf8: bytes[...])
    return String(decoding: json.take(), as: UTF8.self)
}

@Suite struct JSONWriterTests {
    @Test func `commas come by themselves`() {
        var json = JSONWriter(reservingCapacity: 0)
        json.beginObject()
        json.member("a", 1)
        json.key("b")
        json.beginArray()
        json.endArray()
        json.key("c")
        json.beginArray()
        json.number(1)
        json.number(2.5)
        json.beginObject()
        json.endObject()
        json.null()
        json.boolean(true)
        json.boolean(false)
        json.string("x")
        json.quotedNumber(-7)
        json.raw(Array("{}".utf8))
        json.endArray()
        json.member("d", "e")
        json.member("f", false)
        json.member("g", 0.5)
        json.endObject()
        #expect(
            String(decoding: json.bytes, as: UTF8.self)
                == #"{"a":1,"b":[],"c":[1,2.5,{},null,true,false,"x","-7",{}],"d":"e","f":false,"g":0.5}"#
        )
        #expect(json.count == json.bytes.count)
        #expect(json.take().count == 83)
    }

    @Test func `lines end and begin without a comma, and a writer can be used again`() {
        var json = JSONWriter()
        json.number(1)
        json.endLine()
        json.number(2)
        json.endLine()
        #expect(json.bytes == Array("1\n2\n".utf8))
        json.removeAll()
        json.string("again")
        #expect(json.bytes == Array("\"again\"".utf8))
    }

    @Test func `plain texts escape what JSON demands`() {
        #expect(quoted("", .plain) == "\"\"")
        #expect(quoted("a\"b\\c/", .plain) == #""a\"b\\c/""#)
        #expect(quoted("\u{08}\u{0C}\n\r\t\u{00}\u{1F}\u{7F}", .plain) == #""\b\f\n\r\t\u0000\u001f"# + "\u{7F}\"")
        #expect(quoted("<&>\u{2028}\u{2029}é🚗\u{FFFD}", .plain) == "\"<&>\u{2028}\u{2029}é🚗\u{FFFD}\"")
    }

    @Test func `html texts also escape what browsers mistake`() {
        #expect(quoted("<b>&amp;</b>", .html) == #""\u003cb\u003e\u0026amp;\u003c/b\u003e""#)
        #expect(quoted("a\u{2028}b\u{2029}c\u{2030}", .html) == "\"a\\u2028b\\u2029c\u{2030}\"")
        #expect(quoted("é🚗'", .html) == "\"é🚗'\"")
        #expect(quoted("\u{FFFD}", .html) == "\"\u{FFFD}\"")
    }

    @Test func `bytes that are no UTF-8 become replacement characters, one each`() {
        #expect(quoted([0x61, 0xFF, 0x62], .html) == #""a\ufffdb""#)
        #expect(quoted([0x61, 0xFF, 0x62], .plain) == "\"a\u{FFFD}b\"")
        #expect(quoted([0xE2, 0x82], .html) == #""\ufffd\ufffd""#)
        #expect(quoted([0xED, 0xA0, 0x80], .html) == #""\ufffd\ufffd\ufffd""#)
        #expect(quoted([0xC0, 0xAF, 0x3C], .html) == #""\ufffd\ufffd\u003c""#)
        #expect(quoted([0xF4, 0x90, 0x80, 0x80], .html) == #""\ufffd\ufffd\ufffd\ufffd""#)
        #expect(quoted(Array("é\u{2028}🚗\n".utf8), .html) == "\"é\\u2028🚗\\n\"")
        #expect(quoted(Array("plain".utf8), .html) == "\"plain\"")
        #expect(quoted([], .html) == "\"\"")
    }

    @Test func `texts of every length and every dirty place read back`() throws {
        for count in [0, 1, 7, 8, 15, 16, 17, 63, 64, 65, 66, 127, 500, 3000] {
            let clean = String((0..<count).map { Character(Unicode.Scalar(UInt8(97 + $0 % 26))) })
            try expectReadable(clean)
            for place in Set([0, count / 2, count - 1]) where place >= 0 && place < count {
                for dirt in ["\"", "\n", "<", "\u{2028}", "é"] {
                    let index = clean.index(clean.startIndex, offsetBy: place)
                    try expectReadable(clean.replacingCharacters(in: index...index, with: dirt))
                }
            }
        }
    }

    @Test func `random scalars read back`() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        srand48(Int(truncatingIfNeeded: seed))
        for _ in 0..<2000 {
            var text = ""
            for _ in 0..<(lrand48() % 40) {
                let value = UInt32(lrand48() % [0x80, 0x800, 0x1_0000, 0x11_0000].randomElement()!)
                if let scalar = Unicode.Scalar(value) { text.unicodeScalars.append(scalar) }
            }
            try expectReadable(text)
        }
    }

    @Test func `keys are escaped like texts`() {
        var json = JSONWriter(escaping: .html)
        json.beginObject()
        json.member("a\"<", 1)
        json.member(String(repeating: "k", count: 70), 2)
        json.endObject()
        #expect(
            String(decoding: json.bytes, as: UTF8.self)
                == #"{"a\"\u003c":1,""# + String(repeating: "k", count: 70) + #"":2}"#
        )
    }

    @Test func `every byte is escaped or not at every place of texts of every length`() {
        for escaping in [JSONWriter.Escaping.plain, .html] {
            for byte in UInt8(0)..<0x80 {
                let scalar = Unicode.Scalar(byte)
                var escaped = JSONWriter(escaping: escaping)
                escaped.string("\(Character(scalar))")
                let inside = String(decoding: escaped.bytes.dropFirst().dropLast(), as: UTF8.self)
                for count in 1...18 {
                    for place in 0..<count {
                        let before = String(repeating: "x", count: place)
                        let after = String(repeating: "é~", count: count - place - 1)
                        let text = before + String(Character(scalar)) + after
                        #expect(quoted(text, escaping) == "\"\(before)\(inside)\(after)\"")
                    }
                }
            }
        }
    }

    @Test func `texts of every length are copied whole, between others`() {
        for count in 0...70 {
            let text = String((0..<count).map { Character(Unicode.Scalar(UInt8(97 + $0 % 26))) })
            var json = JSONWriter(reservingCapacity: 0)
            json.beginArray()
            json.string(text)
            json.string(utf8: Array(text.utf8)[...])
            json.raw(Array("[\"\(text)\"]".utf8))
            json.endArray()
            #expect(String(decoding: json.take(), as: UTF8.self) == "[\"\(text)\",\"\(text)\",[\"\(text)\"]]")
        }
    }

    @Test func `a writer begins anew after its text was taken, in memory that was used before`() {
        var json = JSONWriter(reservingCapacity: 16)
        json.beginArray()
        json.number(1)
        var spare = json.take()
        #expect(spare == Array("[1".utf8))
        json.string("a")
        #expect(json.take() == Array("\"a\"".utf8))
        for count in [0, 10, 100, 1000, 10] {
            json = JSONWriter(reservingCapacity: count / 2, reusing: spare)
            #expect(json.count == 0)
            json.string(String(repeating: "b", count: count))
            spare = json.take()
            #expect(spare == Array("\"\(String(repeating: "b", count: count))\"".utf8))
        }
    }

    @Test func `closures write into the same buffer`() {
        var json = JSONWriter(reservingCapacity: 0)
        json.beginArray()
        json.quoted { $0.append("abc") }
        json.raw { $0.append(Array("12".utf8)) }
        json.raw { $0.append(UInt8(ascii: "3")) }
        json.endArray()
        #expect(json.bytes == Array(#"["abc",12,3]"#.utf8))
    }

    @Test func `large raw values grow the buffer`() {
        var json = JSONWriter(reservingCapacity: 0)
        json.beginArray()
        var expected = "["
        for count in [1, 63, 64, 65, 1000, 100_000] {
            json.raw([UInt8](repeating: UInt8(ascii: "1"), count: count))
            expected += (expected == "[" ? "" : ",") + String(repeating: "1", count: count)
        }
        json.endArray()
        #expect(String(decoding: json.bytes, as: UTF8.self) == expected + "]")
    }

    private func expectReadable(_ text: String) throws {
        for escaping in [JSONWriter.Escaping.plain, .html] {
            var json = JSONWriter(escaping: escaping, reservingCapacity: 0)
            json.string(text)
            let read = try JSONReader.read(json.bytes).root
            #expect(read.text.map { Array($0.utf8) } == Array(text.utf8))
            var bytes = JSONWriter(escaping: escaping, reservingCapacity: 0)
            bytes.string(utf8: Array(text.utf8)[...])
            #expect(bytes.bytes == json.bytes)
        }
    }
}
