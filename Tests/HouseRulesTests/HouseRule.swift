/// Something that all sources keep to.
///
/// A rule is a function from a file to findings, so that a planted violation can be shown to it as well.
struct HouseRule: Sendable {
    let check: @Sendable (SourceFile) -> [Finding]

    func findings(in files: [SourceFile]) -> [Finding] { files.flatMap(check) }

    /// No line of code matches.
    ///
    /// - Parameters:
    ///   - pattern: matched against code, texts and comments left out.
    ///   - isAllowed: files the rule leaves alone.
    ///   - notes: what a comment on the line, or at most six lines above it, must begin with to allow it after all.
    static func none(
        _ pattern: Pattern,
        _ problem: String,
        in isAllowed: @escaping @Sendable (SourceFile) -> Bool = { _ in false },
        unless notes: String...
    ) -> HouseRule {
        HouseRule { file in
            if isAllowed(file) { return [] }
            return pattern.lines(in: file.code).filter { line in !notes.contains { file.explains(line, $0) } }
                .map { Finding(path: file.path, line: $0 + 1, problem: problem) }
        }
    }
}

extension SourceFile {
    /// Whether a comment on the line, or at most six lines above it, begins with the note.
    func explains(_ index: Int, _ note: String) -> Bool {
        lines[max(0, index - 6)...index].contains { $0.comment.hasPrefix("// \(note)") }
    }
}
