package import JSONText
package import OpenSSLTransport
internal import TelemetryModel
internal import TextCodec

/// One thing that a certificate or key says, for people and for scripts alike.
package struct CredentialFact: Sendable, Hashable {
    package enum Value: Sendable, Hashable {
        case text(String)
        case texts([String])
        case number(Int)
        case truth(Bool)
    }

    /// As JSON has it.
    package let name: String
    /// As people read it; empty for what only scripts want.
    package let label: String
    package let value: Value

    init(_ name: String, _ label: String, _ value: Value) {
        self.name = name
        self.label = label
        self.value = value
    }

    /// For people; nil for what only scripts want, and for empty lists.
    package var text: String? {
        guard !label.isEmpty else { return nil }
        switch value {
        case .text(let text): return text
        case .texts(let texts): return texts.isEmpty ? nil : texts.joined(separator: ", ")
        case .number(let number): return "\(number)"
        case .truth(let flag): return flag ? "yes" : "no"
        }
    }

    package func write(to writer: inout JSONWriter) {
        switch value {
        case .text(let text): writer.member(name, text)
        case .texts(let texts): writer.member(name, texts)
        case .number(let number): writer.member(name, number)
        case .truth(let flag): writer.member(name, flag)
        }
    }
}

/// When a certificate is valid, in words and for scripts.
package struct CertificateValidity: Sendable {
    private let begin: Int64
    private let end: Int64
    private let now: Int64

    /// - Parameter now: Unix seconds.
    package init(of certificate: Certificate, at now: Int64) {
        begin = certificate.notBefore
        end = certificate.notAfter
        self.now = now
    }

    /// Whole days until it ends; negative when it has ended.
    package var daysLeft: Int {
        let seconds = end.subtractingReportingOverflow(now)
        // A date that cannot be read lies at the end of time, or at its beginning.
        guard !seconds.overflow else { return end < now ? Int(Int32.min) : Int(Int32.max) }
        return Int((Double(seconds.partialValue) / 86_400).rounded(.down))
    }

    /// E.g. `valid until 2046-10-04 (7304 days)`.
    package var words: String {
        if now < begin { return "not valid before \(UTCDay(begin)) (in \(days(from: now, to: begin)))" }
        if now > end { return "expired on \(UTCDay(end)) (\(days(from: end, to: now)) ago)" }
        return "valid until \(UTCDay(end)) (\(days(from: now, to: end)))"
    }

    package var facts: [CredentialFact] {
        [
            CredentialFact("validity", "validity", .text(words)),
            CredentialFact("not_before", "", .text(Self.moment(begin))),
            CredentialFact("not_after", "", .text(Self.moment(end))),
            CredentialFact("days_left", "", .number(daysLeft)),
        ]
    }

    private func days(from start: Int64, to end: Int64) -> String {
        let days = (Double(end) - Double(start)) / 86_400
        guard days < 10_000_000 else { return "for ever" }
        return Int(days) == 1 ? "1 day" : "\(Int(days)) days"
    }

    private static func moment(_ seconds: Int64) -> String {
        // No calendar knows a time beyond these.
        let bounded = min(max(seconds, -62_167_219_200), 253_402_300_799)
        return UTCTime(UnixMilliseconds(rawValue: bounded * 1000)).description
    }
}
