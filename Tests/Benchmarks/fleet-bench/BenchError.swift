/// Why a measurement came to nothing.
enum BenchError: Error, CustomStringConvertible {
    case interrupted
    /// A program that should have run, and what it said last.
    case ended(String, said: String)
    case tookTooLong(String)
    case missing(String)

    var description: String {
        switch self {
        case .interrupted:
            "interrupted"
        case .ended(let what, let said):
            "\(what) ended before it should have; it said last: \(said.isEmpty ? "nothing" : said)"
        case .tookTooLong(let what):
            "\(what) did not come in time; is the machine very busy?"
        case .missing(let path):
            "\(path): not there; build it with 'make bench' or 'swift build -c release'"
        }
    }
}
