/// A target as `Package.swift` declares it.
struct DeclaredTarget: Equatable {
    let name: String
    /// Where its sources lie.
    let folder: String
    let dependencies: [String]
    /// In `Package.swift`, from 1.
    let line: Int

    /// Reads the targets in their order. It counts on the layout that the formatter makes.
    static func all(in package: SourceFile) -> [DeclaredTarget] {
        let lines = package.lines.map { $0.comment.isEmpty ? $0.text : $0.code }
        guard let start = lines.lastIndex(where: { $0.hasPrefix("    targets: [") }) else { return [] }
        var targets: [DeclaredTarget] = []
        var call = ""
        for (index, line) in lines.enumerated().dropFirst(start + 1) {
            if line.hasPrefix("    ]") { break }
            let isFirst =
                line.hasPrefix("        ") && !line.dropFirst(8).hasPrefix(" ") && !line.hasPrefix("        )")
            call = isFirst ? line : call + line
            guard call.hasSuffix("),"), isFirst || line.hasPrefix("        )") else { continue }
            let count = targets.count
            targets += [read(call, line: index + 1)].compactMap { $0 }
            if targets.count > count { call = "" }
        }
        return targets
    }

    private static func read(_ call: String, line: Int) -> DeclaredTarget? {
        let settings = call.firstRange(of: /(path|\w+Settings|pkgConfig|providers):/)?.lowerBound ?? call.endIndex
        let names = call[..<settings].matches(of: /"([^"]+)"/).map { String($0.1) }
        guard let name = names.first else { return nil }
        let path = call.firstMatch(of: /path: "([^"]+)"/).map { String($0.1) }
        let kind = call.contains(/^\s*(tests|\.testTarget)\(/) ? "Tests" : "Sources"
        return DeclaredTarget(
            name: name,
            folder: path ?? "\(kind)/\(name)",
            dependencies: Array(names.dropFirst()),
            line: line
        )
    }
}

/// Rules about who may know whom.
struct LayerRules {
    /// What comes with the toolchain; Foundation and Glibc have rules of their own.
    private static let toolchain: Set = ["Synchronization", "Testing", "Foundation", "FoundationEssentials", "Glibc"]
    /// Targets that may call C.
    private static let closeToC = CodeRules.fences.union(["proto-tables"])

    let targets: [DeclaredTarget]

    /// Dependencies stand above: reading `Package.swift` downwards is going up the layers.
    func orderFindings() -> [Finding] {
        var above: Set<String> = []
        var findings: [Finding] = []
        for target in targets {
            for dependency in target.dependencies where !above.contains(dependency) {
                let problem = "\(target.name) depends on \(dependency), which stands below it or nowhere"
                findings.append(Finding(path: "Package.swift", line: target.line, problem: problem))
            }
            above.insert(target.name)
        }
        return findings
    }

    /// A file imports what its target declares, and nothing else.
    func importFindings(in file: SourceFile) -> [Finding] {
        guard let target = targets.first(where: { file.path.hasPrefix($0.folder + "/") }) else {
            return [Finding(path: file.path, line: 1, problem: "lies in no target of Package.swift")]
        }
        let known = Set(target.dependencies.map { $0.replacing("-", with: "_") }).union(Self.toolchain)
        return Self.importedModule.groups(in: file.code).compactMap { found in
            guard let module = found.groups[1], !known.contains(module) else { return nil }
            return Finding(path: file.path, line: found.line + 1, problem: "\(target.name) may not know \(module)")
        }
    }

    static let onlyFencesCallC = HouseRule.none(
        #"\bimport (Glibc|Musl|C[A-Z]\w*)\b"#,
        "only fences call C",
        in: { closeToC.contains($0.target) || $0.path == "Sources/fleet-telemetry/main.swift" }
    )

    private static let importedModule: Pattern =
        #"^[ ]*(?:@\w+(?:\(\w+\))? )*(?:\w+ )?import (?:(?:struct|class|enum|func|protocol|let|var) )?(\w+)"#
}
