internal import LinuxSystem
internal import RecordEncoding
internal import Synchronization
internal import TelemetryModel

/// The moments that rotated files are named after: each is later than the one before, whatever the clock does.
///
/// Files are removed by their names, the first one first. Without this a file could take the name of one that was just
/// removed, before older ones, and be the next to go.
final class RotationMoments: Sendable {
    private let latest = Atomic<Int64>(0)

    /// - Parameter now: milliseconds of the wall clock.
    func next(now: Int64) -> Int64 {
        var seen = latest.load(ordering: .relaxed)
        while true {
            let moment = max(now, seen + 1)
            let (isDone, latest) = latest.weakCompareExchange(
                expected: seen,
                desired: moment,
                ordering: .relaxed
            )
            if isDone { return moment }
            seen = latest
        }
    }
}

/// Names of files that nothing is written to any more: `records.jsonl.20261121T031512123Z`, then `.gz` when it is
/// compressed. They sort by time.
enum RotatedName {
    static let compressedSuffix = ".gz"
    /// While the compressor writes. It is not complete.
    static let partialSuffix = ".gz-partial"
    /// `.`, a date of 8 digits, `T`, a time of 9, `Z`.
    private static let stampCount = 20

    /// A name that nothing has: of that moment, or of the first millisecond after it that is free.
    ///
    /// - Parameter milliseconds: one of ``RotationMoments``, so that names that have become free are not used again.
    static func make(_ path: String, at milliseconds: Int64) -> String {
        var milliseconds = milliseconds
        while true {
            let name = "\(path).\(stamp(UTCMoment(UnixMilliseconds(rawValue: milliseconds))))"
            let isTaken = ["", compressedSuffix, partialSuffix].contains { Files.exists(name + $0) }
            if !isTaken { return name }
            milliseconds += 1
        }
    }

    private static func stamp(_ moment: UTCMoment) -> String {
        let date =
            UTCMoment.digits(moment.year, 4) + UTCMoment.digits(moment.month, 2) + UTCMoment.digits(moment.day, 2)
        let time = [moment.hour, moment.minute, moment.second].map { UTCMoment.digits($0, 2) }.joined()
        return "\(date)T\(time)\(UTCMoment.digits(moment.millisecond, 3))Z"
    }

    /// What a file name in the directory of `base` is; nil when it is no rotated file of that base.
    ///
    /// - Parameter base: the name of the file that is written, without its directory.
    static func state(of name: String, base: String) -> State? {
        guard name.hasPrefix(base + ".") else { return nil }
        let rest = name.dropFirst(base.count)
        let stamp = rest.prefix(stampCount)
        guard stamp.count == stampCount, isStamp(stamp) else { return nil }
        switch rest.dropFirst(stampCount) {
        case "": return .plain
        case compressedSuffix: return .compressed
        case partialSuffix: return .partial
        default: return nil
        }
    }

    enum State {
        case plain, compressed, partial
    }

    private static func isStamp(_ text: Substring) -> Bool {
        for (index, byte) in text.utf8.enumerated() {
            switch index {
            case 0: if byte != UInt8(ascii: ".") { return false }
            case 9: if byte != UInt8(ascii: "T") { return false }
            case 19: if byte != UInt8(ascii: "Z") { return false }
            default: if !(48...57).contains(byte) { return false }
            }
        }
        return true
    }
}
