/// What is done when a rule is broken.
package enum RuleMode: String, CaseIterable, Sendable, Hashable {
    /// Nobody looks.
    case off
    /// It is counted, marked and passed on.
    case observe
    /// The datum is taken out, or the record goes to the dead letters.
    case enforce
}

/// A mode, or the one that holds anyway.
package enum ModeChoice: String, CaseIterable, Sendable, Hashable {
    case inherited
    case off, observe, enforce

    /// Nil when nothing is said here.
    package var mode: RuleMode? { RuleMode(rawValue: rawValue) }
}

/// What is done with data of a field or a category, however good they are.
package enum DataPolicy: String, CaseIterable, Sendable, Hashable {
    case allow
    /// None is wanted.
    case deny
    /// One value per field and interval is wanted.
    case sample
}

/// A policy, or the one of the field's category.
package enum PolicyChoice: String, CaseIterable, Sendable, Hashable {
    case inherited
    case allow, deny, sample

    /// Nil when nothing is said here.
    package var policy: DataPolicy? { DataPolicy(rawValue: rawValue) }
}
