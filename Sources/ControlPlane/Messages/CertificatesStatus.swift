/// The certificates that a server uses now.
package struct CertificatesStatus: ControlObject {
    /// The one that ends first of those that vehicles are shown: the server's own or one above it.
    package var server: CertificateEnd?
    /// The one that ends first of those that vehicles are verified against.
    ///
    /// Tesla's that have ended are left out, because nobody here can renew them and the bundle holds one; unless all
    /// have ended.
    package var authority: CertificateEnd?
    package var authorities = 0
    /// Those of them that have ended, Tesla's included.
    package var endedAuthorities = 0

    package init() {}

    package mutating func visit(_ members: inout some ControlVisitor) throws(ControlFormatError) {
        try members.member("server", &server)
        try members.member("authority", &authority)
        try members.member("authorities", &authorities)
        try members.member("ended_authorities", &endedAuthorities)
    }
}

/// When a certificate ends.
package struct CertificateEnd: ControlObject {
    package var subject = ""
    package var sha256 = ""
    package var notAfter = 0
    /// Rounded down; negative when it has ended.
    package var daysLeft = 0

    package init() {}

    package mutating func visit(_ members: inout some ControlVisitor) throws(ControlFormatError) {
        try members.member("subject", &subject)
        try members.member("sha256", &sha256)
        try members.member("not_after_ms", &notAfter)
        try members.member("days_left", &daysLeft)
    }

    /// Days from one moment to another, both in milliseconds, rounded down.
    package static func days(from now: Int, to end: Int) -> Int {
        let day = 86_400_000
        let left = end.subtractingReportingOverflow(now).partialValue
        return left >= 0 ? left / day : (left - day + 1) / day
    }
}
