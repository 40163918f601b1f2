internal import JSONText
internal import TelemetryModel
internal import TextCodec

/// What Go's `fmt` prints for maps and slices: `map[Soc:71.25 Tags:map[]]`, `[a b]`. Nothing is quoted, so it can't be
/// parsed for sure; people read it.
struct GoMapWriter: LoggerOutput {
    private var buffer = JSONWriterBuffer(reservingCapacity: 1024)
    private var needsSpace = false

    mutating func take() -> [UInt8] { buffer.take() }

    mutating func beginMap() {
        beginValue()
        buffer.append("map[")
        needsSpace = false
    }

    mutating func endMap() {
        buffer.append(UInt8(ascii: "]"))
        needsSpace = true
    }

    mutating func beginList() {
        beginValue()
        buffer.append(UInt8(ascii: "["))
        needsSpace = false
    }

    mutating func endList() { endMap() }

    mutating func key(_ name: String) {
        beginValue()
        buffer.append(name)
        buffer.append(UInt8(ascii: ":"))
        needsSpace = false
    }

    mutating func text(_ value: String) {
        beginValue()
        buffer.append(value)
    }

    mutating func number(_ value: Int64) {
        beginValue()
        NumberText.append(value, to: &buffer)
    }

    mutating func number(_ value: Float) {
        beginValue()
        NumberText.append(value, .general, to: &buffer)
    }

    mutating func number(_ value: Double) {
        beginValue()
        NumberText.append(value, .general, to: &buffer)
    }

    mutating func flag(_ value: Bool) { text(value ? "true" : "false") }

    mutating func date(_ moment: Timestamp, fraction: MomentText.Fraction) {
        beginValue()
        MomentText.appendDate(moment, fraction: fraction, to: &buffer)
    }

    mutating func seconds(_ moment: Timestamp, fraction: MomentText.Fraction) {
        beginValue()
        MomentText.appendSeconds(moment, fraction: fraction, to: &buffer)
    }

    mutating func base64(_ data: ArraySlice<UInt8>) {
        beginValue()
        Base64.encode(data.span) { buffer.append($0) }
    }

    mutating func absentValue() { text("<nil>") }
    mutating func absentList() { text("[]") }
    mutating func absentMap() { text("map[]") }

    private mutating func beginValue() {
        if needsSpace { buffer.append(UInt8(ascii: " ")) }
        needsSpace = true
    }
}
