/// A parser under test with what must hold of it.
///
/// An execution that stops the program, takes for ever or grows without end is found by the process around it; a target
/// says what else is wrong.
protocol FuzzTarget: AnyObject, SendableMetatype {
    /// On the command line, and in the names of files with failing inputs.
    static var name: String { get }

    /// Good inputs to start from.
    static func seeds() throws -> [[UInt8]]
    /// What stands in inputs of this kind, for insertions.
    static var words: [[UInt8]] { get }
    /// Longest input in bytes.
    static var limitBytes: Int { get }

    init() throws

    /// Tries one input.
    ///
    /// - Returns: whether the parser took it for good, so that more than refusals was tried.
    func run(_ input: [UInt8]) throws(FuzzFinding) -> Bool
}

/// What is wrong with what came of an input.
struct FuzzFinding: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}

/// All targets, in the order of a message's way.
enum FuzzTargets {
    static let all: [any FuzzTarget.Type] = [
        ProxyTarget.self, RequestTarget.self, FrameTarget.self, EnvelopeTarget.self, PayloadTarget.self,
        SpoolTarget.self, ConfigurationTarget.self, ViewTarget.self, SignalFileTarget.self,
    ]
}
