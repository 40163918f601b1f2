internal import LinuxSystem

/// What a segment begins with, twice, so that one damaged sector of a header does not cost a whole segment.
///
/// ```
///  0  8 bytes  "FLTSPOOL"
///  8  u16      version, 1
/// 10  u16      bytes of the whole header, 128
/// 12  u32      0
/// 16  u64      position of the first record
/// 24  u64      generation: how often the directory was opened for writing
/// 32  u64      salt: random, mixed into every checksum of the segment
/// 40  i64      made at, milliseconds since 1970
/// 48  u64, u32 0
/// 60  u32      CRC-32C of the 60 bytes before
/// ```
struct SegmentHeader: Sendable, Hashable {
    static let copyBytes = 64
    /// Both copies: where the first frame begins.
    static let bytes = 128
    static let version = 1
    private static let magic = Array("FLTSPOOL".utf8)

    let first: UInt64
    let generation: UInt64
    let salt: FrameSalt
    let createdAtMilliseconds: Int64

    init(first: UInt64, generation: UInt64, salt: FrameSalt, createdAtMilliseconds: Int64) {
        self.first = first
        self.generation = generation
        self.salt = salt
        self.createdAtMilliseconds = createdAtMilliseconds
    }

    var encoded: [UInt8] {
        var copy = SegmentHeader.magic
        copy.appendFixed(UInt16(SegmentHeader.version))
        copy.appendFixed(UInt16(SegmentHeader.bytes))
        copy.appendFixed(UInt32(0))
        copy.appendFixed(first)
        copy.appendFixed(generation)
        copy.appendFixed(salt.ofHeader)
        copy.appendFixed(salt.ofBody)
        copy.appendFixed(createdAtMilliseconds)
        copy.appendFixed(UInt64(0))
        copy.appendFixed(UInt32(0))
        copy.appendFixed(CRC32C.checksum(copy.span))
        return copy + copy
    }

    /// Reads the first copy that is whole.
    ///
    /// - Parameter bytes: the first ``bytes`` of a file, or fewer when it is shorter.
    static func read(_ bytes: [UInt8]) -> Result<SegmentHeader, SegmentDefect> {
        var newest: Int?
        for start in [0, copyBytes] where bytes.count >= start + copyBytes {
            guard
                bytes[start..<start + 8].elementsEqual(magic),
                CRC32C.checksum(bytes.span.extracting(start..<start + 60)) == bytes.fixed32(at: start + 60)
            else { continue }
            let version = Int(bytes[start + 8]) | Int(bytes[start + 9]) << 8
            guard version == self.version else {
                newest = version
                continue
            }
            return .success(
                SegmentHeader(
                    first: bytes.fixed64(at: start + 16),
                    generation: bytes.fixed64(at: start + 24),
                    salt: FrameSalt(
                        ofHeader: bytes.fixed32(at: start + 32),
                        ofBody: bytes.fixed32(at: start + 36)
                    ),
                    createdAtMilliseconds: Int64(bitPattern: bytes.fixed64(at: start + 40))
                )
            )
        }
        return .failure(newest.map { .newerVersion($0) } ?? .header)
    }
}

extension SegmentDefect: Error {}

/// Names of the files in a spool's directory.
enum SpoolFileName {
    private static let segmentSuffix = ".segment"
    private static let cursorSuffix = ".cursor"
    static let quarantineSuffix = ".quarantined"
    static let temporarySuffix = ".tmp"
    /// See ``DiskReserve``.
    static let reserve = "room.reserve"

    /// Positions in 20 digits, so that names sort as positions do.
    static func segment(_ first: UInt64) -> String {
        let digits = String(first)
        return String(repeating: "0", count: 20 - digits.utf8.count) + digits + segmentSuffix
    }

    /// The first position that a name tells; nil for what is no segment.
    static func firstPosition(_ name: String) -> UInt64? {
        guard name.hasSuffix(segmentSuffix) else { return nil }
        let digits = name.dropLast(segmentSuffix.utf8.count)
        guard digits.utf8.count == 20, digits.utf8.allSatisfy({ (48...57).contains($0) }) else { return nil }
        return UInt64(digits)
    }

    static func cursor(_ dispatcher: String) -> String {
        var name = ""
        for byte in dispatcher.utf8 {
            switch byte {
            case 48...57, 65...90, 97...122, UInt8(ascii: "-"), UInt8(ascii: "_"):
                name.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                name += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
            }
        }
        // File systems take 255 bytes; the cursor's own file tells the whole name.
        guard name.utf8.count > 200 else { return name + cursorSuffix }
        return name.prefix(190) + String(CRC32C.checksum(Array(dispatcher.utf8).span), radix: 16) + cursorSuffix
    }

    static func isCursor(_ name: String) -> Bool { name.hasSuffix(cursorSuffix) }
}
