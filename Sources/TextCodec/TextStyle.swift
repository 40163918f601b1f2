/// What is said of one thing that was looked at; decides the colour of its word.
package enum Verdict: Sendable, Hashable, CaseIterable {
    case good, warning, bad
    /// Nothing was looked at, or nobody knows.
    case open
}

/// Whether texts for people carry colours, and which.
///
/// Texts are made with a style and are the same without it, so that nothing has to be read by its colour.
package struct TextStyle: Sendable, Hashable {
    package let isColoured: Bool

    /// Nothing but the words.
    package static let plain = TextStyle(isColoured: false)

    package init(isColoured: Bool) {
        self.isColoured = isColoured
    }

    /// Colours on a terminal that can show them, unless somebody asked for none (<https://no-color.org>).
    ///
    /// - Parameters:
    ///   - isTerminal: of the stream that is written to.
    ///   - environment: of the process.
    package init(isTerminal: Bool, environment: [String: String]) {
        let isUnwanted = environment["NO_COLOR"].map { !$0.isEmpty } ?? false
        isColoured = isTerminal && !isUnwanted && environment["TERM"] != "dumb"
    }

    /// A word that says how something is, e.g. `ok` or `error`.
    package func verdict(_ verdict: Verdict, _ word: String) -> String {
        switch verdict {
        case .good: paint(word, "32")
        case .warning: paint(word, "33")
        case .bad: paint(word, "1;31")
        case .open: paint(word, "2")
        }
    }

    /// The title of a section.
    package func heading(_ text: String) -> String { paint(text, "1") }

    /// What may be passed over.
    package func faint(_ text: String) -> String { paint(text, "2") }

    private func paint(_ text: String, _ code: String) -> String {
        isColoured && !text.isEmpty ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
    }
}
