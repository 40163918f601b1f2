/// What a dispatcher did not keep of its contract.
package struct ConformanceFailure: Error, Sendable, CustomStringConvertible {
    package let description: String

    init(_ description: String) {
        self.description = description
    }
}

func require(_ isKept: Bool, _ complaint: @autoclosure () -> String) throws {
    if !isKept { throw ConformanceFailure(complaint()) }
}
