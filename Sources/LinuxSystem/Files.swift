internal import Glibc

/// Whole files, for configuration, certificates and state: small things, read and written at once.
///
/// Every error carries the path as its subject. Nothing here belongs on an event loop: disks may be slow.
package enum Files {
    /// Everything in a file.
    ///
    /// Pipes and devices may be read as well, as `/dev/stdin` and the shell's `<(…)` are.
    ///
    /// - Parameter limitBytes: a longer file is refused with ``SystemCallError/fileTooLarge``, and no more than
    ///   this is ever held in memory.
    package static func read(_ path: String, limitBytes: Int) throws(SystemCallError) -> [UInt8] {
        let number = try openPath(path, O_RDONLY | O_CLOEXEC)
        let descriptor = FileDescriptor(owning: number)
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16_384)
        while true {
            let count: Int?
            do {
                count = try descriptor.read(into: &chunk)
            } catch {
                throw SystemCallError(call: error.call, code: error.code, subject: path)
            }
            guard let count, count > 0 else { return bytes }
            guard bytes.count + count <= limitBytes else {
                throw SystemCallError(call: "read", code: EFBIG, subject: path)
            }
            bytes.append(contentsOf: chunk[..<count])
        }
    }

    /// The first line of a regular file, without its line feed.
    ///
    /// - Parameter limitBytes: a longer line is cut there.
    /// - Returns: nil for anything but a regular file.
    package static func firstLine(of path: String, limitBytes: Int) throws(SystemCallError) -> [UInt8]? {
        guard kind(of: path) == .regular else { return nil }
        let descriptor = FileDescriptor(owning: try openPath(path, O_RDONLY | O_CLOEXEC))
        var line: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16_384)
        while line.count < limitBytes {
            let count: Int?
            do {
                count = try descriptor.read(into: &chunk)
            } catch {
                throw SystemCallError(call: error.call, code: error.code, subject: path)
            }
            guard let count, count > 0 else { break }
            let end = chunk[..<count].firstIndex(of: UInt8(ascii: "\n"))
            line.append(contentsOf: chunk[..<(end ?? count)])
            if end != nil { break }
        }
        return line
    }

    /// Writes a file so that readers see either the old content or the whole of the new one, also after a crash.
    ///
    /// A symbolic link is followed. A pipe or device is written to as it is.
    ///
    /// - Parameters:
    ///   - mode: permissions of the file, exactly: neither the umask nor an older file's mode changes them.
    ///   - replacesExisting: false refuses with ``SystemCallError/exists`` when something stands at the path.
    package static func write(
        _ bytes: [UInt8],
        to path: String,
        mode: UInt32,
        replacesExisting: Bool = true
    ) throws(SystemCallError) {
        var target = path
        switch kind(of: path) {
        case .regular:
            guard replacesExisting else { throw SystemCallError(call: "write", code: EEXIST, subject: path) }
            target = resolved(path)
        case .directory:
            throw SystemCallError(call: "write", code: EISDIR, subject: path)
        case .special:
            let descriptor = FileDescriptor(owning: try openPath(path, O_WRONLY | O_CLOEXEC))
            return try writeAll(bytes, to: descriptor, path: path)
        case nil:
            break
        }
        let temporary = "\(target).\(getpid())-\(UInt32.random(in: 0 ... .max)).tmp"
        do {
            try writeNew(bytes, to: temporary, mode: mode)
            try replacesExisting ? rename(temporary, to: target) : linkInPlace(temporary, as: target)
        } catch {
            _ = unlink(temporary)
            throw SystemCallError(call: error.call, code: error.code, subject: path)
        }
    }

    /// Makes a directory and those above it. One that stands already is left as it is.
    ///
    /// - Parameter mode: permissions of the directories that are made, before the umask.
    package static func makeDirectories(_ path: String, mode: UInt32 = 0o755) throws(SystemCallError) {
        var prefix = path.hasPrefix("/") ? "/" : ""
        for component in path.split(separator: "/") {
            prefix += prefix.isEmpty || prefix.hasSuffix("/") ? String(component) : "/\(component)"
            guard mkdir(prefix, mode) != 0 else { continue }
            let code = errno
            guard !isDirectory(prefix) else { continue }
            throw SystemCallError(call: "mkdir", code: code == EEXIST ? ENOTDIR : code, subject: prefix)
        }
    }

    /// Whether something stands at the path: a dangling symbolic link does not count.
    package static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    /// Whether this process may read what stands at the path.
    package static func isReadable(_ path: String) -> Bool { access(path, R_OK) == 0 }

    /// Whether this process may write to what stands at the path (for a directory: make files in it).
    package static func isWritable(_ path: String) -> Bool { access(path, W_OK) == 0 }

    /// Whether a directory stands at the path, links followed.
    package static func isDirectory(_ path: String) -> Bool { kind(of: path) == .directory }

    /// Permission bits of what stands at the path, e.g. `0o600`; nil when nothing does.
    package static func mode(of path: String) -> UInt32? { status(of: path).map { $0.st_mode & 0o7777 } }

    /// Whether the file belongs to root; false when there is none.
    package static func isOwnedByRoot(_ path: String) -> Bool { status(of: path)?.st_uid == 0 }

    /// Names in a directory, sorted, without `.` and `..`.
    package static func list(_ directory: String) throws(SystemCallError) -> [String] {
        // SAFETY: the stream is ours and closed on every way out.
        guard let stream = opendir(directory) else {
            throw SystemCallError(call: "opendir", code: errno, subject: directory)
        }
        defer { closedir(stream) }
        var names: [String] = []
        while true {
            errno = 0
            guard let found = readdir(stream) else {
                guard errno == 0 else { throw SystemCallError(call: "readdir", code: errno, subject: directory) }
                return names.sorted()
            }
            // SAFETY: the row lives until the next `readdir`; its name is terminated, and is copied here.
            let name = withUnsafeBytes(of: &found.pointee.d_name) { raw in
                String(decoding: raw.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
    }

    /// Gives a file another name in the same file system.
    ///
    /// - Throws: ``SystemCallError/exists`` when something has that name already. Whoever makes it in this very moment
    ///   is replaced: for names that nobody else makes.
    package static func move(_ path: String, to newPath: String) throws(SystemCallError) {
        guard !exists(newPath) else { throw SystemCallError(call: "rename", code: EEXIST, subject: newPath) }
        try rename(path, to: newPath)
    }

    /// Removes a file. One that is not there is no error.
    package static func remove(_ path: String) throws(SystemCallError) {
        guard unlink(path) == 0 || errno == ENOENT else {
            throw SystemCallError(call: "unlink", code: errno, subject: path)
        }
    }

    enum Kind {
        case regular, directory, special
    }

    static func status(of path: String) -> stat? {
        var status = stat()
        // SAFETY: the kernel fills the structure, which outlives the call.
        return stat(path, &status) == 0 ? status : nil
    }

    static func kind(of path: String) -> Kind? {
        guard let status = status(of: path) else { return nil }
        switch status.st_mode & S_IFMT {
        case S_IFREG: return .regular
        case S_IFDIR: return .directory
        default: return .special
        }
    }

    /// The path behind symbolic links, or the path itself when it cannot be followed.
    package static func resolved(_ path: String) -> String {
        // SAFETY: the text is allocated for us, copied, and freed here.
        guard let real = realpath(path, nil) else { return path }
        defer { free(real) }
        return String(cString: real)
    }

    private static func openPath(_ path: String, _ flags: Int32, mode: UInt32 = 0) throws(SystemCallError) -> Int32 {
        // A NUL would cut the path short, and another file would be opened.
        guard !path.utf8.contains(0) else { throw SystemCallError(call: "open", code: EINVAL, subject: path) }
        while true {
            let number = open(path, flags, mode)
            if number >= 0 { return number }
            guard errno == EINTR else { throw SystemCallError(call: "open", code: errno, subject: path) }
        }
    }

    static func writeNew(_ bytes: [UInt8], to path: String, mode: UInt32) throws(SystemCallError) {
        // Nobody else may read a key while it is being written, whatever mode it gets in the end.
        let flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC
        let descriptor = FileDescriptor(owning: try openPath(path, flags, mode: 0o600))
        try writeAll(bytes, to: descriptor, path: path)
        guard fchmod(descriptor.number, mode) == 0 else {
            throw SystemCallError(call: "fchmod", code: errno, subject: path)
        }
        guard fsync(descriptor.number) == 0 else {
            throw SystemCallError(call: "fsync", code: errno, subject: path)
        }
    }

    private static func writeAll(
        _ bytes: [UInt8],
        to descriptor: borrowing FileDescriptor,
        path: String
    ) throws(SystemCallError) {
        var written = 0
        while written < bytes.count {
            // A file that takes nothing and reports no error would spin here; `write` promises otherwise.
            let count = try descriptor.write(bytes.span.extracting(written...))
            written += count ?? 0
        }
    }

    static func rename(_ path: String, to target: String) throws(SystemCallError) {
        guard Glibc.rename(path, target) == 0 else {
            throw SystemCallError(call: "rename", code: errno, subject: target)
        }
    }

    /// A link fails when the name is taken, where a rename would replace what has it.
    private static func linkInPlace(_ path: String, as target: String) throws(SystemCallError) {
        guard link(path, target) == 0 else { throw SystemCallError(call: "link", code: errno, subject: target) }
        _ = unlink(path)
    }
}

extension SystemCallError {
    /// The file is longer than the limit.
    package static let fileTooLarge = EFBIG
    package static let notDirectory = ENOTDIR
}
