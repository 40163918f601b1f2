package import Observability

/// The paths that probes and scrapers ask for.
package enum MonitoringRoutes {
    /// `/status` as the reference answers it, `/healthz` and `/readyz`.
    ///
    /// - Parameter failingConditions: what keeps the server from doing its work now, one line each, e.g.
    ///   `certificate: expired at 2026-01-01T00:00:00Z`; empty when it is ready. Called on the server's thread for
    ///   each `/readyz`; must not wait.
    /// - Parameter notes: what else is to be known, one line each, in any case; as the conditions.
    package static func status(
        failingConditions: @escaping @Sendable () -> [String],
        notes: @escaping @Sendable () -> [String] = { [] }
    ) -> HTTPRoutes {
        HTTPRoutes([
            "GET /status": { _ in .text("ok") },
            // Alive means that this thread answers; anything more is for /readyz, since whoever asks here restarts
            // a server that does not say yes, and a restart disconnects the fleet.
            "GET /healthz": { _ in .text("alive\n") },
            "GET /readyz": { _ in readiness(failingConditions(), notes()) },
        ])
    }

    private static func readiness(_ failing: [String], _ notes: [String]) -> HTTPResponse {
        let lines = (failing.isEmpty ? ["ready"] : failing) + notes
        let text = lines.map { String($0.map { $0.isNewline ? " " : $0 }) + "\n" }.joined()
        return .text(text, status: failing.isEmpty ? 200 : 503)
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
