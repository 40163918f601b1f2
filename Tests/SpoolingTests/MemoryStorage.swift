import LinuxSystem
import Synchronization

@testable import Spooling

/// A directory in memory that fills up, refuses, and loses after a crash what a disk may lose.
///
/// A crash leaves of each file something between what was synced and what was written, and of the changes of names
/// since the last sync of the directory a random first part.
final class MemoryStorage: SpoolStorage {
    struct Inode {
        var bytes: [UInt8] = []
        var synced: [UInt8] = []
    }

    enum NameChange {
        case link(String, Int)
        case unlink(String)
    }

    struct State {
        var inodes: [Int: Inode] = [:]
        var names: [String: Int] = [:]
        var durableNames: [String: Int] = [:]
        var changes: [NameChange] = []
        var nextInode = 0
        var isLocked = false
        var capacity = Int.max
        /// Writes and syncs that fail before the next one succeeds.
        var failingWrites = 0
        var failingSyncs = 0
        var failingCuts = 0
        var failingReads = 0
        /// Opens that fail for want of descriptors.
        var failingOpens = 0
        var syncs = 0

        var used: Int { names.values.reduce(0) { $0 + (inodes[$1]?.bytes.count ?? 0) } }

        mutating func change(_ change: NameChange) {
            MemoryStorage.apply(change, to: &names)
            changes.append(change)
        }
    }

    let location = "memory"
    let state = Mutex(State())

    static func apply(_ change: NameChange, to names: inout [String: Int]) {
        switch change {
        case .link(let name, let inode): names[name] = inode
        case .unlink(let name): names[name] = nil
        }
    }

    func acquire() throws(SpoolOpeningError) {
        let isFree = state.withLock { state in
            defer { state.isLocked = true }
            return !state.isLocked
        }
        if !isFree { throw SpoolOpeningError(path: location, reason: .inUse(by: nil)) }
    }

    func release() { state.withLock { $0.isLocked = false } }

    func names() throws(SystemCallError) -> [String] { state.withLock { $0.names.keys.sorted() } }

    func create(_ name: String) throws(SystemCallError) -> any SpoolFile {
        let inode = state.withLock { state -> Int? in
            guard state.names[name] == nil else { return nil }
            state.nextInode += 1
            state.inodes[state.nextInode] = Inode()
            state.change(.link(name, state.nextInode))
            return state.nextInode
        }
        guard let inode else { throw SystemCallError(call: "open", code: SystemCallError.exists, subject: name) }
        return MemoryFile(self, inode, name)
    }

    func open(_ name: String, isWriting: Bool) throws(SystemCallError) -> any SpoolFile {
        let fails = state.withLock { state in
            guard state.failingOpens > 0 else { return false }
            state.failingOpens -= 1
            return true
        }
        if fails { throw SystemCallError(call: "open", code: SystemCallError.tooManyFiles, subject: name) }
        guard let inode = state.withLock({ $0.names[name] }) else {
            throw SystemCallError(call: "open", code: SystemCallError.noSuchFile, subject: name)
        }
        return MemoryFile(self, inode, name)
    }

    func replace(_ name: String, with bytes: [UInt8]) throws(SystemCallError) {
        let isDone = state.withLock { state in
            guard state.used + bytes.count <= state.capacity else { return false }
            state.nextInode += 1
            state.inodes[state.nextInode] = Inode(bytes: bytes, synced: bytes)
            state.change(.link(name, state.nextInode))
            return true
        }
        if !isDone { throw SystemCallError(call: "write", code: SystemCallError.noSpace, subject: name) }
    }

    func rename(_ name: String, to newName: String) throws(SystemCallError) {
        state.withLock { state in
            guard let inode = state.names[name] else { return }
            // One change on a real disk; here the new name comes first, so that a crash between leaves both.
            state.change(.link(newName, inode))
            state.change(.unlink(name))
        }
    }

    func remove(_ name: String) throws(SystemCallError) { state.withLock { $0.change(.unlink(name)) } }

    func syncNames() throws(SystemCallError) {
        state.withLock { state in
            state.durableNames = state.names
            state.changes = []
        }
    }

    var freeBytes: Int? { state.withLock { $0.capacity == .max ? .max : $0.capacity - $0.used } }

    // MARK: What tests do to it

    /// The power goes and comes back.
    func crash(using generator: inout some RandomNumberGenerator) {
        state.withLock { state in
            for change in state.changes.prefix(Int.random(in: 0...state.changes.count, using: &generator)) {
                MemoryStorage.apply(change, to: &state.durableNames)
            }
            state.names = state.durableNames
            state.changes = []
            for inode in Array(state.inodes.keys) {
                guard state.names.values.contains(inode), var file = state.inodes[inode] else {
                    state.inodes[inode] = nil
                    continue
                }
                if file.bytes.starts(with: file.synced) {
                    let count = Int.random(in: file.synced.count...file.bytes.count, using: &generator)
                    file.bytes.removeLast(file.bytes.count - count)
                    // Pages that did not reach the disk while later ones did.
                    if count > file.synced.count, Bool.random(using: &generator) {
                        let hole = Int.random(in: file.synced.count..<count, using: &generator)
                        for index in hole..<min(count, hole + 64) { file.bytes[index] = 0 }
                    }
                } else {
                    file.bytes = file.synced
                }
                file.synced = file.bytes
                state.inodes[inode] = file
            }
            state.isLocked = false
            state.failingWrites = 0
            state.failingSyncs = 0
        }
    }

    func contents(of name: String) -> [UInt8]? {
        state.withLock { state in state.names[name].flatMap { state.inodes[$0]?.bytes } }
    }

    /// Puts a file there, durable.
    func put(_ name: String, _ bytes: [UInt8]) {
        state.withLock { state in
            state.nextInode += 1
            state.inodes[state.nextInode] = Inode(bytes: bytes, synced: bytes)
            state.names[name] = state.nextInode
            state.durableNames[name] = state.nextInode
        }
    }

    func flip(_ name: String, bit: Int) {
        state.withLock { state in
            guard let inode = state.names[name] else { return }
            state.inodes[inode]?.bytes[bit / 8] ^= 1 << UInt8(bit % 8)
            if let synced = state.inodes[inode]?.synced.count, bit / 8 < synced {
                state.inodes[inode]?.synced[bit / 8] ^= 1 << UInt8(bit % 8)
            }
        }
    }

    var segmentNames: [String] { (try? names())?.filter { $0.hasSuffix(".segment") } ?? [] }
}

final class MemoryFile: SpoolFile {
    private let storage: MemoryStorage
    private let inode: Int
    private let name: String

    init(_ storage: MemoryStorage, _ inode: Int, _ name: String) {
        self.storage = storage
        self.inode = inode
        self.name = name
    }

    private var bytes: [UInt8] { storage.state.withLock { $0.inodes[inode]?.bytes ?? [] } }

    func size() throws(SystemCallError) -> Int { bytes.count }

    func read(into buffer: inout [UInt8], _ range: Range<Int>, at offset: Int) throws(SystemCallError) -> Int {
        let fails = storage.state.withLock { state in
            guard state.failingReads > 0 else { return false }
            state.failingReads -= 1
            return true
        }
        if fails { throw SystemCallError(call: "read", code: 5, subject: name) }
        let bytes = bytes
        guard offset < bytes.count else { return 0 }
        let count = min(range.count, bytes.count - offset)
        buffer.replaceSubrange(range.lowerBound..<range.lowerBound + count, with: bytes[offset..<offset + count])
        return count
    }

    func write(_ new: [UInt8], at offset: Int) throws(SystemCallError) {
        let code = storage.state.withLock { state -> Int32? in
            var count = new.count
            var code: Int32?
            if state.failingWrites > 0 {
                state.failingWrites -= 1
                code = 5
                count /= 2
            } else if state.used + max(0, offset + count - (state.inodes[inode]?.bytes.count ?? 0)) > state.capacity {
                code = SystemCallError.noSpace
                count = max(0, min(count, state.capacity - state.used))
            }
            guard var bytes = state.inodes[inode]?.bytes else { return code }
            if bytes.count < offset { bytes += [UInt8](repeating: 0, count: offset - bytes.count) }
            let end = offset + count
            bytes.replaceSubrange(offset..<max(offset, min(end, bytes.count)), with: new[..<count])
            state.inodes[inode]?.bytes = bytes
            return code
        }
        if let code { throw SystemCallError(call: "write", code: code, subject: name) }
    }

    func cut(to count: Int) throws(SystemCallError) {
        let fails = storage.state.withLock { state in
            if state.failingCuts > 0 {
                state.failingCuts -= 1
                return true
            }
            guard let there = state.inodes[inode]?.bytes.count, there > count else { return false }
            state.inodes[inode]?.bytes.removeLast(there - count)
            return false
        }
        if fails { throw SystemCallError(call: "ftruncate", code: 5, subject: name) }
    }

    func sync() throws(SystemCallError) {
        let fails = storage.state.withLock { state in
            if state.failingSyncs > 0 {
                state.failingSyncs -= 1
                return true
            }
            state.syncs += 1
            if let bytes = state.inodes[inode]?.bytes { state.inodes[inode]?.synced = bytes }
            return false
        }
        if fails { throw SystemCallError(call: "fdatasync", code: 5, subject: name) }
    }

    func reserve(_ range: Range<Int>) -> SystemCallError? { nil }
}
