package import LinuxSystem
internal import Spooling

/// The signals of one day in one file, `2026-11-21.signals`.
///
/// It grows by blocks, each with what was counted since the one before: what a block says is added to what the others
/// say. A process that is killed loses the counts that it had not written, and nothing else. Its form, all numbers
/// little-endian:
///
/// - 8 bytes: `FTSIGNL1`
/// - blocks: length of the content (4 bytes), its CRC-32C (4 bytes), the content
///
/// A content is a list of vehicles, each a VIN with its length in front, how many counts follow, and the counts: a code
/// and a number. All of these numbers are LEB128.
package enum DayFile {
    static let magic = Array("FTSIGNL1".utf8)

    /// A file without a block.
    package static var empty: [UInt8] { magic }

    private static let headBytes = 8
    /// More than any server writes in a day: files are rewritten when they have grown to ``rewriteBytes``.
    private static let longestBytes = 1 << 30
    /// VINs are 17 bytes; certificates may hold other texts.
    private static let longestVIN = 256

    /// `2026-11-21.signals`
    package static func name(of day: UTCDate) -> String { "\(day)\(suffix)" }

    static let suffix = ".signals"

    /// What stands in a file.
    package struct Content: Sendable {
        package var counts = SignalCounts()
        /// Up to here it is whole.
        package var wholeBytes = 0
        /// What follows; 0 for a file that is in order.
        package var brokenBytes = 0
        /// Whether what follows was written whole and changed later; a write that was cut off is not.
        package var isDamaged = false
    }

    /// Reads a file, up to the first place that is not as it was written.
    package static func read(_ path: String) throws(SystemCallError) -> Content {
        read(try Files.read(path, limitBytes: longestBytes))
    }

    /// The same of a file's bytes.
    package static func read(_ bytes: [UInt8]) -> Content {
        var content = Content()
        guard bytes.starts(with: magic) else {
            content.brokenBytes = bytes.count
            content.isDamaged = !magic.starts(with: bytes)
            return content
        }
        var position = magic.count
        while position < bytes.count {
            guard let end = add(blockAt: position, of: bytes, to: &content) else { break }
            position = end
        }
        content.wholeBytes = position
        content.brokenBytes = bytes.count - position
        return content
    }

    /// - Returns: where the block ends; nil if it is none.
    private static func add(blockAt position: Int, of bytes: [UInt8], to content: inout Content) -> Int? {
        guard bytes.count - position >= headBytes else { return nil }
        let start = position + headBytes
        let length = Int(bytes.fixed32(at: position))
        guard length <= bytes.count - start else { return nil }
        let range = start..<start + length
        var counts = SignalCounts()
        guard CRC32C.checksum(bytes.span.extracting(range)) == bytes.fixed32(at: position + 4),
            read(bytes, range, into: &counts)
        else {
            content.isDamaged = true
            return nil
        }
        content.counts.add(counts)
        return range.upperBound
    }

    private static func read(_ bytes: [UInt8], _ range: Range<Int>, into counts: inout SignalCounts) -> Bool {
        var reader = ByteFieldReader(range)
        while reader.remaining > 0 {
            guard let name = reader.block(bytes), name.count <= longestVIN, let number = reader.varint(bytes) else {
                return false
            }
            let vehicle = String(decoding: bytes[name], as: UTF8.self)
            for _ in 0..<number {
                guard let code = reader.varint(bytes), code <= SignalCode.resent.rawValue,
                    let count = reader.varint(bytes), count <= Int.max
                else { return false }
                counts.add(Int(count), SignalCode(rawValue: UInt16(code)), of: vehicle)
            }
        }
        return true
    }

    /// A block with these counts, in a fixed order. Empty when there are none.
    package static func block(_ counts: SignalCounts) -> [UInt8] {
        guard !counts.isEmpty else { return [] }
        var content: [UInt8] = []
        for (vehicle, codes) in counts.vehicles.sorted(by: { $0.key < $1.key }) {
            let name = vehicle.utf8.prefix(longestVIN)
            content.appendVarint(UInt(name.count))
            content += name
            content.appendVarint(UInt(codes.count))
            for (code, count) in codes.sorted(by: { $0.key < $1.key }) {
                content.appendVarint(code.rawValue)
                content.appendVarint(UInt(max(0, count)))
            }
        }
        var block: [UInt8] = []
        block.reserveCapacity(headBytes + content.count)
        block.appendFixed(UInt32(content.count))
        block.appendFixed(CRC32C.checksum(content.span))
        return block + content
    }
}
