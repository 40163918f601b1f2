import Foundation
import Glibc
import LinuxSystem
import Testing

/// Files that are replaced together.
struct FilesTogetherTests {
    private let folder: URL

    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "together-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    private func path(_ name: String) -> String { folder.appending(path: name).path }

    private func text(_ name: String) throws -> String {
        String(decoding: try Files.read(path(name), limitBytes: 1000), as: UTF8.self)
    }

    private func content(_ name: String, _ text: String, mode: UInt32 = 0o600) -> Files.Content {
        Files.Content(path: path(name), bytes: Array(text.utf8), mode: mode)
    }

    @Test func `all files are there with their modes, new ones and replaced ones`() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        try Files.write(Array("old".utf8), to: path("a"), mode: 0o644)
        try Files.writeTogether([content("a", "one", mode: 0o640), content("b", "two")])
        #expect(try text("a") == "one")
        #expect(try text("b") == "two")
        #expect(Files.mode(of: path("a")) == 0o640)
        #expect(Files.mode(of: path("b")) == 0o600)
        #expect(try Files.list(folder.path) == ["a", "b"])
    }

    @Test func `when one of them cannot be written, none is`() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        try Files.write(Array("old".utf8), to: path("a"), mode: 0o644)
        try FileManager.default.createDirectory(at: folder.appending(path: "b"), withIntermediateDirectories: true)
        for last in ["b", "none/there"] {
            let error = #expect(throws: SystemCallError.self) {
                try Files.writeTogether([content("a", "one"), content("new", "x"), content(last, "two")])
            }
            #expect(error?.subject == path(last))
            #expect(try text("a") == "old")
            #expect(try Files.list(folder.path) == ["a", "b"])
        }
    }

    /// A file that is mounted by itself, as containers are given their secrets, cannot be replaced.
    @Test(.enabled(if: canMount, "needs the right to mount"))
    func `when the last step fails, the others are taken back`() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        for name in ["a", "b", "mounted"] { try Files.write(Array("old".utf8), to: path(name), mode: 0o644) }
        #expect(mount(path("b"), path("mounted"), nil, UInt(MS_BIND), nil) == 0)
        defer { umount2(path("mounted"), Int32(MNT_DETACH)) }
        let error = #expect(throws: SystemCallError.self) {
            try Files.writeTogether([content("a", "one"), content("new", "x"), content("mounted", "two")])
        }
        #expect(error?.code == EBUSY)
        #expect(error?.subject == path("mounted"))
        #expect(try text("a") == "old")
        #expect(try Files.list(folder.path) == ["a", "b", "mounted"])
    }

    private static let canMount: Bool = {
        guard geteuid() == 0, let probe = try? FilesTogetherTests() else { return false }
        defer { try? FileManager.default.removeItem(at: probe.folder) }
        guard mount(probe.folder.path, probe.folder.path, nil, UInt(MS_BIND), nil) == 0 else { return false }
        return umount2(probe.folder.path, Int32(MNT_DETACH)) == 0
    }()

    @Test func `a link is followed, and stays a link`() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        try Files.write(Array("old".utf8), to: path("real"), mode: 0o600)
        #expect(symlink("real", path("link")) == 0)
        try Files.writeTogether([content("link", "new")])
        #expect(try text("real") == "new")
        #expect(try FileManager.default.destinationOfSymbolicLink(atPath: path("link")) == "real")
    }

    @Test(.enabled(if: getuid() == 0, "only root gives files away"))
    func `a file that is replaced keeps its owner, so that whoever could read it still can`() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        try Files.write(Array("old".utf8), to: path("a"), mode: 0o600)
        #expect(chown(path("a"), 12_345, 23_456) == 0)
        try Files.writeTogether([content("a", "new"), content("b", "other")])
        var status = stat()
        #expect(stat(path("a"), &status) == 0)
        #expect(status.st_uid == 12_345 && status.st_gid == 23_456)
        #expect(status.st_mode & 0o777 == 0o600)
        #expect(Files.isOwnedByRoot(path("b")))
        #expect(!Files.isOwnedByRoot(path("a")))
    }
}
