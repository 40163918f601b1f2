internal import LinuxSystem
internal import Synchronization

/// A file that is there to be deleted: on a disk without a free byte its room lets a spool write down what has been
/// delivered, begin a segment, and so let go of those that nobody needs.
///
/// Without it a disk that the spool itself has filled would stay full after everything has been delivered.
final class DiskReserve: Sendable {
    /// For each cursor's file and one segment's header, with blocks of any size in use.
    private static let bytes = 256 << 10

    private let storage: any SpoolStorage
    private let isKept = Mutex(false)

    init(_ storage: any SpoolStorage) {
        self.storage = storage
    }

    /// Makes the file where it is missing; on a full disk it stays missing.
    func keep() {
        isKept.withLock { isKept in
            guard !isKept else { return }
            do throws(SystemCallError) {
                let file = try storage.create(SpoolFileName.reserve)
                try file.write(Self.noise(), at: 0)
                try file.sync()
                isKept = true
            } catch {
                isKept = error.code == SystemCallError.exists
                // Half a reserve would be taken for a whole one.
                if !isKept { try? storage.remove(SpoolFileName.reserve) }
            }
        }
    }

    /// File systems that compress keep no room for zeros (xorshift64, Marsaglia 2003).
    private static func noise() -> [UInt8] {
        var state = UInt64.random(in: 1 ... .max)
        return (0..<bytes).map { _ in
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return UInt8(truncatingIfNeeded: state)
        }
    }

    /// Deletes the file.
    ///
    /// - Returns: false when there was none.
    func give() -> Bool {
        isKept.withLock { isKept in
            guard isKept else { return false }
            isKept = false
            return (try? storage.remove(SpoolFileName.reserve)) != nil
        }
    }
}
