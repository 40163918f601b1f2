internal import Glibc

/// What tells two states of a file apart without reading it. Links are followed, so that a link that leads elsewhere
/// (as Kubernetes swaps mounted ConfigMaps) is another state, too.
package struct FileStamp: Sendable, Hashable {
    private let device: UInt
    private let node: UInt
    private let bytes: Int
    private let changedSeconds: Int
    private let changedNanos: Int

    /// Nil when nothing stands at the path.
    package init?(path: String) {
        var status = stat()
        // SAFETY: the kernel fills the structure, which outlives the call.
        guard stat(path, &status) == 0 else { return nil }
        device = UInt(status.st_dev)
        node = UInt(status.st_ino)
        bytes = Int(status.st_size)
        // The change of the file's content or of its rights, which a copy with preserved times cannot hide.
        changedSeconds = status.st_ctim.tv_sec
        changedNanos = status.st_ctim.tv_nsec
    }
}
