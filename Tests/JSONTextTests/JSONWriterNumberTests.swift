import Foundation
import JSONText
import TelemetryFixtures
import Testing

/// The number as the writer writes it.
private func text(_ value: Double) -> String {
    var json = JSONWriter()
    json.number(value)
    return String(decoding: json.take(), as: UTF8.self)
}

private func text(_ value: Float) -> String {
    var json = JSONWriter()
    json.number(value)
    return String(decoding: json.take(), as: UTF8.self)
}

private func general(_ value: Double) -> String {
    var buffer = JSONWriterBuffer(reservingCapacity: 0)
    NumberText.append(value, .general, to: &buffer)
    return String(decoding: buffer.take(), as: UTF8.self)
}

/// Sign, digits without zeros at both ends, and the exponent of the digit in front: what a decimal says, however it
/// is written.
private struct Decimal: Equatable {
    var isNegative = false
    var digits = ""
    var exponent = 0

    init(_ text: String) {
        var rest = Substring(text)
        if rest.first == "-" {
            isNegative = true
            rest.removeFirst()
        }
        if let mark = rest.firstIndex(of: "e") {
            exponent = Int(rest[rest.index(after: mark)...])!
            rest = rest[..<mark]
        }
        let parts = rest.split(separator: ".", omittingEmptySubsequences: false)
        let all = parts.joined()
        exponent += parts[0].count - 1
        let stripped = all.drop { $0 == "0" }
        exponent -= all.count - stripped.count
        digits = String(stripped.reversed().drop { $0 == "0" }.reversed())
        if digits.isEmpty { exponent = 0 }
    }
}

@Suite struct JSONWriterNumberTests {
    static let doubles: [(Double, String)] = [
        (0, "0"), (-0.0, "-0"), (1, "1"), (-1, "-1"), (0.1, "0.1"), (0.3, "0.3"), (1 / 3, "0.3333333333333333"),
        (0.1 + 0.2, "0.30000000000000004"), (63.5, "63.5"), (18012.123456, "18012.123456"), (1e-5, "0.00001"),
        (1e-6, "0.000001"), (1e-6.nextDown, "9.999999999999997e-7"), (1e-7, "1e-7"), (1.5e-10, "1.5e-10"),
        (1.25e-9, "1.25e-9"), (123456789, "123456789"), (99_999_999, "99999999"), (100_000_000, "100000000"),
        (0x1p53, "9007199254740992"), (0x1p60, "1152921504606847000"),
        (1e15, "1000000000000000"), (1e16, "10000000000000000"), (1e20, "100000000000000000000"),
        (1e21.nextDown, "999999999999999900000"), (1e21, "1e+21"), (1.5e21, "1.5e+21"), (1e22, "1e+22"),
        (1e100, "1e+100"), (.greatestFiniteMagnitude, "1.7976931348623157e+308"), (.leastNonzeroMagnitude, "5e-324"),
        (2.2250738585072014e-308, "2.2250738585072014e-308"), (-122.145867, "-122.145867"),
        (0.000012345, "0.000012345"), (12345678.12345678, "12345678.12345678"),
        (4503599627370495.5, "4503599627370495.5"),
        (.nan, "\"NaN\""), (.infinity, "\"Infinity\""), (-.infinity, "\"-Infinity\""), (-.nan, "\"NaN\""),
    ]

    @Test func `doubles look as Go writes them`() {
        for (value, expected) in Self.doubles { #expect(text(value) == expected) }
    }

    @Test func `floats look as Go writes them`() {
        let table: [(Float, String)] = [
            (0, "0"), (-0.0, "-0"), (1, "1"), (0.1, "0.1"), (0.33333334, "0.33333334"), (1e-5, "0.00001"),
            (1e-6, "0.000001"), (1e-7, "1e-7"), (9.999999e-7, "9.999999e-7"), (123456.79, "123456.79"),
            (1.2345679e6, "1234567.9"), (1.6777216e7, "16777216"), (1e7, "10000000"), (1e10, "10000000000"),
            (1e20, "100000000000000000000"), (9.9999995e20, "999999950000000000000"), (1e21, "1e+21"),
            (3.4028235e38, "3.4028235e+38"), (.leastNonzeroMagnitude, "1e-45"), (1.1754944e-38, "1.1754944e-38"),
            (3.1415927, "3.1415927"), (65.4, "65.4"), (299.99997, "299.99997"), (.nan, "\"NaN\""),
            (-.infinity, "\"-Infinity\""), (0.0625, "0.0625"), (0.5, "0.5"), (16777.217, "16777.217"),
        ]
        for (value, expected) in table { #expect(text(value) == expected) }
    }

    @Test func `general style keeps two digits of the exponent and begins it earlier`() {
        let table: [(Double, String)] = [
            (0.0001, "0.0001"), (0.00001, "1e-05"), (0.000012345, "1.2345e-05"), (1e20, "100000000000000000000"),
            (1e21, "1e+21"), (1.5e-10, "1.5e-10"), (0, "0"), (71.25, "71.25"), (.nan, "NaN"), (.infinity, "+Inf"),
            (-.infinity, "-Inf"),
        ]
        for (value, expected) in table { #expect(general(value) == expected) }
    }

    @Test func `a hundred thousand random doubles of any bits read back the same and are shortest`() {
        let seed = UInt64.random(in: 0...UInt64.max)
        var generator = SeededRandom(seed: seed)
        for _ in 0..<100_000 {
            let value = Double(bitPattern: generator.next())
            guard value.isFinite else { continue }
            expectExact(value, seed: seed)
        }
    }

    @Test func `a hundred thousand random doubles as vehicles send them read back the same and are shortest`() {
        let seed = UInt64.random(in: 0...UInt64.max)
        var generator = SeededRandom(seed: seed)
        for _ in 0..<100_000 {
            let digits = Int.random(in: 0...17, using: &generator)
            let scale = pow(10, Double(digits))
            let whole = Double.random(in: -1e6...1e6, using: &generator)
            expectExact((whole * scale).rounded() / scale, seed: seed)
            expectExact(whole / 1.609344, seed: seed)
        }
    }

    @Test func `a hundred thousand random floats of any bits read back the same and are shortest`() {
        let seed = UInt64.random(in: 0...UInt64.max)
        var generator = SeededRandom(seed: seed)
        for _ in 0..<100_000 {
            let value = Float(bitPattern: UInt32(truncatingIfNeeded: generator.next()))
            guard value.isFinite else { continue }
            expectExact(value, seed: seed)
        }
    }

    @Test func `a hundred thousand random floats as vehicles send them read back the same and are shortest`() {
        let seed = UInt64.random(in: 0...UInt64.max)
        var generator = SeededRandom(seed: seed)
        for _ in 0..<50_000 {
            expectExact(Float.random(in: -1e6...1e6, using: &generator), seed: seed)
            expectExact(Float.random(in: -400...400, using: &generator), seed: seed)
        }
    }

    /// Powers of two are where a decimal's neighbours are not equally far, and halves between decimals are ties.
    @Test func `powers of two and their neighbours are exact`() {
        for exponent in -1074...1023 {
            let value = scalbn(1, exponent)
            for neighbour in [value.nextDown, value, value.nextUp] where neighbour > 0 {
                expectExact(neighbour, seed: 0)
            }
        }
        for exponent in -149...127 {
            let value = scalbnf(1, Int32(exponent))
            for neighbour in [value.nextDown, value, value.nextUp] where neighbour > 0 {
                expectExact(neighbour, seed: 0)
            }
        }
        for value in stride(from: Float(2_097_151), to: 2_097_155, by: 0.25) { expectExact(value, seed: 0) }
    }

    @Test func `integers of every length are right`() {
        var value: Int64 = 1
        for _ in 0..<19 {
            for near in [value - 1, value, value + 1, -value, value &* 7] { #expect(integer(near) == "\(near)") }
            value = value &* 10
        }
        for edge in [Int64.min, .max, 0, -1] { #expect(integer(edge) == "\(edge)") }
        var json = JSONWriter()
        json.number(UInt64.max)
        #expect(String(decoding: json.bytes, as: UTF8.self) == "18446744073709551615")
    }

    @Test func `all numbers of four digits and some of eight are right`() {
        for number in 0..<Int64(10_000) { #expect(integer(number) == "\(number)") }
        for number in stride(from: Int64(10_000), to: 100_000_000, by: 9_973) {
            #expect(integer(number) == "\(number)")
        }
    }

    private func integer(_ value: Int64) -> String {
        var json = JSONWriter()
        json.number(value)
        return String(decoding: json.take(), as: UTF8.self)
    }

    /// Reads the text back, and of every eighth also compares the digits with those of the standard library.
    private func expectExact(_ value: Double, seed: UInt64) {
        let written = text(value)
        let comparesDigits = value.bitPattern.isMultiple(of: 8) || seed == 0
        if Double(written)?.bitPattern != value.bitPattern
            || comparesDigits && Decimal(written) != Decimal("\(value)")
        {
            Issue.record("\(String(format: "%.17g", value)) was written as \(written), seed \(seed)")
        }
    }

    private func expectExact(_ value: Float, seed: UInt64) {
        let written = text(value)
        let comparesDigits = value.bitPattern.isMultiple(of: 8) || seed == 0
        if Float(written)?.bitPattern != value.bitPattern
            || comparesDigits && Decimal(written) != Decimal("\(value)")
        {
            Issue.record("\(String(format: "%.9g", value)) was written as \(written), seed \(seed)")
        }
    }
}
