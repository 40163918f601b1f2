internal import Glibc

extension Files {
    /// A file that is to be written as a whole.
    package struct Content: Sendable, Hashable {
        package let path: String
        package let bytes: [UInt8]
        /// Permissions, exactly.
        package let mode: UInt32

        package init(path: String, bytes: [UInt8], mode: UInt32) {
            self.path = path
            self.bytes = bytes
            self.mode = mode
        }
    }

    /// Writes files that belong together, as a certificate and its key do: all of them or none.
    ///
    /// Each is replaced in one step, and everything that can fail or take time is done before the first of these steps:
    /// between old and new lies one rename per file. A reader that meets the moment between them must look again. A
    /// file that is replaced keeps its owner and group, so that whoever could read it still can.
    package static func writeTogether(_ contents: [Content]) throws(SystemCallError) {
        var replacements: [Replacement] = []
        defer { for replacement in replacements { replacement.tidy() } }
        for content in contents { replacements.append(try Replacement(content)) }
        for (index, replacement) in replacements.enumerated() {
            do {
                try rename(replacement.temporary, to: replacement.target)
            } catch {
                for done in replacements[..<index] { done.takeBack() }
                throw SystemCallError(call: error.call, code: error.code, subject: replacement.path)
            }
        }
    }

    /// A file's new content beside it, and its old one under another name.
    private struct Replacement {
        let path: String
        let target: String
        let temporary: String
        private let backup: String

        init(_ content: Content) throws(SystemCallError) {
            path = content.path
            let found = Files.kind(of: path)
            guard found == nil || found == .regular else {
                throw SystemCallError(call: "write", code: found == .directory ? EISDIR : EINVAL, subject: path)
            }
            target = found == nil ? path : Files.resolved(path)
            let mark = "\(getpid())-\(UInt32.random(in: 0 ... .max))"
            temporary = "\(target).\(mark).tmp"
            backup = "\(target).\(mark).old"
            do {
                try Files.writeNew(content.bytes, to: temporary, mode: content.mode)
                try keepOwner()
            } catch {
                _ = unlink(temporary)
                throw SystemCallError(call: error.call, code: error.code, subject: path)
            }
            // Where a file system knows no links, what was replaced cannot be taken back.
            if found != nil { _ = link(target, backup) }
        }

        private func keepOwner() throws(SystemCallError) {
            guard let old = Files.status(of: target), let new = Files.status(of: temporary) else { return }
            guard old.st_uid != new.st_uid || old.st_gid != new.st_gid else { return }
            guard chown(temporary, old.st_uid, old.st_gid) == 0 else {
                throw SystemCallError(call: "chown", code: errno, subject: path)
            }
        }

        func takeBack() {
            if Files.exists(backup) { _ = Glibc.rename(backup, target) } else { _ = unlink(target) }
        }

        func tidy() {
            _ = unlink(temporary)
            _ = unlink(backup)
        }
    }
}
