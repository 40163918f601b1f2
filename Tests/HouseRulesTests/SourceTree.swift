import Foundation

/// One Swift file.
struct SourceFile: Sendable {
    /// The target it belongs to, by the folder it lies in.
    let target: String
    /// Below the repository's root.
    let path: String
    let lines: [SwiftLine]
    /// The code of all lines.
    let code: JoinedLines
    let declarations: [Declaration]

    init(_ path: String, _ source: String) {
        self.path = path
        let folders = path.split(separator: "/").map(String.init)
        target = folders.count > 2 ? folders[1] : "Package"
        lines = SwiftLines.read(source)
        code = JoinedLines(lines.map(\.code))
        declarations = Declaration.all(in: lines, code)
    }

    var isTest: Bool { path.hasPrefix("Tests/") }
}

/// All Swift files of the repository.
enum SourceTree {
    static let root = URL(filePath: #filePath).resolvingSymlinksInPath()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    static let sources = files(in: "Sources")
    static let tests = files(in: "Tests")
    static let package = file("Package.swift")

    private static func files(in folder: String) -> [SourceFile] {
        let base = root.appending(path: folder)
        guard let found = FileManager.default.enumerator(at: base, includingPropertiesForKeys: nil) else { return [] }
        let paths = found.compactMap { ($0 as? URL)?.path }.filter { $0.hasSuffix(".swift") }
        return paths.sorted().map { file(String($0.dropFirst(root.path.count + 1))) }
    }

    private static func file(_ path: String) -> SourceFile {
        // A file that was there a moment ago and is gone is somebody editing; it breaks no rule.
        SourceFile(path, (try? String(contentsOf: root.appending(path: path), encoding: .utf8)) ?? "")
    }
}

/// A place where a rule is broken.
struct Finding: Hashable, CustomStringConvertible {
    let path: String
    /// From 1.
    let line: Int
    let problem: String

    var description: String { "\(path):\(line): \(problem)" }
}
