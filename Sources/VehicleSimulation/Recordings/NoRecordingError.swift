internal import LinuxSystem

/// A file that frames must not be appended to, because its first line is none.
package struct NoRecordingError: Error, Sendable, Hashable, CustomStringConvertible {
    package let path: String
    package let firstLine: RecordingLineError

    package var description: String {
        "\(path): holds something else than a recording (\(firstLine)); name a new file, or a recording to append to"
    }

    /// The longest first line that is looked at, in bytes: a frame of the largest message in base64, with room.
    private static let lineLimitBytes = 32 << 20

    /// Passes a file that is missing, empty, no regular file, or begins with a frame. One that cannot be read is
    /// refused with the reason: nobody knows what it holds.
    static func check(_ path: String) throws {
        guard Files.exists(path), let line = try Files.firstLine(of: path, limitBytes: lineLimitBytes) else { return }
        var reader = RecordingReader(line)
        if case .failure(let error)? = reader.next() { throw NoRecordingError(path: path, firstLine: error) }
    }
}
