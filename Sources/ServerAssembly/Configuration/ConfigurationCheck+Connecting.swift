package import ConfigurationSchema
internal import Dispatchers
internal import Dispatching
internal import Observability

extension ServerConfiguration {
    /// What trying each dispatcher's destination for real has brought. Blocks for as long as they take to answer.
    ///
    /// - Returns: an attempt for each dispatcher that can be tried, and findings about those that would take nothing.
    package func tryDispatchers() -> (attempts: [ConnectionAttempt], findings: [ConfigurationFinding]) {
        let context = dispatcherContext(log: .silent, metrics: MetricRegistry())
        var attempts: [ConnectionAttempt] = []
        var findings: [ConfigurationFinding] = []
        for (name, settings) in usedDispatchers {
            guard let probe = settings.probe(context) else { continue }
            attempts.append(
                ConnectionAttempt(
                    name: name.text,
                    result: probe.result,
                    isGood: probe.remedy == nil,
                    status: probe.status,
                    milliseconds: probe.milliseconds
                )
            )
            guard let remedy = probe.remedy else { continue }
            findings.append(
                ConfigurationFinding(
                    path: settingPath(KnownDispatcher.sectionPath(of: name.text), probe.key),
                    code: .connection,
                    problem: probe.result,
                    reason: "The dispatcher \(name.text) was tried for real, and would deliver nothing now.",
                    remedy: remedy,
                    symptom: probe.symptom
                )
            )
        }
        return (attempts, findings)
    }
}
