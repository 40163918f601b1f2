import JSONText
import TelemetryFixtures
import Testing

/// Feeds the reader texts that were cut and changed at random. Nothing may stop the program, and what is accepted must
/// mean the same when it is written out and read again. A failure prints the seed that repeats it.
struct JSONReaderFuzzTests {
    static let samples: [[UInt8]] = [
        #"{"host": "0.0.0.0", "port": 4443, "tls": {"server_cert": "a.pem"}, "records": {"V": ["logger", "kafka"]}}"#,
        #"[1, -2.5e10, true, false, null, "é\u20ac\ud83d\ude00\n", {"a": {"b": [[], {}]}}]"#,
        "// comment\n{ /* more */ \"a\": [1, 2], // end\n\"b\": \"\\\"\\\\\" }\n",
        "{\"x\": 12345678901234567890.5E-3, \"y\": [[[[[[1]]]]]], \"\": \"\"} trailing",
    ].map { Array($0.utf8) }

    static let pieces: [[UInt8]] =
        [
            "{", "}", "[", "]", ",", ":", "\"", "\\", "/", "*", "//", "/*", "*/", "\\u", "\\ud800", "e", "-", "+", ".",
            "0", "\n",
            "\r", "\t", "tru", "null", "NaN", "\u{FEFF}", "<<<<<<<",
        ].map { Array($0.utf8) } + [[0], [0x80], [0xC3], [0xE2, 0x82], [0xF0, 0x9F], [0xFF], [0xFE, 0xFF]]

    @Test func `every prefix of every sample is read or refused`() {
        for sample in Self.samples {
            for end in 0...sample.count { Self.probe(Array(sample[..<end])) }
        }
    }

    @Test func `fifty thousand damaged texts do no harm`() {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SeededRandom(seed: seed)
        var accepted = 0
        for round in 0..<50_000 {
            var bytes = Self.samples[Int(random.next() % UInt64(Self.samples.count))]
            for _ in 0...random.next() % 4 { Self.damage(&bytes, &random) }
            guard let fault = Self.probe(bytes, count: &accepted) else { continue }
            Issue.record("seed \(seed), round \(round): \(fault)")
            return
        }
        #expect(accepted > 1000, "seed \(seed): only \(accepted) damaged texts were still JSON")
    }

    private static func damage(_ bytes: inout [UInt8], _ random: inout SeededRandom) {
        let place = Int(random.next() % UInt64(bytes.count + 1))
        switch random.next() % 5 {
        case 0:
            bytes = Array(bytes[..<place])
        case 1:
            bytes.insert(contentsOf: pieces[Int(random.next() % UInt64(pieces.count))], at: place)
        case 2 where place < bytes.count:
            bytes[place] ^= 1 << UInt8(random.next() % 8)
        case 3 where place < bytes.count:
            bytes.remove(at: place)
        default:
            let end = min(bytes.count, place + Int(random.next() % 8))
            bytes.insert(contentsOf: bytes[place..<end], at: Int(random.next() % UInt64(bytes.count + 1)))
        }
    }

    private static func probe(_ bytes: [UInt8]) {
        var accepted = 0
        if let fault = probe(bytes, count: &accepted) { Issue.record("\(fault)") }
    }

    /// A sentence about what went wrong, or nil.
    private static func probe(_ bytes: [UInt8], count accepted: inout Int) -> String? {
        for options in [JSONReader.Options.strict, .commented] {
            do throws(JSONReaderError) {
                let document = try JSONReader.read(bytes, options: options)
                accepted += 1
                let text = plain(document.root)
                do throws(JSONReaderError) {
                    if plain(try JSONReader.read(text).root) != text { return "changed when read again: \(text)" }
                } catch {
                    return "own text refused: \(error): \(text)"
                }
            } catch {
                let isInside = error.position.line >= 1 && error.position.column >= 1
                if !isInside || error.summary.isEmpty || error.remedy.isEmpty { return "bad error: \(error)" }
            }
        }
        return nil
    }

    /// The value as JSON, by the simplest rules.
    private static func plain(_ value: JSONValue) -> String {
        switch value.content {
        case .object(let members):
            "{" + members.map { quoted($0.name) + ":" + plain($0.value) }.joined(separator: ",") + "}"
        case .array(let elements): "[" + elements.map(plain).joined(separator: ",") + "]"
        case .text(let text): quoted(text)
        case .number(let text): text
        case .flag(let flag): "\(flag)"
        case .null: "null"
        }
    }

    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            if scalar.value < 0x20 || scalar == "\"" || scalar == "\\" {
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            } else {
                result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
