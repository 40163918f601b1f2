internal import LinuxSystem

/// Reads the frames of one file in order, and steps over what is none.
///
/// Damage costs the records whose own bytes are damaged and no others: the next whole frame after it is looked for
/// byte by byte. Belongs to one thread.
struct SegmentReader {
    /// A whole frame in the reader's memory, until the next one is read.
    struct Found {
        let index: UInt32
        /// Where it starts in the file.
        let offset: Int
        let count: Int
        /// Where its body lies in ``SegmentReader/chunk``.
        let body: Range<Int>
    }

    let header: SegmentHeader
    private let file: any SpoolFile
    private(set) var chunk: [UInt8] = []
    private var chunkOffset = 0
    private var chunkCount = 0

    /// Where the next frame is expected.
    fileprivate(set) var offset: Int
    /// Frames come with rising indices; a lower one is no frame of this place.
    private var lowestIndex: UInt64 = 0
    /// Bytes that are no frames, as they were met.
    private(set) var damage: [Range<Int>] = []

    /// - Parameter offset: where a frame starts; the file's first one when nothing is given.
    init(_ file: any SpoolFile, _ header: SegmentHeader, offset: Int = SegmentHeader.bytes) {
        self.file = file
        self.header = header
        self.offset = offset
    }

    /// Opens a segment.
    static func open(
        _ name: String,
        in storage: any SpoolStorage
    ) throws(SystemCallError) -> Result<SegmentReader, SegmentDefect> {
        let file = try storage.open(name, isWriting: false)
        var bytes = [UInt8](repeating: 0, count: SegmentHeader.bytes)
        let count = try file.read(into: &bytes, 0..<bytes.count, at: 0)
        return SegmentHeader.read(Array(bytes[..<count])).map { SegmentReader(file, $0) }
    }

    func fileSize() throws(SystemCallError) -> Int { try file.size() }

    func position(of found: Found) -> UInt64 { header.first &+ UInt64(found.index) }

    mutating func takeDamage() -> [Range<Int>] {
        defer { damage = [] }
        return damage
    }

    /// The next whole frame.
    ///
    /// - Parameters:
    ///   - limit: where the file ends as far as the caller cares.
    ///   - end: positions from here on belong to the next segment.
    /// - Returns: nil when there is none before the limit; ``offset`` is the limit then.
    mutating func next(limit: Int, before end: UInt64 = .max) throws(SystemCallError) -> Found? {
        var skippedFrom: Int?
        while offset + RecordFrame.headerBytes <= limit {
            guard try load(RecordFrame.headerBytes, limit) else { break }
            let inChunk = offset - chunkOffset
            var step = 1
            if let frame = RecordFrame.header(chunk, at: inChunk, salt: header.salt),
                frame.count <= limit - offset, try load(frame.count, limit)
            {
                let body = offset - chunkOffset + RecordFrame.headerBytes
                if UInt64(frame.index) >= lowestIndex, frame.fits(chunk, bodyAt: body, salt: header.salt) {
                    if let skippedFrom { damage.append(skippedFrom..<offset) }
                    return take(frame, body: body, before: end, limit)
                }
                // The header is whole, so its length can be trusted.
                step = frame.count
            }
            skippedFrom = skippedFrom ?? offset
            offset += step
        }
        if offset < limit || skippedFrom != nil { damage.append((skippedFrom ?? offset)..<limit) }
        offset = limit
        return nil
    }

    private mutating func take(_ frame: RecordFrame, body: Int, before end: UInt64, _ limit: Int) -> Found? {
        guard header.first &+ UInt64(frame.index) < end else {
            offset = limit
            return nil
        }
        let found = Found(
            index: frame.index,
            offset: offset,
            count: frame.count,
            body: body..<body + frame.bodyCount
        )
        lowestIndex = UInt64(frame.index) + 1
        offset += frame.count
        return found
    }

    /// Sees to it that `count` bytes from ``offset`` on are in the chunk.
    ///
    /// - Returns: false when the file ends before.
    private mutating func load(_ count: Int, _ limit: Int) throws(SystemCallError) -> Bool {
        if offset >= chunkOffset, offset + count <= chunkOffset + chunkCount { return true }
        let wanted = min(limit - offset, max(count, SpoolLimit.chunkBytes))
        if chunk.count < wanted {
            chunk = [UInt8](repeating: 0, count: wanted)
        }
        chunkCount = 0
        chunkCount = try file.read(into: &chunk, 0..<wanted, at: offset)
        chunkOffset = offset
        return chunkCount >= count
    }
}

extension SegmentReader {
    /// Begins at another frame of the file than the first.
    mutating func start(at offset: Int) {
        precondition(offset >= SegmentHeader.bytes)
        self.offset = offset
    }
}
