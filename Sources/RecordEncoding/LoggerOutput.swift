internal import JSONText
internal import TelemetryModel
internal import TextCodec

/// What a line of the logger is written to: the same walk over a record makes JSON and Go's map text.
protocol LoggerOutput {
    mutating func beginMap()
    mutating func endMap()
    mutating func beginList()
    mutating func endList()
    /// The name of the next value of a map.
    mutating func key(_ name: String)

    mutating func text(_ value: String)
    mutating func number(_ value: Int64)
    mutating func number(_ value: Float)
    mutating func number(_ value: Double)
    mutating func flag(_ value: Bool)
    /// A date in text form.
    mutating func date(_ moment: Timestamp, fraction: MomentText.Fraction)
    /// Seconds since 1970 as a number.
    mutating func seconds(_ moment: Timestamp, fraction: MomentText.Fraction)
    mutating func base64(_ data: ArraySlice<UInt8>)
    /// Go's nil in place of a value, a list, a map.
    mutating func absentValue()
    mutating func absentList()
    mutating func absentMap()
}

extension JSONWriter: LoggerOutput {
    mutating func beginMap() { beginObject() }
    mutating func endMap() { endObject() }
    mutating func beginList() { beginArray() }
    mutating func endList() { endArray() }
    mutating func text(_ value: String) { string(value) }
    mutating func flag(_ value: Bool) { boolean(value) }

    mutating func date(_ moment: Timestamp, fraction: MomentText.Fraction) {
        quoted { MomentText.appendDate(moment, fraction: fraction, to: &$0) }
    }

    mutating func seconds(_ moment: Timestamp, fraction: MomentText.Fraction) {
        raw { MomentText.appendSeconds(moment, fraction: fraction, to: &$0) }
    }

    mutating func base64(_ data: ArraySlice<UInt8>) { quoted { text in Base64.encode(data.span) { text.append($0) } } }
    mutating func absentValue() { null() }
    mutating func absentList() { null() }
    mutating func absentMap() { null() }
}
