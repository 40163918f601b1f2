import HTTPCodec
import Testing

/// What became of a request.
enum Verdict: Equatable {
    case head(RequestHead)
    case needsMore
    case refused(Int, String)

    var status: Int? { if case .refused(let status, _) = self { status } else { nil } }
    var head: RequestHead? { if case .head(let head) = self { head } else { nil } }
}

/// Reads bytes that arrive in the given pieces.
func read(_ bytes: [UInt8], pieces ends: some Sequence<Int>, limits: HeadLimits = HeadLimits()) -> Verdict {
    var reader = RequestHeadReader(limits: limits)
    // The request lies somewhere in a larger buffer, behind line ends that do not belong to it.
    let buffer = [0x0a, 0x0a, 0x0a] + bytes + [0x0a, 0x0a]
    do throws(HTTPError) {
        for end in ends {
            if let head = try reader.read(buffer.span, in: 3..<3 + end) { return .head(head) }
        }
        return .needsMore
    } catch {
        return .refused(error.status, error.reason)
    }
}

/// Reads bytes whole, byte by byte, and cut in two at every place; all must come to the same.
func read(_ bytes: [UInt8], limits: HeadLimits = HeadLimits()) -> Verdict {
    let whole = read(bytes, pieces: [bytes.count], limits: limits)
    if read(bytes, pieces: 0...bytes.count, limits: limits) != whole { Issue.record("byte by byte: \(bytes)") }
    for cut in stride(from: 0, through: bytes.count, by: max(1, bytes.count / 300)) {
        if read(bytes, pieces: [cut, bytes.count], limits: limits) != whole { Issue.record("cut at \(cut): \(bytes)") }
    }
    return whole
}

func read(_ text: String, limits: HeadLimits = HeadLimits()) -> Verdict {
    read(Array(text.utf8), limits: limits)
}
