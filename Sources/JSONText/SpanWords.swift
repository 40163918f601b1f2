// Texts are looked through and copied eight bytes at a time, as words with the first byte lowest.

extension Span<UInt8> {
    /// The eight bytes from a place on, in one load: the compiler merges the bytes once it knows that there are eight.
    @inline(__always)
    func word(at place: Int) -> UInt64 {
        let bytes = extracting(place..<place &+ 8)
        return UInt64(bytes[0]) | UInt64(bytes[1]) &<< 8 | UInt64(bytes[2]) &<< 16 | UInt64(bytes[3]) &<< 24
            | UInt64(bytes[4]) &<< 32 | UInt64(bytes[5]) &<< 40 | UInt64(bytes[6]) &<< 48 | UInt64(bytes[7]) &<< 56
    }

    /// All bytes of a span of fewer than eight, followed by spaces.
    @inline(__always)
    var shortWord: UInt64 {
        let spaces = 0x2020_2020_2020_2020 &<< UInt64(8 &* count)
        if count >= 4 {
            // Two halves, which overlap.
            let last = count &- 4
            return half(at: 0) | half(at: last) &<< UInt64(8 &* last) | spaces
        }
        guard count > 0 else { return spaces }
        let middle = count / 2
        let last = count &- 1
        return UInt64(self[0]) | UInt64(self[middle]) &<< UInt64(8 &* middle) | UInt64(self[last]) &<< UInt64(8 &* last)
            | spaces
    }

    @inline(__always)
    private func half(at place: Int) -> UInt64 {
        let bytes = extracting(place..<place &+ 4)
        return UInt64(bytes[0]) | UInt64(bytes[1]) &<< 8 | UInt64(bytes[2]) &<< 16 | UInt64(bytes[3]) &<< 24
    }
}

extension UInt64 {
    /// Eight times the same byte.
    @inline(__always)
    init(each byte: UInt8) { self = UInt64(byte) &* 0x0101_0101_0101_0101 }

    // The marks below stand in the highest bit of a byte and count only where the byte is ASCII. They may be wrong
    // above the first byte that is marked rightly, because a subtraction borrows; so a word with any mark has a right
    // one.

    /// Marks bytes below the space.
    @inline(__always)
    var control: UInt64 { self &- UInt64(each: 0x20) }

    /// Marks bytes of this value, which must be ASCII.
    @inline(__always)
    func has(_ byte: UInt8) -> UInt64 { (self ^ UInt64(each: byte)) &- UInt64(each: 1) }
}

extension MutableRawSpan {
    /// Stores a word, its lowest byte first, of which the first `count` bytes count.
    ///
    /// - Returns: the place after them.
    @inline(__always)
    mutating func put<Word: FixedWidthInteger & BitwiseCopyable>(_ word: Word, _ count: Int, at place: Int)
        -> Int
    {
        storeBytes(of: word.littleEndian, toByteOffset: place, as: Word.self)
        return place &+ count
    }

    @inline(__always)
    mutating func put(_ byte: UInt8, at place: Int) -> Int {
        storeBytes(of: byte, toByteOffset: place, as: UInt8.self)
        return place &+ 1
    }

    /// Copies bytes, of any number.
    ///
    /// - Returns: the place after them.
    @inline(__always)
    mutating func put(_ bytes: borrowing Span<UInt8>, at place: Int) -> Int {
        _ = put(bytes, at: place) { _ in 0 }
        return place &+ bytes.count
    }

    /// Copies bytes and looks at them on the way.
    ///
    /// - Parameter marks: sets the highest bit of each byte that it looks for.
    /// - Returns: whether there is one.
    @inline(__always)
    mutating func put(_ bytes: borrowing Span<UInt8>, at place: Int, _ marks: (UInt64) -> UInt64) -> Bool {
        var found: UInt64
        if bytes.count < 8 {
            let word = bytes.shortWord
            found = marks(word)
            storeBytes(of: word.littleEndian, toByteOffset: place, as: UInt64.self)
        } else {
            // The last word overlaps the one before.
            let last = bytes.count &- 8
            let lastWord = bytes.word(at: last)
            found = marks(lastWord)
            var index = 0
            while index < last {
                let word = bytes.word(at: index)
                found |= marks(word)
                storeBytes(of: word.littleEndian, toByteOffset: place &+ index, as: UInt64.self)
                index &+= 8
            }
            storeBytes(of: lastWord.littleEndian, toByteOffset: place &+ last, as: UInt64.self)
        }
        return found & UInt64(each: 0x80) != 0
    }
}
