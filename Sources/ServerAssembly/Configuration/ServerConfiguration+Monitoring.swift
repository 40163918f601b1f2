package import ConfigurationSchema
package import Observability

extension ServerConfiguration {
    package struct Monitoring: Configurable, Hashable {
        package var prometheusMetricsPort = 0
        package var prometheusMetricsHost = "127.0.0.1"
        package var prometheusMetricNames = MetricNaming.reference
        package var statsd: StatsD?

        package init() {}

        private static let profilerNote =
            "There is no profiler port: perf reads a running process from outside, and /metrics carries its memory, "
            + "CPU and descriptor figures."

        package static let settings: [Setting<Self>] = [
            .wholeNumber("prometheus_metrics_port", \.prometheusMetricsPort, in: 0...65535, "Port of /metrics. 0: off.")
                .example("9090"),
            .text("prometheus_metrics_host", \.prometheusMetricsHost, "Address of /metrics."),
            .choice(
                "prometheus_metric_names",
                \.prometheusMetricNames,
                "The reference's names on /metrics, or what Prometheus recommends in place of five of them."
            ),
            .optionalSection("statsd", \.statsd, "StatsD over UDP; only without prometheus_metrics_port."),
            .legacy("profiler_port", profilerNote, remedy: "remove it; run perf record -g -p PID"),
            .legacy("profiler_host", profilerNote, remedy: "remove it; run perf record -g -p PID"),
            .legacy("profiling_path", profilerNote, remedy: "remove it; run perf record -g -p PID -o FILE"),
        ]

        package func examine(at path: String, _ reader: inout SettingReader) {
            guard statsd != nil, prometheusMetricsPort != 0 else { return }
            reader.report(
                .ineffective,
                at: "\(path).statsd",
                severity: .warning,
                problem: "not used, because prometheus_metrics_port is set",
                reason: "Metrics go to one of the two, as in the reference server.",
                remedy: "remove one of them"
            )
        }
    }

    package struct StatsD: Configurable, Hashable {
        package var host = ""
        package var prefix = ""
        package var flushPeriod = Duration.milliseconds(100)

        package init() {}

        package static let settings: [Setting<Self>] = [
            .text(
                "host",
                \.host,
                mayBeEmpty: false,
                check: { text in
                    HostAndPort(text) == nil
                        ? TextComplaint("expected host:port", remedy: "write \"127.0.0.1:8125\"") : nil
                },
                "Host and UDP port of the StatsD server."
            )
            .required(),
            .text("prefix", \.prefix, "Stands before every metric name, with a point."),
            .duration(
                "flush_period",
                \.flushPeriod,
                unit: .milliseconds,
                in: .milliseconds(1) ... .seconds(3600),
                "How often metrics are sent."
            )
            .zeroMeansAbsent(),
            .legacy(
                "sample_rate",
                "Every change is sent; the reference does not sample either, whatever the rate.",
                remedy: "remove it"
            ),
        ]
    }

    /// Where the reference sends error reports. Ours go to the log only.
    package struct Airbrake: Configurable, Hashable {
        package var host = ""
        package var projectKey = Secret.none
        package var environment = ""
        package var projectID = 0
        package var tls: ClientTLS?

        package init() {}

        package static let settings: [Setting<Self>] = [
            .text("host", \.host, "Where reports would go."),
            .secret("project_key", \.projectKey, "Key of the project.").environment("AIRBRAKE_PROJECT_KEY"),
            .text("environment", \.environment, "Name of the environment."),
            .wholeNumber("project_id", \.projectID, in: 0...Int.max, "Number of the project."),
            .optionalSection("tls", \.tls, "Certificates towards the Airbrake server."),
        ]

        package func examine(at path: String, _ reader: inout SettingReader) {
            reader.report(
                .ineffective,
                at: path,
                severity: .warning,
                problem: "no reports are sent to Airbrake",
                reason: "Errors stand in the log and in the metrics only.",
                remedy: "watch the log for the level error, or remove the section"
            )
        }
    }

    /// Certificates for connections that the server opens; all of them optional.
    package struct ClientTLS: Configurable, Hashable {
        package var caFile = ""
        package var serverCert = ""
        package var serverKey = ""

        package init() {}

        package static let settings: [Setting<Self>] = [
            .path("ca_file", \.caFile, "PEM file with the certificates that the other side may be signed by."),
            .path("server_cert", \.serverCert, "PEM file with the certificate shown to the other side."),
            .path("server_key", \.serverKey, "PEM file with the private key of server_cert."),
        ]

        package func examine(at path: String, _ reader: inout SettingReader) {
            guard serverCert.isEmpty != serverKey.isEmpty else { return }
            let missing = serverKey.isEmpty ? "server_key" : "server_cert"
            reader.report(
                .contradiction,
                at: path,
                problem: "\(missing) is missing",
                reason: "A certificate and its key are used together or not at all.",
                remedy: "add \"\(missing)\", or remove the other one"
            )
        }
    }
}
