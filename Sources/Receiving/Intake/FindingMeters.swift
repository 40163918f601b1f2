internal import Observability
internal import RecordRules
internal import Synchronization
internal import TelemetryModel

/// How findings are counted and logged.
struct FindingMeters {
    private let log: Log
    private let registry: MetricRegistry
    /// Those that have been needed, because the registry makes texts of all labels to find one.
    private var counters: [FindingTally.Key: Counter] = [:]
    /// Records of which the rules left nothing.
    let emptied: Counter

    init(_ context: ReceiverContext) {
        log = context.log
        registry = context.meters.registry
        emptied = registry.counter(
            "validation_emptied_total",
            help: "Records of which the rules left no data, so that they were acknowledged and dispatched nowhere."
        )
    }

    /// Once per turn. Every label is one of few words: rules, outcomes, categories, fields of the catalogue.
    mutating func count(_ tally: FindingTally) {
        for (key, count) in tally.counts {
            let counter = counters[key] ?? self.counter(key)
            counters[key] = counter
            counter.add(count)
        }
    }

    private func counter(_ key: FindingTally.Key) -> Counter {
        let isKnown = key.field != FindingTally.unknownField
        return registry.counter(
            "validation_finding_total",
            help: "What rules found in records, and what was done about it.",
            labels: [
                ("rule", key.rule.name), ("outcome", key.outcome.name),
                ("category", key.field?.category.name ?? ""),
                ("field", isKnown ? key.field?.name ?? "" : "unknown"),
            ]
        )
    }

    /// One line for a record, and no more of them than the log's limit lets through.
    func log(_ judgement: Judgement, of record: Record) {
        let findings = judgement.findings
        log.observe(
            .recordFinding,
            [
                "vin": .text(record.vin.text), "record_type": .text(record.type.topic),
                "txid": .text(record.txidText), "findings": .text(Self.text(of: findings)),
                "count": .count(findings.list.count + findings.omitted),
            ]
        )
    }

    /// At most eight findings: `out_of_range VehicleSpeed stripped`. Never a value.
    private static func text(of findings: RecordFindings) -> String {
        findings.list.prefix(8).map { finding in
            let field = finding.field.map { $0.name ?? "Field_\($0.number)" }
            return [finding.rule.name, field, finding.outcome.name].compactMap { $0 }.joined(separator: " ")
        }.joined(separator: ", ")
    }
}
