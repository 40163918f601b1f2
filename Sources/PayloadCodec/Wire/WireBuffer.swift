/// Where ``PayloadWriter`` writes: a growing piece of memory that is used again for the next record.
///
/// It exists because an array can't be written beyond its end; everything written here is copied once, at the end.
struct WireBuffer: ~Copyable {
    // SAFETY: owned by the buffer from `init` to `deinit`; the first `count` of `capacity` bytes are initialised. The
    // pointer never leaves this file.
    private var bytes: UnsafeMutablePointer<UInt8>
    private var capacity: Int
    private(set) var count = 0

    init() {
        capacity = 4096
        // SAFETY: freed in `deinit`, or replaced in `grow`.
        bytes = .allocate(capacity: capacity)
    }

    deinit {
        // SAFETY: the buffer is the only owner.
        bytes.deallocate()
    }

    /// Appends what was written to an array and starts anew.
    mutating func drain(into result: inout [UInt8]) {
        // SAFETY: the first `count` bytes are initialised, and are copied before the memory is used again.
        result.append(contentsOf: UnsafeBufferPointer(start: bytes, count: count))
        count = 0
        if capacity > 1 << 20 { shrink() }
    }

    /// What was written, with `tail` behind it, in one allocation of exactly that size. The buffer starts anew.
    mutating func take(followedBy tail: Span<UInt8>) -> [UInt8] {
        var result: [UInt8] = []
        // Not `Array(unsafeUninitializedCapacity:)`, which asks the runtime for its type each time: 300 instructions.
        result.reserveCapacity(count + tail.count)
        // SAFETY: both pieces of memory are read during the calls only; the first `count` bytes are initialised.
        result.append(contentsOf: UnsafeBufferPointer(start: bytes, count: count))
        tail.withUnsafeBufferPointer { result.append(contentsOf: $0) }
        count = 0
        if capacity > 1 << 20 { shrink() }
        return result
    }

    @inline(__always)
    mutating func byte(_ value: UInt8) {
        reserve(1)
        // SAFETY: `reserve` made room.
        bytes[count] = value
        count &+= 1
    }

    @inline(__always)
    mutating func varint(_ value: UInt64) {
        reserve(10)
        var rest = value
        // SAFETY: `reserve` made room for the ten bytes that the longest number takes.
        while rest >= 0x80 {
            bytes[count] = UInt8(truncatingIfNeeded: rest) | 0x80
            count &+= 1
            rest >>= 7
        }
        bytes[count] = UInt8(truncatingIfNeeded: rest)
        count &+= 1
    }

    @inline(__always)
    mutating func fixed32(_ value: UInt32) {
        reserve(4)
        // SAFETY: `reserve` made room.
        UnsafeMutableRawPointer(bytes + count).storeBytes(of: value.littleEndian, as: UInt32.self)
        count &+= 4
    }

    @inline(__always)
    mutating func fixed64(_ value: UInt64) {
        reserve(8)
        // SAFETY: `reserve` made room.
        UnsafeMutableRawPointer(bytes + count).storeBytes(of: value.littleEndian, as: UInt64.self)
        count &+= 8
    }

    @inline(__always)
    mutating func append(_ other: [UInt8]) {
        guard !other.isEmpty else { return }
        reserve(other.count)
        // SAFETY: `reserve` made room; the array's memory is read during the call only.
        other.withUnsafeBufferPointer { source in
            if let start = source.baseAddress { (bytes + count).update(from: start, count: source.count) }
        }
        count &+= other.count
    }

    @inline(__always)
    mutating func append(_ other: Span<UInt8>) {
        reserve(other.count)
        // SAFETY: `reserve` made room; the span's memory is read during the call only.
        other.withUnsafeBufferPointer { source in
            if let start = source.baseAddress { (bytes + count).update(from: start, count: source.count) }
        }
        count &+= other.count
    }

    /// The text with its length before it.
    @inline(__always)
    mutating func delimited(_ text: String) {
        var text = text
        // SAFETY: the text's memory is read during the call only; `reserve` made room for it.
        text.withUTF8 { source in
            varint(UInt64(source.count))
            reserve(source.count)
            if let start = source.baseAddress { (bytes + count).update(from: start, count: source.count) }
            count &+= source.count
        }
    }

    /// Begins a message inside a message. Give the result to ``end(_:)`` when all of it is written.
    @inline(__always)
    mutating func begin() -> Int {
        byte(0)
        return count
    }

    /// Writes the length of a message before it. One byte is there; a longer length moves the message.
    @inline(__always)
    mutating func end(_ start: Int) {
        let length = count &- start
        if length < 0x80 {
            // SAFETY: `begin` wrote the byte before `start`.
            bytes[start &- 1] = UInt8(truncatingIfNeeded: length)
        } else {
            insertLength(length, at: start)
        }
    }

    @inline(never)
    private mutating func insertLength(_ length: Int, at start: Int) {
        var additional = 0
        while length >> (7 * (additional + 1)) > 0 { additional += 1 }
        reserve(additional)
        // SAFETY: `reserve` made room; source and target may overlap, which `update` allows.
        (bytes + start + additional).update(from: bytes + start, count: length)
        for index in 0...additional {
            let bits = UInt8(truncatingIfNeeded: length >> (7 * index)) & 0x7f
            bytes[start - 1 + index] = index < additional ? bits | 0x80 : bits
        }
        count += additional
    }

    @inline(__always)
    private mutating func reserve(_ additional: Int) {
        if capacity &- count < additional { grow(additional) }
    }

    @inline(never)
    private mutating func grow(_ additional: Int) {
        let wanted = max(capacity * 2, count + additional)
        // SAFETY: the new memory takes the place of the old one, whose initialised bytes it gets.
        let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: wanted)
        larger.update(from: bytes, count: count)
        bytes.deallocate()
        bytes = larger
        capacity = wanted
    }

    /// Gives back what one long record took.
    @inline(never)
    private mutating func shrink() {
        // SAFETY: nothing is written in the buffer now.
        bytes.deallocate()
        capacity = 4096
        bytes = .allocate(capacity: capacity)
    }
}
