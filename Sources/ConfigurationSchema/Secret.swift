/// A text that must not be seen: a password, a key.
///
/// Printing it, interpolating it or reflecting on it shows that there is one, never which.
package struct Secret: Sendable, Hashable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The secret itself. Whoever reads this must not pass it to a log, an error or a metric.
    package let revealed: String

    package init(_ text: String) {
        revealed = text
    }

    package static let none = Secret("")

    package var isEmpty: Bool { revealed.isEmpty }

    /// What stands in a secret's place wherever it would be shown.
    package static let mask = "<secret>"

    package var description: String { isEmpty ? "" : Self.mask }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
