/// What other targets use says what its name doesn't: purpose, unit, limit, errors, source.
///
/// Types and functions need a doc comment. Not asked for: types inside a type, which the comment of the whole covers;
/// what a protocol asks for, which is documented there; further forms of a function that is documented in the same
/// file; initialisers and properties, whose types mostly say what a comment would repeat.
struct DocumentationRule {
    /// Requirements of the standard library's protocols that are implemented here.
    private static let standardWitnesses: Set = [
        "==", "<", "hash", "next", "makeIterator", "makeAsyncIterator", "enqueue", "checkIsolated",
    ]

    /// Requirements of protocols, whose documentation is the protocol's.
    private let witnesses: Set<String>

    /// - Parameter files: whose protocols count.
    init(protocolsIn files: [SourceFile]) {
        witnesses = files.reduce(into: Self.standardWitnesses) { names, file in
            var isInProtocol = false
            for declaration in file.declarations {
                if declaration.indentation == 0 { isInProtocol = declaration.kind == .protocol }
                if isInProtocol, declaration.indentation == 4 { names.insert(declaration.name) }
            }
        }
    }

    func findings(in file: SourceFile) -> [Finding] {
        var documented: Set<String> = []
        return file.declarations.compactMap { declaration in
            if declaration.isDocumented {
                documented.insert(declaration.name)
                return nil
            }
            let isOutermost = declaration.indentation == 0
            guard declaration.isShared, declaration.kind.isFunction || (declaration.kind.isType && isOutermost),
                !declaration.kind.isFunction || !documented.contains(declaration.name),
                !witnesses.contains(declaration.name)
            else { return nil }
            let problem = "\(declaration.kind.rawValue) \(declaration.name) needs a doc comment"
            return Finding(path: file.path, line: declaration.line + 1, problem: problem)
        }
    }
}
