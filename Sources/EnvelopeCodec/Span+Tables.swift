/// A FlatBuffers table whose vtable was checked to lie inside the message.
struct TablePosition {
    let start: Int
    let vtable: Int
    let vtableEnd: Int
}

/// Follows the offsets of one FlatBuffers message, which is the whole span, and none of them out of it.
///
/// Every read is preceded by a check against the message's length; the span's own check stands behind as a second
/// wall. Offsets are at most 32 bits wide, so sums of positions and offsets cannot overflow. Alignment is not
/// required: a message inside a WebSocket frame begins anywhere.
extension Span<UInt8> {
    /// Reads two bytes, lowest first. The caller has checked that they are there.
    @inline(__always)
    func word16(at position: Int) -> Int {
        let word = extracting(position..<position &+ 2)
        return Int(word[0]) | Int(word[1]) << 8
    }

    /// Reads four bytes, lowest first. The caller has checked that they are there.
    @inline(__always)
    func word32(at position: Int) -> UInt32 {
        // Cut out first: the compiler then checks the bounds once and loads the four bytes as one word.
        let word = extracting(position..<position &+ 4)
        return UInt32(word[0]) | UInt32(word[1]) << 8 | UInt32(word[2]) << 16 | UInt32(word[3]) << 24
    }

    @inline(__always)
    func has(_ length: Int, at position: Int) -> Bool {
        position >= 0 && position <= count &- length
    }

    @inline(__always)
    private func require(
        _ length: Int,
        at position: Int,
        from cause: Int,
        for part: EnvelopeError.Part
    ) throws(EnvelopeFault) {
        guard has(length, at: position) else {
            throw EnvelopeFault(
                part: part,
                reason: .outside(length: length, messageLength: count),
                position: position,
                cause: cause
            )
        }
    }

    /// The position that the offset at `position` leads to; nil for a zero offset, which leads nowhere.
    ///
    /// - Parameter cause: where it stands that the offset would be there; for errors, like all of that name.
    @inline(__always)
    func follow(_ position: Int, from cause: Int, for part: EnvelopeError.Part) throws(EnvelopeFault) -> Int? {
        try require(4, at: position, from: cause, for: part)
        let offset = Int(word32(at: position))
        return offset == 0 ? nil : position &+ offset
    }

    @inline(__always)
    func table(
        at position: Int,
        from cause: Int,
        for part: EnvelopeError.Part,
        layout: EnvelopeError.Part
    ) throws(EnvelopeFault) -> TablePosition {
        try require(4, at: position, from: cause, for: part)
        // The way to the vtable is signed and counted backwards, so that tables can share one that comes later.
        let vtable = position &- Int(Int32(bitPattern: word32(at: position)))
        try require(4, at: vtable, from: position, for: layout)
        let size = word16(at: vtable)
        guard size >= 4 else {
            throw EnvelopeFault(part: layout, reason: .vtableTooSmall(size: size), position: vtable, cause: vtable)
        }
        try require(size, at: vtable, from: vtable, for: layout)
        return TablePosition(start: position, vtable: vtable, vtableEnd: vtable &+ size)
    }

    /// Where the vtable says where a field lies.
    @inline(__always)
    func entry(_ slot: Int, of table: TablePosition) -> Int { table.vtable &+ 4 &+ slot &* 2 }

    /// Where a field of the table lies; nil when the sender left it out. Not yet checked to be inside.
    @inline(__always)
    func field(_ slot: Int, of table: TablePosition) -> Int? {
        let entry = entry(slot, of: table)
        guard entry &+ 2 <= table.vtableEnd else { return nil }
        let offset = word16(at: entry)
        return offset == 0 ? nil : table.start &+ offset
    }

    /// The bytes of a vector that a field leads to; empty when the field is absent.
    @inline(__always)
    func vector(
        _ slot: Int,
        of table: TablePosition,
        for part: EnvelopeError.Part
    ) throws(EnvelopeFault) -> Range<Int> {
        guard let field = field(slot, of: table),
            let vector = try follow(field, from: entry(slot, of: table), for: part)
        else { return 0..<0 }
        try require(4, at: vector, from: field, for: part)
        let length = Int(word32(at: vector))
        try require(length, at: vector &+ 4, from: vector, for: part)
        return vector &+ 4..<vector &+ 4 &+ length
    }

    /// As ``vector(_:of:for:)``, but a damaged one is empty: for what nothing depends on.
    @inline(__always)
    func unneededVector(_ slot: Int, of table: TablePosition) -> Range<Int> {
        guard let field = field(slot, of: table), has(4, at: field) else { return 0..<0 }
        let vector = field &+ Int(word32(at: field))
        guard has(4, at: vector) else { return 0..<0 }
        let length = Int(word32(at: vector))
        guard has(length, at: vector &+ 4) else { return 0..<0 }
        return vector &+ 4..<vector &+ 4 &+ length
    }

    /// A number of four bytes; 0 when absent or outside of the message.
    @inline(__always)
    func number32(_ slot: Int, of table: TablePosition) -> UInt32 {
        guard let field = field(slot, of: table), has(4, at: field) else { return 0 }
        return word32(at: field)
    }

    /// A number of eight bytes; 0 when absent or outside of the message.
    @inline(__always)
    func number64(_ slot: Int, of table: TablePosition) -> UInt64 {
        guard let field = field(slot, of: table), has(8, at: field) else { return 0 }
        return UInt64(word32(at: field)) | UInt64(word32(at: field &+ 4)) << 32
    }

    /// A byte of the table; nil when absent.
    @inline(__always)
    func byte(_ slot: Int, of table: TablePosition, for part: EnvelopeError.Part) throws(EnvelopeFault) -> UInt8? {
        guard let field = field(slot, of: table) else { return nil }
        try require(1, at: field, from: entry(slot, of: table), for: part)
        return self[field]
    }
}
