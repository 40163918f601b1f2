internal import LinuxSystem

/// What stands in a dispatcher's cursor file: the position of the first record that it has not delivered.
///
/// ```
///  0  8 bytes  "FLTCURSR"
///  8  u16      version, 1
/// 10  u16      bytes of the dispatcher's name
/// 12  u32      0
/// 16  u64      position
/// 24  i64      written at, milliseconds since 1970
/// 32  name, then u32 CRC-32C of everything before
/// ```
/// The file is replaced as a whole, so there is always an old or a new one.
struct CursorFile: Sendable, Hashable {
    private static let magic = Array("FLTCURSR".utf8)
    private static let fixedBytes = 32
    /// Above this a position is taken for damage: no spool ever gets there.
    static let highestPosition: UInt64 = 1 << 62

    let dispatcher: String
    let position: UInt64
    let savedAtMilliseconds: Int64

    var encoded: [UInt8] {
        let name = Array(dispatcher.utf8.prefix(Int(UInt16.max)))
        var bytes = CursorFile.magic
        bytes.appendFixed(UInt16(1))
        bytes.appendFixed(UInt16(name.count))
        bytes.appendFixed(UInt32(0))
        bytes.appendFixed(position)
        bytes.appendFixed(savedAtMilliseconds)
        bytes += name
        bytes.appendFixed(CRC32C.checksum(bytes.span))
        return bytes
    }

    init(dispatcher: String, position: UInt64, savedAtMilliseconds: Int64) {
        self.dispatcher = dispatcher
        self.position = position
        self.savedAtMilliseconds = savedAtMilliseconds
    }

    /// Nil when the bytes are no whole cursor file of a version that this program knows.
    init?(_ bytes: [UInt8]) {
        guard bytes.count >= CursorFile.fixedBytes + 4, bytes[..<8].elementsEqual(CursorFile.magic) else { return nil }
        let nameCount = Int(bytes[10]) | Int(bytes[11]) << 8
        let end = CursorFile.fixedBytes + nameCount
        guard
            bytes[8] == 1, bytes[9] == 0, bytes.count == end + 4,
            CRC32C.checksum(bytes.span.extracting(..<end)) == bytes.fixed32(at: end),
            bytes.fixed64(at: 16) <= CursorFile.highestPosition
        else { return nil }
        dispatcher = String(decoding: bytes[CursorFile.fixedBytes..<end], as: UTF8.self)
        position = bytes.fixed64(at: 16)
        savedAtMilliseconds = Int64(bitPattern: bytes.fixed64(at: 24))
    }
}

extension SpoolStorage {
    /// A small file as a whole.
    func contents(_ name: String, limitBytes: Int) throws(SystemCallError) -> [UInt8] {
        let file = try open(name, isWriting: false)
        let size = min(try file.size(), limitBytes)
        var bytes = [UInt8](repeating: 0, count: size)
        let count = try file.read(into: &bytes, 0..<size, at: 0)
        return Array(bytes[..<count])
    }
}
