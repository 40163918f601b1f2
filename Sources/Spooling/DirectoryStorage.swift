package import LinuxSystem
internal import Synchronization

/// A directory on a real disk.
package final class DirectoryStorage: SpoolStorage {
    private static let lockName = "spool.lock"

    private struct Lock: ~Copyable {
        var file: LockFile?
    }

    package let location: String
    private let lock = Mutex(Lock())

    package init(directory: String) {
        location = directory
    }

    package func acquire() throws(SpoolOpeningError) {
        do throws(SystemCallError) {
            // Records say where a car was.
            try Files.makeDirectories(location, mode: 0o700)
            var file: LockFile? = try LockFile(path: path(Self.lockName))
            lock.withLock { swap(&$0.file, &file) }
        } catch {
            guard error.code == SystemCallError.wouldBlock else {
                throw SpoolOpeningError(path: location, reason: .unusable(error))
            }
            throw SpoolOpeningError(path: location, reason: .inUse(by: LockFile.holder(of: path(Self.lockName))))
        }
    }

    package func release() {
        lock.withLock { $0.file = nil }
    }

    package func names() throws(SystemCallError) -> [String] { try Files.list(location) }

    package func create(_ name: String) throws(SystemCallError) -> any SpoolFile {
        OpenFile(try PositionedFile(path: path(name), .creating(mode: 0o600)))
    }

    package func open(_ name: String, isWriting: Bool) throws(SystemCallError) -> any SpoolFile {
        OpenFile(try PositionedFile(path: path(name), isWriting ? .writing : .reading))
    }

    package func replace(_ name: String, with bytes: [UInt8]) throws(SystemCallError) {
        try Files.write(bytes, to: path(name), mode: 0o600)
    }

    package func rename(_ name: String, to newName: String) throws(SystemCallError) {
        try DirectoryHandle(path: location).rename(name, to: newName)
    }

    package func remove(_ name: String) throws(SystemCallError) {
        try DirectoryHandle(path: location).remove(name)
    }

    package func syncNames() throws(SystemCallError) {
        try DirectoryHandle(path: location).sync()
    }

    package var freeBytes: Int? {
        guard let directory = try? DirectoryHandle(path: location) else { return nil }
        return directory.freeBytes
    }

    private func path(_ name: String) -> String { "\(location)/\(name)" }
}

private final class OpenFile: SpoolFile {
    private let file: PositionedFile

    init(_ file: consuming PositionedFile) {
        self.file = file
    }

    func size() throws(SystemCallError) -> Int { try file.size() }

    func read(into buffer: inout [UInt8], _ range: Range<Int>, at offset: Int) throws(SystemCallError) -> Int {
        try file.read(into: &buffer, range, at: offset)
    }

    func write(_ bytes: [UInt8], at offset: Int) throws(SystemCallError) {
        try file.write(bytes.span, at: offset)
    }

    func cut(to bytes: Int) throws(SystemCallError) { try file.cut(to: bytes) }

    func sync() throws(SystemCallError) { try file.sync() }

    func reserve(_ range: Range<Int>) -> SystemCallError? { file.reserve(range) }
}
