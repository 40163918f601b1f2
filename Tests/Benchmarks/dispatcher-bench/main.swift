internal import LinuxSystem

// `make bench-dispatchers`: how fast dispatchers take records, and what vehicles notice of one whose sink is down.
ProcessSignals.takeOver()
let seconds = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 3
say("each figure from 3 rounds of \(seconds) s, median; records: vehicle data of 10 datums")
say("")
try ThroughputBench(seconds: seconds).run()
say("")
try DownBench(seconds: seconds).run()

/// Prints a line of the report.
func say(_ text: String) {
    _ = StandardStream.output.write(Array("\(text)\n".utf8))
}

/// The middle of some figures.
func median(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    return sorted.isEmpty ? 0 : sorted[sorted.count / 2]
}

/// A text with spaces behind it, or before it.
func column(_ text: String, _ width: Int, isRight: Bool = true) -> String {
    let space = String(repeating: " ", count: max(0, width - text.count))
    return isRight ? space + text : text + space
}
