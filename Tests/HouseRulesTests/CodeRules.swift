/// Rules about words in the code.
enum CodeRules {
    /// The only targets that may touch pointers.
    static let fences: Set = ["LinuxSystem", "OpenSSLTransport", "PayloadCodec"]
    /// Targets that may import Foundation's light part: they run at development time only.
    static let cold: Set = ["proto-tables", "symptom-page"]

    static let noPointersOutsideFences = HouseRule.none(
        #"\bunsafe\b|\bUnsafe\w+|\bOpaquePointer\b|\bUnmanaged\b|\bwithUnsafe\w+|\bunsafeBitCast\b"#,
        "only \(fences.sorted().joined(separator: ", ")) may touch pointers",
        in: { fences.contains($0.target) }
    )

    /// What makes, holds or reads through a pointer. Functions that only take one are covered by those who pass it.
    static let pointersAreExplained = HouseRule.none(
        [
            #"\bwithUnsafe\w+|\bUnmanaged(<\w+>)?\.|\bnonisolated\(unsafe\)|\bunsafe |\bunsafeBitCast\b"#,
            #"\bUnsafe\w+(<[^(]*>)?(\(|\.allocate)|\bOpaquePointer\("#,
            #"^[ ]*((package|private|fileprivate) )?(let|var) \w+: (Unsafe|OpaquePointer)"#,
        ].pattern,
        "needs a // SAFETY: line at most 6 lines above: who owns it, how long it lives",
        unless: "SAFETY:"
    )

    static let pointersStayInside = HouseRule { file in
        file.declarations.filter { $0.isShared && pointerName.matches($0.signature) }.map {
            Finding(path: file.path, line: $0.line + 1, problem: "a pointer leaves the target")
        }
    }

    static let sendablePromisesAreExplained = HouseRule.none(
        #"@unchecked\s+Sendable|\bnonisolated\(unsafe\)|@preconcurrency\b"#,
        "needs a // SAFETY: line at most 6 lines above: why threads can't meet there",
        unless: "SAFETY:"
    )

    static let freeTasksAreExplained = HouseRule.none(
        #"\bTask(\.detached|\.immediate)?\s*(<[^>\n]*>)?\s*(\([^)\n]*\)\s*)?\{"#,
        "needs a // TASK: line at most 6 lines above: who waits for it and who cancels it",
        unless: "TASK:"
    )

    /// Stops of the whole server. Their text says what has gone wrong; what a peer can cause is an error instead.
    static let stopsHaveReasons = HouseRule { file in
        stop.lines(in: file.code).filter { index in
            // The text may stand on the next line.
            let text = file.lines[index].text + (index + 1 < file.lines.count ? file.lines[index + 1].text : "")
            return !stopWithReason.matches(text)
        }.map { Finding(path: file.path, line: $0 + 1, problem: "a stop without a text that says why") }
    }

    static let forcesAreExplained = HouseRule.none(
        #"\btry!|\bas!|[\w\])>"]!(?!=)|\bunowned\(unsafe\)"#,
        "what is taken by force needs a // FORCE: or // SAFETY: line at most 6 lines above: why it is there",
        unless: "FORCE:",
        "SAFETY:"
    )

    static let noFoundation = HouseRule.none(
        #"\bimport ((struct|class|enum|func|protocol) )?Foundation\w*"#,
        "Foundation costs start-up time and hides copies; use LinuxSystem and Span",
        in: { cold.contains($0.target) }
    )

    static let noOtherThreadsOrTests = HouseRule.none(
        #"\bimport (Dispatch|XCTest)\b|\bDispatchQueue\b"#,
        "threads come from LinuxSystem, tests from Swift Testing"
    )

    static let publicIsTheFace = HouseRule.none(
        #"^[ ]*(@\w+(\([^)\n]*\))? )*(public|open (class|func|var|init|subscript)) "#,
        "public belongs to FleetTelemetry; between targets it is package",
        in: { $0.target == "FleetTelemetry" }
    )

    static let outputHasOwners = HouseRule.none(
        #"(?<![.\w])(?<!func )(print|debugPrint|dump|puts|printf)\("#,
        "what a person sees goes through Console, what an operator sees through Log",
        in: { ["fleet-telemetry", "proto-tables"].contains($0.target) }
    )

    static let namesSayWhatThingsDo = HouseRule { file in
        file.declarations.filter { $0.kind.isType && emptyWord.matches($0.name) }.map {
            Finding(path: file.path, line: $0.line + 1, problem: "\($0.name) says nothing; name what it does")
        }
    }

    static let noLeftovers = HouseRule { file in
        let placeholders = placeholder.lines(in: file.code)
        let comments = unfinished.lines(in: JoinedLines(file.lines.map(\.comment)))
        return (placeholders + comments).sorted().map {
            Finding(path: file.path, line: $0 + 1, problem: "unfinished work, or code in a comment")
        }
    }

    static let linesFit = HouseRule { file in
        file.lines.indices.filter { file.lines[$0].text.count > 120 }.map {
            Finding(path: file.path, line: $0 + 1, problem: "longer than 120 characters")
        }
    }

    private static let pointerName: Pattern = #"\bUnsafe\w*(Pointer|Buffer)\w*|\bOpaquePointer\b|\bUnmanaged\b"#
    private static let stop: Pattern = #"\b(fatalError|preconditionFailure|assertionFailure)\("#
    private static let stopWithReason: Pattern = #"(fatalError|preconditionFailure|assertionFailure)\(\s*"[^"]{8,}"#
    private static let emptyWord: Pattern = #"Manager|Helper|Util|Info(?!tainment)"#
    private static let placeholder: Pattern = #"\b(func|struct|enum|class)\s+`?(?i:placeholder)"#
    private static let unfinished: Pattern =
        #"\b(TODO|FIXME|XXX|HACK|WIP)\b|^//\s*(let|var|func|return|if|guard|import|for)\s.*[{=(]"#
}

extension [String] {
    /// Any of these.
    fileprivate var pattern: Pattern { Pattern(stringLiteral: joined(separator: "|")) }
}
