internal import CTelemetryProtos

/// Memory for what protobuf-c unpacks: handed out front to back, given back all at once when the record is done.
///
/// It belongs to one ``PayloadDecoder`` and so to one thread. Between records it keeps one block.
struct UnpackArena: ~Copyable {
    // SAFETY: the arena owns the state from `init` to `deinit`; it lives on the heap because protobuf-c's allocator
    // keeps its address. Nothing else has a copy of the pointer after `unpack` has returned.
    private let state: UnsafeMutablePointer<State>

    init() {
        // SAFETY: freed in `deinit`.
        state = UnsafeMutablePointer<State>.allocate(capacity: 1)
        state.initialize(to: State())
    }

    deinit {
        // SAFETY: the arena is the only owner, and protobuf-c has let go of all it was given.
        state.pointee.free()
        state.deinitialize(count: 1)
        state.deallocate()
    }

    /// Runs a protobuf-c unpacking with an allocator over this arena. What it returns is valid until the next call.
    ///
    /// - Parameter limitBytes: all that the unpacking may allocate.
    // SAFETY: the allocator lives for the call only; protobuf-c doesn't keep it. The message that the call returns lies
    // in the arena: it must not be used after the next `unpack` nor after the arena itself.
    mutating func unpack<Message>(
        limitBytes: Int,
        _ body: (UnsafeMutablePointer<ProtobufCAllocator>) -> UnsafeMutablePointer<Message>?
    ) -> UnsafeMutablePointer<Message>? {
        state.pointee.reset(limitBytes: limitBytes)
        var allocator = ProtobufCAllocator(alloc: arenaAllocate, free: arenaFree, allocator_data: state)
        // SAFETY: as above.
        return withUnsafeMutablePointer(to: &allocator) { body($0) }
    }

    /// Gives back what a long record took beyond the block that is kept. Nothing unpacked may be used any more.
    mutating func release() {
        state.pointee.releaseAdditionalBlocks()
    }

    /// The blocks and how far the newest is used.
    fileprivate struct State {
        /// Kept between records; a longer record takes more and gives it back.
        static let keptBlockBytes = WireLimits.unpackedBytesAlways

        // SAFETY: `next..<end` lies in the newest of `blocks`, which the state owns until `reset` or `free`.
        var next: UnsafeMutableRawPointer?
        var end: UnsafeMutableRawPointer?
        private var blocks: [UnsafeMutableRawBufferPointer] = []
        /// Bytes that may still be taken in further blocks.
        private var remainingBytes = 0

        mutating func reset(limitBytes: Int) {
            releaseAdditionalBlocks()
            if let kept = blocks.first {
                // SAFETY: both point into the kept block, or just behind it.
                next = kept.baseAddress
                end = kept.baseAddress.map { $0 + kept.count }
            } else {
                _ = addBlock(bytes: Self.keptBlockBytes)
            }
            remainingBytes = max(0, limitBytes - Self.keptBlockBytes)
        }

        // SAFETY: the record that used the blocks is done, see `unpack` and `release`.
        mutating func releaseAdditionalBlocks() {
            guard blocks.count > 1 else { return }
            while blocks.count > 1, let block = blocks.popLast() { block.deallocate() }
            (next, end) = (nil, nil)
        }

        /// - Returns: false when the record may not have another block.
        // SAFETY: the block is owned by `blocks`; protobuf-c only gets parts of it.
        mutating func addBlock(bytes: Int) -> Bool {
            let block = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes, alignment: 16)
            guard let base = block.baseAddress else { return false }
            blocks.append(block)
            next = base
            end = base + bytes
            return true
        }

        /// The slow path: the newest block has no room.
        // SAFETY: the result lies in a block of ours that is at least as long, and lives until `reset`.
        mutating func allocateInNewBlock(_ size: Int) -> UnsafeMutableRawPointer? {
            // What is left of the newest block is not used any more, and so does not count.
            if let next, let end { remainingBytes += end - next }
            (next, end) = (nil, nil)
            guard size <= remainingBytes else { return nil }
            let bytes = max(size, min((blocks.last?.count ?? 0) * 2, remainingBytes))
            guard addBlock(bytes: bytes), let place = next else { return nil }
            remainingBytes -= bytes
            next = place + size
            return place
        }

        // SAFETY: only called when no record is being unpacked.
        mutating func free() {
            for block in blocks { block.deallocate() }
            blocks = []
        }
    }
}

/// protobuf-c asks for memory. The size is rounded up so that every piece is aligned for the longest number.
// SAFETY: `data` is the state that `UnpackArena.unpack` put into the allocator; it outlives the call. The piece handed
// out lies between `next` and `end` of the newest block.
private func arenaAllocate(_ data: UnsafeMutableRawPointer?, _ size: Int) -> UnsafeMutableRawPointer? {
    guard let state = data?.assumingMemoryBound(to: UnpackArena.State.self) else { return nil }
    guard size >= 0, size < Int.max - 8 else { return nil }
    let rounded = (size + 7) & ~7
    if let place = state.pointee.next, let end = state.pointee.end, rounded <= end - place {
        state.pointee.next = place + rounded
        return place
    }
    return state.pointee.allocateInNewBlock(rounded)
}

/// protobuf-c gives memory back: nothing to do, the arena takes all of it back at once.
// SAFETY: neither pointer is used.
private func arenaFree(_ data: UnsafeMutableRawPointer?, _ piece: UnsafeMutableRawPointer?) {}
