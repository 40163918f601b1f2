import Testing

struct LayerRulesTests {
    private let package = SourceFile(
        "Package.swift",
        """
        func layer(_ name: String) -> Target {
            .target(name: name)
        }
        let package = Package(
            products: [
                .library(name: "Face", targets: ["Face"])
            ],
            targets: [
                // 1. The lowest.
                .systemLibrary(name: "CThing", pkgConfig: "thing", providers: [.apt(["libthing-dev"])]),
                layer("Low"),
                fence("Middle", ["CThing", "Low"]),
                layer(
                    "Face",
                    [
                        "Middle",
                    ]
                ),
                .executableTarget(
                    name: "the-tool",
                    dependencies: ["Face", "High"],
                    path: "Tests/Tools/the-tool",
                    swiftSettings: common + [.define("X")]
                ),
                layer("High"),
                tests("FaceTests", ["Face", "the-tool"]),
            ]
        )
        """
    )

    @Test func `targets are read in their order`() {
        let targets = DeclaredTarget.all(in: package)
        #expect(targets.map(\.name) == ["CThing", "Low", "Middle", "Face", "the-tool", "High", "FaceTests"])
        #expect(targets[2].dependencies == ["CThing", "Low"])
        #expect(targets[3].dependencies == ["Middle"])
        #expect(targets[4].dependencies == ["Face", "High"])
        #expect(targets.map(\.folder).suffix(3) == ["Tests/Tools/the-tool", "Sources/High", "Tests/FaceTests"])
    }

    @Test func `a dependency on what stands below is found`() {
        let findings = LayerRules(targets: DeclaredTarget.all(in: package)).orderFindings()
        #expect(findings.map(\.problem) == ["the-tool depends on High, which stands below it or nowhere"])
    }

    @Test func `an import that is not declared is found`() {
        let rules = LayerRules(targets: DeclaredTarget.all(in: package))
        func modules(_ path: String, _ source: String) -> [Int] {
            rules.importFindings(in: SourceFile(path, source)).map(\.line)
        }
        #expect(
            modules("Sources/Middle/A.swift", "package import Low\ninternal import Face\nimport Synchronization") == [2]
        )
        #expect(modules("Sources/Low/A.swift", "@preconcurrency internal import Middle\n// import Face") == [1])
        #expect(modules("Tests/FaceTests/A.swift", "import Testing\n@testable import the_tool\nimport Low") == [3])
        #expect(modules("Tests/Tools/the-tool/A.swift", "import struct Face.A\nimport func Low.b") == [2])
        #expect(modules("Sources/Nowhere/A.swift", "") == [1])
    }
}
