import Testing

/// Rules about the sources themselves. A rule that is not checked here is only a wish.
struct HouseRulesTests {
    private func expectNone(_ findings: [Finding], sourceLocation: SourceLocation = #_sourceLocation) {
        #expect(
            findings.isEmpty,
            "\(findings.map(\.description).joined(separator: "\n"))",
            sourceLocation: sourceLocation
        )
    }

    private var everything: [SourceFile] { SourceTree.sources + SourceTree.tests }

    @Test func `the sources were found`() {
        #expect(SourceTree.sources.count > 200 && SourceTree.tests.count > 100)
        #expect(SourceTree.sources.contains { $0.path == "Sources/TelemetryModel/Record.swift" })
    }

    @Test func `pointers live in the fences only`() {
        expectNone(CodeRules.noPointersOutsideFences.findings(in: SourceTree.sources))
        expectNone(CodeRules.pointersStayInside.findings(in: SourceTree.sources))
        expectNone(LayerRules.onlyFencesCallC.findings(in: SourceTree.sources))
    }

    @Test func `whatever holds a pointer says why it is safe`() {
        expectNone(CodeRules.pointersAreExplained.findings(in: SourceTree.sources))
    }

    @Test func `nobody promises Sendable without a reason`() {
        expectNone(CodeRules.sendablePromisesAreExplained.findings(in: SourceTree.sources))
    }

    @Test func `a free task says who waits for it`() {
        expectNone(CodeRules.freeTasksAreExplained.findings(in: SourceTree.sources))
    }

    @Test func `what stops the program or takes by force has a reason`() {
        expectNone(CodeRules.stopsHaveReasons.findings(in: SourceTree.sources))
        expectNone(CodeRules.forcesAreExplained.findings(in: SourceTree.sources))
    }

    @Test func `Foundation and libdispatch stay out`() {
        expectNone(CodeRules.noFoundation.findings(in: SourceTree.sources))
        expectNone(CodeRules.noOtherThreadsOrTests.findings(in: everything))
    }

    @Test func `public is what programs that embed us see`() {
        expectNone(CodeRules.publicIsTheFace.findings(in: everything))
    }

    @Test func `targets know only what stands above them`() {
        let rules = LayerRules(targets: DeclaredTarget.all(in: SourceTree.package))
        #expect(rules.targets.count > 40)
        expectNone(rules.orderFindings())
        expectNone(everything.filter { $0.target != "Package" }.flatMap(rules.importFindings))
    }

    @Test func `output goes through its owners`() {
        expectNone(CodeRules.outputHasOwners.findings(in: SourceTree.sources))
    }

    @Test func `names say what things do`() {
        expectNone(CodeRules.namesSayWhatThingsDo.findings(in: everything))
    }

    @Test func `what other targets use is documented`() {
        expectNone(SourceTree.sources.flatMap(DocumentationRule(protocolsIn: SourceTree.sources).findings))
    }

    @Test func `nothing is left over`() {
        expectNone(CodeRules.noLeftovers.findings(in: everything + [SourceTree.package]))
        expectNone(
            everything.filter { $0.path.hasSuffix("/Placeholder.swift") }.map {
                Finding(path: $0.path, line: 1, problem: "an empty target")
            }
        )
    }

    @Test func `lines fit two side by side`() {
        expectNone(CodeRules.linesFit.findings(in: everything + [SourceTree.package]))
    }
}
