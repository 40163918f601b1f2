internal import LinuxSystem

/// Random numbers of one segment, mixed into the checksums of its frames.
///
/// A vehicle that puts a copy of a frame into a payload can't make a reader that looks for the next whole frame
/// after damage take the copy for one: it doesn't know the salt.
struct FrameSalt: Sendable, Hashable {
    let ofHeader: UInt32
    let ofBody: UInt32

    static func random() -> FrameSalt {
        FrameSalt(ofHeader: .random(in: 0 ... .max), ofBody: .random(in: 0 ... .max))
    }
}

/// How a body lies in a file.
///
/// ```
///  0  u32  bytes of the body
///  4  u32  index: position minus the segment's first position
///  8  u32  CRC-32C of the body, with the salt's second half
/// 12  u32  CRC-32C of the 12 bytes before, with the salt's first half
/// 16  body
/// ```
struct RecordFrame: Hashable {
    static let headerBytes = 16

    let bodyCount: Int
    let index: UInt32
    let bodyChecksum: UInt32

    var count: Int { RecordFrame.headerBytes + bodyCount }

    /// Leaves room for the header; the body is appended next.
    ///
    /// - Returns: where the frame starts.
    static func begin(_ buffer: inout [UInt8]) -> Int {
        let start = buffer.count
        buffer.append(contentsOf: repeatElement(0, count: headerBytes))
        return start
    }

    /// Fills in the header of the frame that ends with the buffer.
    static func finish(_ buffer: inout [UInt8], at start: Int, index: UInt32, salt: FrameSalt) {
        let body = start + headerBytes
        buffer.setFixed(UInt32(buffer.count - body), at: start)
        buffer.setFixed(index, at: start + 4)
        buffer.setFixed(CRC32C.checksum(buffer.span.extracting(body...), salt: salt.ofBody), at: start + 8)
        let checksum = CRC32C.checksum(buffer.span.extracting(start..<start + 12), salt: salt.ofHeader)
        buffer.setFixed(checksum, at: start + 12)
    }

    /// The header at `offset`, of which all bytes are there; nil when it is none.
    static func header(_ bytes: [UInt8], at offset: Int, salt: FrameSalt) -> RecordFrame? {
        let count = bytes.fixed32(at: offset)
        // Cheap, and true for next to nothing that is no header.
        guard count <= UInt32(SpoolLimit.bodyBytes) else { return nil }
        let checksum = CRC32C.checksum(bytes.span.extracting(offset..<offset + 12), salt: salt.ofHeader)
        guard checksum == bytes.fixed32(at: offset + 12) else { return nil }
        return RecordFrame(
            bodyCount: Int(count),
            index: bytes.fixed32(at: offset + 4),
            bodyChecksum: bytes.fixed32(at: offset + 8)
        )
    }

    /// Whether the body, of which all bytes are there, is what was written.
    func fits(_ bytes: [UInt8], bodyAt offset: Int, salt: FrameSalt) -> Bool {
        CRC32C.checksum(bytes.span.extracting(offset..<offset + bodyCount), salt: salt.ofBody) == bodyChecksum
    }
}
