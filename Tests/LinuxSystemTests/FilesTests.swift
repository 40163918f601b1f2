import Foundation
import LinuxSystem
import Testing

/// A directory that is removed when the test is over.
private final class Directory: Sendable {
    let path = NSTemporaryDirectory() + "files-\(UUID().uuidString)"

    init() throws { try Files.makeDirectories(path) }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}

struct FilesTests {
    private let directory: Directory

    init() throws { directory = try Directory() }

    private func path(_ name: String) -> String { "\(directory.path)/\(name)" }

    private func code(_ body: () throws -> Void) -> Int32? {
        do {
            try body()
            return nil
        } catch {
            return (error as? SystemCallError)?.code
        }
    }

    @Test func `what is written is read again, whatever its length`() throws {
        for count in [0, 1, 16_383, 16_384, 16_385, 100_000] {
            let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
            try Files.write(bytes, to: path("f"), mode: 0o644)
            #expect(try Files.read(path("f"), limitBytes: count) == bytes)
        }
        #expect(try Files.list(directory.path) == ["f"])
    }

    @Test func `a file beyond the limit is refused`() throws {
        try Files.write([1, 2, 3], to: path("f"), mode: 0o644)
        #expect(code { _ = try Files.read(path("f"), limitBytes: 2) } == SystemCallError.fileTooLarge)
        #expect(code { _ = try Files.read("/dev/zero", limitBytes: 100_000) } == SystemCallError.fileTooLarge)
    }

    @Test func `the mode is exact, also when an older file had another`() throws {
        try Files.write([1], to: path("f"), mode: 0o666)
        #expect(Files.mode(of: path("f")) == 0o666)
        try Files.write([2], to: path("f"), mode: 0o600)
        #expect(Files.mode(of: path("f")) == 0o600)
        #expect(Files.mode(of: path("none")) == nil)
    }

    @Test func `an existing file is kept when it shall not be replaced`() throws {
        try Files.write([1], to: path("f"), mode: 0o600, replacesExisting: false)
        let again = code { try Files.write([2], to: path("f"), mode: 0o600, replacesExisting: false) }
        #expect(again == SystemCallError.exists)
        #expect(try Files.read(path("f"), limitBytes: 9) == [1])
        #expect(try Files.list(directory.path) == ["f"])
    }

    @Test func `a symbolic link stays a link, and a device is written to as it is`() throws {
        try Files.write([1], to: path("real"), mode: 0o600)
        try FileManager.default.createSymbolicLink(atPath: path("link"), withDestinationPath: path("real"))
        try Files.write([2], to: path("link"), mode: 0o600)
        #expect(try Files.read(path("real"), limitBytes: 9) == [2])
        #expect(try FileManager.default.destinationOfSymbolicLink(atPath: path("link")) == path("real"))
        try Files.write([1], to: "/dev/null", mode: 0o600)
        #expect(try Files.read("/dev/null", limitBytes: 9) == [])
    }

    @Test func `errors carry the path and leave nothing behind`() throws {
        #expect(code { _ = try Files.read(path("none"), limitBytes: 9) } == SystemCallError.noSuchFile)
        #expect(code { _ = try Files.read(directory.path, limitBytes: 9) } == SystemCallError.isDirectory)
        #expect(code { try Files.write([1], to: directory.path, mode: 0o600) } == SystemCallError.isDirectory)
        #expect(code { try Files.write([1], to: path("no/f"), mode: 0o600) } == SystemCallError.noSuchFile)
        #expect(code { _ = try Files.list(path("none")) } == SystemCallError.noSuchFile)
        #expect(code { _ = try Files.read("a\0b", limitBytes: 9) } != nil)
        do {
            _ = try Files.read(path("none"), limitBytes: 9)
        } catch {
            #expect(error.subject == path("none"))
        }
        #expect(try Files.list(directory.path) == [])
    }

    @Test func `directories are made with those above them, and may stand already`() throws {
        try Files.makeDirectories(path("a/b//c/"))
        try Files.makeDirectories(path("a/b/c"))
        #expect(Files.isDirectory(path("a/b/c")))
        try Files.write([], to: path("f"), mode: 0o600)
        #expect(code { try Files.makeDirectories(path("f/x")) } == SystemCallError.notDirectory)
        #expect(code { try Files.makeDirectories(path("f")) } == SystemCallError.notDirectory)
    }

    @Test func `files are looked at and removed`() throws {
        try Files.write([], to: path("f"), mode: 0o600)
        #expect(Files.exists(path("f")) && Files.isReadable(path("f")) && Files.isWritable(path("f")))
        #expect(!Files.isDirectory(path("f")))
        try Files.remove(path("f"))
        try Files.remove(path("f"))
        #expect(!Files.exists(path("f")) && !Files.isReadable(path("f")))
    }
}
