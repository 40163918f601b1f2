import Testing

/// Every rule is shown what it must catch, and what looks like it and is fine.
struct PlantedViolationTests {
    private func lines(_ rule: HouseRule, _ source: String, at path: String = "Sources/Receiving/A.swift") -> [Int] {
        rule.check(SourceFile(path, source)).map(\.line)
    }

    @Test(arguments: [
        "unsafe read()", "let a: UnsafePointer<Int>", "var b = OpaquePointer(x)", "bytes.withUnsafeBytes { $0 }",
        "unsafeBitCast(a, to: B.self)", "Unmanaged.passRetained(self)", "nonisolated(unsafe) var a = 1",
        #"let a = "\(bytes.withUnsafeBytes { $0.count })""#, "@unsafe func f() {}",
    ])
    func `pointers outside the fences`(code: String) {
        #expect(lines(CodeRules.noPointersOutsideFences, code) == [1])
        #expect(lines(CodeRules.noPointersOutsideFences, code, at: "Sources/LinuxSystem/A.swift").isEmpty)
    }

    @Test(arguments: [
        "// withUnsafeBytes is for others", "/* UnsafePointer\nUnmanaged */", #"let a = "Unmanaged""#,
        "let unsafety = 1",
        "let a = #\"\"\"\nwithUnsafeBytes\n\\(Unmanaged)\n\"\"\"#",
    ])
    func `pointers in comments and texts are none`(code: String) {
        #expect(lines(CodeRules.noPointersOutsideFences, code).isEmpty)
    }

    @Test(arguments: [
        "a.withUnsafeBytes { $0 }", "let p: OpaquePointer", "private var p: UnsafeMutablePointer<Int>?",
        "Unmanaged<A>.fromOpaque(p)", "UnsafeBufferPointer(start: p, count: 1)",
        "UnsafeMutablePointer<Int>.allocate(capacity: 1)",
    ])
    func `pointers without a reason`(code: String) {
        let rule = CodeRules.pointersAreExplained
        #expect(lines(rule, code) == [1])
        #expect(lines(rule, "\n\n" + code) == [3])
        #expect(lines(rule, "// SAFETY: borrowed for the call.\n" + code).isEmpty)
        #expect(lines(rule, "// SAFETY: far away.\n1\n2\n3\n4\n5\n6\n" + code) == [8])
        #expect(lines(rule, "let a = \"// SAFETY: in a text\"\n" + code) == [2])
        #expect(lines(rule, "func f(_ p: UnsafePointer<Int>) {}").isEmpty)
    }

    @Test func `pointers that leave their target`() {
        let rule = CodeRules.pointersStayInside
        #expect(lines(rule, "package func f(_ p: UnsafeRawPointer) {}") == [1])
        #expect(lines(rule, "public let p: OpaquePointer") == [1])
        #expect(lines(rule, "package init(\n    _ a: Int,\n    _ p: UnsafeMutableBufferPointer<Int>\n) {\n}") == [1])
        #expect(lines(rule, "package func f() {\n    g(OpaquePointer(p))\n}\nfunc h(_ p: UnsafeRawPointer) {}").isEmpty)
    }

    @Test func `promises of Sendable without a reason`() {
        let rule = CodeRules.sendablePromisesAreExplained
        #expect(lines(rule, "final class A: @unchecked Sendable {}") == [1])
        #expect(lines(rule, "nonisolated(unsafe) var a = 1") == [1])
        #expect(lines(rule, "@preconcurrency import A") == [1])
        #expect(lines(rule, "// SAFETY: one thread.\nfinal class A: @unchecked Sendable {}").isEmpty)
    }

    @Test func `free tasks`() {
        let rule = CodeRules.freeTasksAreExplained
        for code in ["Task { a() }", "Task.detached { a() }", "Task(priority: .low) { a() }", "let t = Task<A, B> {"] {
            #expect(lines(rule, code) == [1], "\(code)")
            #expect(lines(rule, "// TASK: awaited by close().\n" + code).isEmpty)
        }
        #expect(lines(rule, "struct SubTask {\n}\ngroup.addTask { a() }").isEmpty)
    }

    @Test func `stops without a reason`() {
        let rule = CodeRules.stopsHaveReasons
        #expect(lines(rule, "fatalError()") == [1])
        #expect(lines(rule, "\npreconditionFailure(\"no\")") == [2])
        #expect(lines(rule, "preconditionFailure(\n    \"a record was taken twice\"\n)").isEmpty)
        #expect(lines(rule, "fatalError(\"out of memory\")").isEmpty)
    }

    @Test(arguments: ["try! f()", "a as! B", "a!.b", "f()!", "a[0]!", "inout a: A!"])
    func `values taken by force`(code: String) {
        #expect(lines(CodeRules.forcesAreExplained, code) == [1])
        #expect(lines(CodeRules.forcesAreExplained, "// FORCE: checked above.\n" + code).isEmpty)
    }

    @Test(arguments: ["a != b", "!a", "if !(a) {}", #""Wow!""#, "a !== b", "// a!", "try f()", "a as? B"])
    func `nothing taken by force`(code: String) {
        #expect(lines(CodeRules.forcesAreExplained, code).isEmpty)
    }

    @Test func `imports that are not for everybody`() {
        for code in [
            "import Foundation", "internal import FoundationEssentials", "package import struct Foundation.Data",
        ] {
            #expect(lines(CodeRules.noFoundation, code) == [1], "\(code)")
            #expect(lines(CodeRules.noFoundation, code, at: "Sources/proto-tables/A.swift").isEmpty)
        }
        #expect(lines(CodeRules.noOtherThreadsOrTests, "import Dispatch") == [1])
        #expect(lines(CodeRules.noOtherThreadsOrTests, "internal import Dispatching").isEmpty)
        #expect(lines(LayerRules.onlyFencesCallC, "internal import Glibc") == [1])
        #expect(lines(LayerRules.onlyFencesCallC, "internal import COpenSSL") == [1])
        #expect(lines(LayerRules.onlyFencesCallC, "internal import CommandLineInterface").isEmpty)
    }

    @Test func `public outside the face`() {
        for code in ["public struct A {}", "    public let a = 1", "@inlinable public func f() {}", "open class A {}"] {
            #expect(lines(CodeRules.publicIsTheFace, code) == [1], "\(code)")
            #expect(lines(CodeRules.publicIsTheFace, code, at: "Sources/FleetTelemetry/A.swift").isEmpty)
        }
        #expect(lines(CodeRules.publicIsTheFace, "open = nil\npackage struct A {}\n/// public").isEmpty)
    }

    @Test func `output past its owners`() {
        #expect(lines(CodeRules.outputHasOwners, "print(1)\n    debugPrint(2)\ndump(a)") == [1, 2, 3])
        #expect(lines(CodeRules.outputHasOwners, "Console.print(1)\nfunc print(_ a: A) {}\nlet print = 1").isEmpty)
    }

    @Test func `names that say nothing`() {
        let rule = CodeRules.namesSayWhatThingsDo
        #expect(lines(rule, "struct LaneManager {}\npackage enum TextUtil {}\nfinal class PeerInfo {}") == [1, 2, 3])
        #expect(lines(rule, "typealias QueueHelper = A\nprotocol Utility {}") == [1, 2])
        #expect(lines(rule, "struct Lane {}\nfunc info() {}\nlet peerInfo = 1").isEmpty)
    }

    @Test func `what is left over`() {
        let rule = CodeRules.noLeftovers
        let marks = ["TO" + "DO", "FIX" + "ME", "X" + "XX"]
        for mark in marks { #expect(lines(rule, "a // \(mark): later") == [1]) }
        #expect(lines(rule, "// let a = f()\n// if a { b() }") == [1, 2])
        #expect(lines(rule, "@Test func `placeholder`() {}\nstruct PlaceholderTests {}") == [1, 2])
        #expect(
            lines(rule, "// If nobody asks, nothing is made.\nlet placeholder = \"PATH\"\n\"\\uX\(marks[2])\"").isEmpty
        )
    }

    @Test func `lines that are too long`() {
        let long = String(repeating: "a", count: 121)
        #expect(lines(CodeRules.linesFit, "a\n\(long)\n\(long.dropLast())") == [2])
    }

    @Test func `shared things without a comment`() {
        func lines(_ source: String) -> [Int] {
            let file = SourceFile("Sources/Receiving/A.swift", source)
            return DocumentationRule(protocolsIn: [file]).findings(in: file).map(\.line)
        }
        #expect(lines("package struct A {}") == [1])
        #expect(lines("\n@frozen\npublic enum A {}") == [3])
        #expect(lines("/// Says it.\nlet a = 1\npackage static func f() {}") == [3])
        #expect(lines("// no doc comment\npackage func f() {}") == [2])
        #expect(lines("/// Says it.\n@inlinable\n@inline(__always)\npackage func f() {}").isEmpty)
        #expect(lines("/// Says it.\npackage func f() {}\npackage func f(_ a: Int) {}\nfunc g() {}").isEmpty)
        #expect(lines("/// Says it.\npackage enum A {\n    package enum B {}\n    package let c: Int\n}").isEmpty)
        #expect(
            lines(
                "/// P.\nprotocol P {\n    /// Asks.\n    func f()\n}\n"
                    + "/// A.\npackage struct A: P {\n    package func f() {}\n}"
            ).isEmpty
        )
        #expect(
            lines("/// A.\npackage struct A: Hashable {\n    package static func == (a: A, b: A) -> Bool { true }\n}")
                .isEmpty
        )
    }
}
