/// Bytes being written: an array that is always longer than what stands in it, so that a word can be stored at once. A
/// piece appended to an array costs 20 to 35 ns, stored here 2 to 5.
package struct JSONWriterBuffer: Sendable {
    /// Zeros, or leftovers of wide stores, from ``position`` on.
    var storage: [UInt8]
    /// How many bytes have been written.
    var position = 0

    /// Room beyond what is asked for: a store may be wider than what it is for.
    package static var slack: Int { 64 }

    /// - Parameter capacity: bytes to reserve at once; the buffer grows beyond it by itself.
    package init(reservingCapacity capacity: Int) {
        // Half the cost of `init(repeating:count:)`, which looks up the type of its storage at every call.
        storage = Array(repeatElement(0, count: max(capacity, 0) + Self.slack))
    }

    /// An empty buffer in the memory of bytes that nobody needs any more, such as those of ``take()`` once they have
    /// been sent.
    package init(reservingCapacity capacity: Int, reusing bytes: consuming [UInt8]) {
        storage = bytes
        storage.removeAll(keepingCapacity: true)
        pad(to: max(capacity, 0) + Self.slack)
    }

    /// How many bytes have been written.
    package var count: Int { position }

    /// What has been written so far, copied.
    package var bytes: [UInt8] { Array(storage[..<position]) }

    /// What has been written so far, without a copy; the buffer is empty then. Not `consuming`: the array would often
    /// be shared for a moment, and copied when it is cut to length.
    package mutating func take() -> [UInt8] {
        var bytes: [UInt8] = []
        swap(&bytes, &storage)
        bytes.removeLast(bytes.count - position)
        position = 0
        return bytes
    }

    /// Forgets what was written and keeps the memory.
    package mutating func removeAll() { position = 0 }

    /// One byte as it is.
    package mutating func append(_ byte: UInt8) {
        write(atMost: 1) { (room, place) in room.put(byte, at: place) }
    }

    /// As it is, without escapes.
    package mutating func append(_ text: String) { append(text.utf8.span) }

    package mutating func append(_ data: [UInt8]) { append(data.span) }

    package mutating func append(_ data: ArraySlice<UInt8>) { append(data.span) }

    /// Bytes as they are.
    package mutating func append(_ data: borrowing Span<UInt8>) {
        write(atMost: data.count) { (room, place) in room.put(data, at: place) }
    }

    /// Lets the closure write several things after one look at the room for all of them.
    ///
    /// - Parameters:
    ///   - count: at most so many bytes are written; stores may reach ``slack`` bytes beyond them.
    ///   - body: gets the room and the place to begin at, returns the place where it ended.
    @inline(__always)
    package mutating func write(atMost count: Int, _ body: (inout MutableRawSpan, Int) -> Int) {
        if storage.count &- position < count &+ Self.slack { grow(count) }
        let place = position
        var span = storage.mutableSpan
        var room = MutableRawSpan(_elements: &span)
        position = body(&room, place)
    }

    @inline(never)
    mutating func grow(_ count: Int) {
        pad(to: storage.count + max(count + Self.slack, storage.count))
    }

    private mutating func pad(to count: Int) {
        let missing = count - storage.count
        storage.append(addingCapacity: missing) { $0.append(repeating: 0, count: missing) }
    }
}
