internal import Glibc

/// A directory of our own that nobody else may look into, and that goes away with what is in it.
package struct TemporaryDirectory: ~Copyable, Sendable {
    package let path: String

    /// Makes it in `$TMPDIR`, or in `/tmp`.
    ///
    /// - Parameter prefix: begins its name.
    package init(prefix: String) throws(SystemCallError) {
        // SAFETY: the text belongs to the environment and is copied here.
        let parent = getenv("TMPDIR").map { String(cString: $0) } ?? ""
        var template = Array("\(parent.isEmpty ? "/tmp" : parent)/\(prefix)-XXXXXX".utf8CString)
        // SAFETY: mkdtemp writes into the array's own bytes, as many as there are.
        let isMade = template.withUnsafeMutableBufferPointer { mkdtemp($0.baseAddress!) != nil }
        guard isMade else { throw SystemCallError(call: "mkdtemp", code: errno, subject: parent) }
        path = String(decoding: template.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit {
        TemporaryDirectory.remove(path, depth: 8)
    }

    /// Removes what it can; symbolic links are removed, not followed.
    private static func remove(_ directory: String, depth: Int) {
        guard depth > 0, let names = try? Files.list(directory) else { return }
        for name in names {
            let path = "\(directory)/\(name)"
            if unlink(path) != 0, errno == EISDIR || errno == EPERM { remove(path, depth: depth - 1) }
        }
        _ = rmdir(directory)
    }
}
