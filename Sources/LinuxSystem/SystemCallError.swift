internal import CLinux
internal import Glibc

/// A system call that failed for a reason outside of our control.
package struct SystemCallError: Error, Sendable, Hashable, CustomStringConvertible {
    /// Name of the call, e.g. `bind`.
    package let call: String
    /// The value of errno.
    package let code: Int32
    /// What the call was about, e.g. a path or an address; empty when there is nothing to add.
    package let subject: String

    package init(call: String, code: Int32, subject: String = "") {
        self.call = call
        self.code = code
        self.subject = subject
    }

    /// The reason in the system's words, e.g. `Address already in use`.
    package var reason: String { SystemCallError.text(of: code) }

    package var description: String {
        subject.isEmpty ? "\(call): \(reason)" : "\(call) \(subject): \(reason)"
    }

    package static func text(of code: Int32) -> String {
        var buffer = [CChar](repeating: 0, count: 128)
        // SAFETY: the call writes a terminated text of at most the count given.
        let failed = buffer.withUnsafeMutableBufferPointer { strerror_r(code, $0.baseAddress!, $0.count) } != 0
        guard !failed else { return "error \(code)" }
        return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    package static let addressInUse = EADDRINUSE
    package static let permissionDenied = EACCES
    package static let notPermitted = EPERM
    package static let noSuchFile = ENOENT
    package static let addressNotAvailable = EADDRNOTAVAIL
    package static let connectionRefused = ECONNREFUSED
    package static let connectionReset = ECONNRESET
    package static let brokenPipe = EPIPE
    package static let noSpace = ENOSPC
    package static let tooManyFiles = EMFILE
    package static let isDirectory = EISDIR
    package static let exists = EEXIST

    /// Whether this machine has no way to the address, so that nothing was learnt about the other end.
    package var isLackOfRoute: Bool { [ENETUNREACH, EADDRNOTAVAIL, EAFNOSUPPORT].contains(code) }
}
