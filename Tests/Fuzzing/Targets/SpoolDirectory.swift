import LinuxSystem
import Spooling
import Synchronization

/// A spool's directory in memory, without failures: files are all that a spool sees of the world.
final class SpoolDirectory: SpoolStorage {
    fileprivate let files: Mutex<[String: File]>

    /// A file lives on under its readers' hands when its name is gone.
    fileprivate final class File: SpoolFile {
        let bytes: Mutex<[UInt8]>

        init(_ bytes: [UInt8] = []) {
            self.bytes = Mutex(bytes)
        }

        func size() -> Int { bytes.withLock { $0.count } }

        func read(into buffer: inout [UInt8], _ range: Range<Int>, at offset: Int) -> Int {
            let part = bytes.withLock { bytes in
                offset < bytes.count ? Array(bytes[offset..<min(bytes.count, offset + range.count)]) : []
            }
            buffer.replaceSubrange(range.lowerBound..<range.lowerBound + part.count, with: part)
            return part.count
        }

        func write(_ new: [UInt8], at offset: Int) {
            bytes.withLock { bytes in
                if bytes.count < offset { bytes += [UInt8](repeating: 0, count: offset - bytes.count) }
                bytes.replaceSubrange(offset..<min(bytes.count, offset + new.count), with: new)
            }
        }

        func cut(to count: Int) {
            bytes.withLock { bytes in
                if bytes.count > count { bytes.removeLast(bytes.count - count) }
            }
        }

        func sync() {}
        func reserve(_ range: Range<Int>) -> SystemCallError? { nil }
    }

    init(_ files: [String: [UInt8]] = [:]) {
        self.files = Mutex(files.mapValues { File($0) })
    }

    func contents(_ name: String) -> [UInt8] {
        files.withLock { $0[name] }?.bytes.withLock { $0 } ?? []
    }

    let location = "memory"
    var freeBytes: Int? { nil }

    func acquire() {}
    func release() {}
    func syncNames() {}
    func names() -> [String] { files.withLock { $0.keys.sorted() } }
    func remove(_ name: String) { files.withLock { $0[name] = nil } }

    func create(_ name: String) throws(SystemCallError) -> any SpoolFile {
        let file = File()
        let isNew = files.withLock { files in
            guard files[name] == nil else { return false }
            files[name] = file
            return true
        }
        guard isNew else { throw SystemCallError(call: "open", code: SystemCallError.exists, subject: name) }
        return file
    }

    func open(_ name: String, isWriting: Bool) throws(SystemCallError) -> any SpoolFile {
        guard let file = files.withLock({ $0[name] }) else {
            throw SystemCallError(call: "open", code: SystemCallError.noSuchFile, subject: name)
        }
        return file
    }

    func replace(_ name: String, with bytes: [UInt8]) {
        files.withLock { $0[name] = File(bytes) }
    }

    func rename(_ name: String, to newName: String) {
        files.withLock { $0[newName] = $0.removeValue(forKey: name) }
    }
}
