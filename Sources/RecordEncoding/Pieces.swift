internal import JSONText

/// Short texts rendered once and written often, such as `{"key":"Soc","value":`, kept as vectors of 64 bytes: most are
/// one of them.
///
/// They are here, with the stores below, and not beside the writer, because package functions of other modules are
/// never inlined.
struct Pieces: Sendable {
    struct Piece: Sendable {
        fileprivate let first: Int32
        fileprivate let length: Int32

        var byteCount: Int { Int(length) }
        var isEmpty: Bool { length == 0 }
    }

    private let vectors: [SIMD64<UInt8>]
    /// In the order of the texts they were made from.
    let all: [Piece]

    init(_ texts: [String]) {
        var vectors: [SIMD64<UInt8>] = []
        all = texts.map { text in
            let bytes = Array(text.utf8)
            let first = vectors.count
            for start in stride(from: 0, to: bytes.count, by: 64) {
                var vector = SIMD64<UInt8>(repeating: 0)
                for index in start..<min(start + 64, bytes.count) { vector[index - start] = bytes[index] }
                vectors.append(vector)
            }
            return Piece(first: Int32(first), length: Int32(bytes.count))
        }
        self.vectors = vectors
    }

    /// Writes a piece into room made by `JSONWriterBuffer.write`.
    ///
    /// - Returns: the place after it.
    @inline(__always)
    func write(_ piece: Piece, to room: inout MutableRawSpan, at place: Int) -> Int {
        let vectors = vectors.span
        let end = place &+ piece.byteCount
        var index = Int(piece.first)
        var next = place
        while next < end {
            room.storeBytes(of: vectors[index], toByteOffset: next, as: SIMD64<UInt8>.self)
            next &+= 64
            index &+= 1
        }
        return end
    }
}

extension MutableRawSpan {
    /// Stores a word, its lowest byte first, of which the first `count` bytes count.
    ///
    /// - Returns: the place after them.
    @inline(__always)
    mutating func put(_ word: UInt64, _ count: Int, at place: Int) -> Int {
        storeBytes(of: word.littleEndian, toByteOffset: place, as: UInt64.self)
        return place &+ count
    }

    @inline(__always)
    mutating func put(_ byte: UInt8, at place: Int) -> Int {
        storeBytes(of: byte, toByteOffset: place, as: UInt8.self)
        return place &+ 1
    }
}

extension JSONWriter {
    /// A piece that begins a value or member and leaves it open, e.g. `{"key":"Soc","value":`.
    mutating func open(_ piece: Pieces.Piece, of pieces: Pieces) {
        write(atMost: piece.byteCount + 1) { (room, start, needsComma) in
            let place = needsComma ? room.put(UInt8(ascii: ","), at: start) : start
            needsComma = false
            return pieces.write(piece, to: &room, at: place)
        }
    }

    /// A piece that brings its own comma and leaves a value open, e.g. `],"createdAt":`.
    mutating func attach(_ piece: Pieces.Piece, of pieces: Pieces) {
        write(atMost: piece.byteCount) { (room, start, needsComma) in
            needsComma = false
            return pieces.write(piece, to: &room, at: start)
        }
    }
}
