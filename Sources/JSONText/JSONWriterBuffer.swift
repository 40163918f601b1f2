/// Bytes being written: an array that is always longer than what stands in it, so that eight bytes can be stored at
/// once. A piece appended to an array costs 20 to 35 ns, stored here 2 to 5.
package struct JSONWriterBuffer: Sendable {
    /// Zeros, or leftovers of wide stores, from ``position`` on.
    @usableFromInline var storage: [UInt8]
    /// How many bytes have been written.
    @usableFromInline var position = 0

    /// Room beyond what is asked for: a store may be wider than what it is for.
    @usableFromInline static var slack: Int { 32 }

    /// - Parameter capacity: bytes to reserve at once; the buffer grows beyond it by itself.
    package init(reservingCapacity capacity: Int) {
        storage = [UInt8](repeating: 0, count: max(capacity, 0) + Self.slack)
    }

    /// How many bytes have been written.
    @inlinable
    package var count: Int { position }

    /// What has been written so far, copied.
    package var bytes: [UInt8] { Array(storage[..<position]) }

    /// What has been written so far, without a copy.
    package consuming func take() -> [UInt8] {
        storage.removeLast(storage.count - position)
        return storage
    }

    /// Forgets what was written and keeps the memory.
    package mutating func removeAll() { position = 0 }

    @inlinable
    package mutating func append(_ byte: UInt8) {
        write(atMost: 1) { (room, place) in
            room.storeBytes(of: byte, toByteOffset: place, as: UInt8.self)
            return place &+ 1
        }
    }

    /// As it is, without escapes.
    package mutating func append(_ text: String) {
        append(span: text.utf8.span)
    }

    package mutating func append(_ data: [UInt8]) { append(span: data.span) }

    package mutating func append(_ data: ArraySlice<UInt8>) { append(span: data.span) }

    package mutating func append(_ piece: JSONPieces.Piece, of pieces: borrowing JSONPieces) {
        write(atMost: piece.byteCount) { (room, place) in pieces.write(piece, to: &room, at: place) }
    }

    /// Lets the closure write several things after one look at the room for all of them.
    ///
    /// - Parameters:
    ///   - count: at most so many bytes are written; stores may reach ``slack`` bytes beyond them.
    ///   - body: gets the room and the place to begin at, returns the place where it ended.
    @inlinable
    @inline(__always)
    package mutating func write(atMost count: Int, _ body: (inout MutableRawSpan, Int) -> Int) {
        if storage.count &- position < count &+ Self.slack { grow(count) }
        let place = position
        var span = storage.mutableSpan
        var room = MutableRawSpan(_elements: &span)
        position = body(&room, place)
    }
}

extension JSONWriterBuffer {
    @usableFromInline
    @inline(never)
    mutating func grow(_ count: Int) {
        storage.append(contentsOf: repeatElement(0, count: max(count + Self.slack, storage.count)))
    }

    mutating func append(span data: Span<UInt8>) {
        if data.count > 64 {
            appendMany(data)
            return
        }
        write(atMost: data.count) { (room, place) in
            for index in data.indices {
                room.storeBytes(of: data[index], toByteOffset: place &+ index, as: UInt8.self)
            }
            return place &+ data.count
        }
    }

    /// Cuts the storage to what is written, because arrays append in bulk only at their end, and pads it again.
    @inline(never)
    private mutating func appendMany(_ data: Span<UInt8>) {
        let padded = max(storage.count, position + data.count + Self.slack)
        storage.removeLast(storage.count - position)
        storage.reserveCapacity(padded)
        storage.append(addingCapacity: data.count) { room in
            for index in data.indices { room.append(data[index]) }
        }
        position = storage.count
        storage.append(contentsOf: repeatElement(0, count: padded - position))
    }
}

extension MutableRawSpan {
    /// Stores a word, its lowest byte first, of which the first `count` bytes count.
    ///
    /// - Returns: the place after them.
    @inlinable
    @inline(__always)
    package mutating func put<Word: FixedWidthInteger & BitwiseCopyable>(_ word: Word, _ count: Int, at place: Int)
        -> Int
    {
        storeBytes(of: word.littleEndian, toByteOffset: place, as: Word.self)
        return place &+ count
    }

    @inlinable
    @inline(__always)
    package mutating func put(_ byte: UInt8, at place: Int) -> Int {
        storeBytes(of: byte, toByteOffset: place, as: UInt8.self)
        return place &+ 1
    }
}

/// Short texts rendered once and written often, such as `{"key":"Soc","value":`, kept as vectors of 32 bytes: most are
/// one or two stores.
package struct JSONPieces: Sendable {
    package struct Piece: Sendable {
        let vectors: Range<Int>
        package let byteCount: Int

        package var isEmpty: Bool { byteCount == 0 }
    }

    let vectors: [SIMD32<UInt8>]
    /// In the order of the texts they were made from.
    package let all: [Piece]

    package init(_ texts: [String]) {
        var vectors: [SIMD32<UInt8>] = []
        all = texts.map { text in
            let bytes = Array(text.utf8)
            let first = vectors.count
            for start in stride(from: 0, to: bytes.count, by: 32) {
                var vector = SIMD32<UInt8>(repeating: 0)
                for index in start..<min(start + 32, bytes.count) { vector[index - start] = bytes[index] }
                vectors.append(vector)
            }
            return Piece(vectors: first..<vectors.count, byteCount: bytes.count)
        }
        self.vectors = vectors
    }

    /// Writes a piece into room made by ``JSONWriterBuffer/write(atMost:_:)``.
    ///
    /// - Returns: the place after it.
    package func write(_ piece: Piece, to room: inout MutableRawSpan, at place: Int) -> Int {
        let vectors = vectors.span
        var next = place
        for index in piece.vectors {
            room.storeBytes(of: vectors[index], toByteOffset: next, as: SIMD32<UInt8>.self)
            next &+= 32
        }
        return place &+ piece.byteCount
    }
}
