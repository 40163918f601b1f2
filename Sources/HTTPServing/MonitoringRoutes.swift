package import Observability

/// The paths that probes and scrapers ask for.
package enum MonitoringRoutes {
    /// `/status` as the reference answers it, `/healthz` and `/readyz`.
    ///
    /// - Parameters:
    ///   - failingConditions: what keeps the server from doing its work now, one line each, e.g.
    ///   `certificate: expired at 2026-01-01T00:00:00Z`; empty when it is ready. Called on the server's thread for
    ///   each `/readyz`; must not wait.
    ///   - notices: what an operator should mend although vehicles are served, one line each.
    package static func status(
        failingConditions: @escaping @Sendable () -> [String],
        notices: @escaping @Sendable () -> [String] = { [] }
    ) -> HTTPRoutes {
        HTTPRoutes([
            "GET /status": { _ in .text("ok") },
            // Alive means that this thread answers; anything more is for /readyz, since whoever asks here restarts
            // a server that does not say yes, and a restart disconnects the fleet.
            "GET /healthz": { _ in .text("alive\n") },
            "GET /readyz": { _ in readiness(failingConditions(), notices()) },
        ])
    }

    private static func readiness(_ failing: [String], _ notices: [String]) -> HTTPResponse {
        let lines = (failing + notices).map { String($0.map { $0.isNewline ? " " : $0 }) + "\n" }
        guard !failing.isEmpty else { return .text("ready\n" + lines.joined()) }
        return .text(lines.joined(), status: 503)
    }

    /// `/metrics` in Prometheus' text format.
    package static func metrics(_ registry: MetricRegistry, naming: MetricNaming = .reference) -> HTTPRoutes {
        HTTPRoutes([
            "GET /metrics": { _ in
                HTTPResponse(
                    contentType: MetricRegistry.expositionContentType,
                    body: registry.exposition(naming: naming)
                )
            }
        ])
    }
}
