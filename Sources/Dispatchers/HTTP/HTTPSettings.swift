package import ConfigurationSchema
package import Dispatching
internal import HTTPClient
internal import HTTPCodec

/// `"http": {"home": {"url": …}}`: records to a web endpoint. `records` names it `http:home`.
package struct HTTPSettings: DispatcherSettings, Hashable {
    package static let kind = "http"
    package static let summary = "The dispatchers `http:<name>`: records to web endpoints."
    package static let isNamed = true

    package enum Method: String, CaseIterable, Sendable {
        case post = "POST"
        case put = "PUT"
        case patch = "PATCH"
    }

    package var url = ""
    package var method = Method.post
    package var format = HTTPFormat.protojson
    /// Nil when the file has none.
    package var headers: [String: String]?
    package var authorization: HTTPSecret?
    package var signingSecret: HTTPSecret?
    package var caFile = ""
    package var clientCert = ""
    package var clientKey = ""
    package var batch = Batch()
    package var filter = Filter()
    package var connections = 2
    package var connectTimeout = Duration.seconds(10)
    package var requestTimeout = Duration.seconds(30)
    package var followsRedirects = false
    package var includesFindings = false
    package var pubsubSubscription = "projects/fleet-telemetry/subscriptions/fleet-telemetry"
    package var values: ValueSettings?
    package var location: LocationSettings?

    package init() {}

    package static let settings: [Setting<Self>] = [
        .text("url", \.url, mayBeEmpty: false, check: complaint, "Where requests go, e.g. https://host/path.")
            .required().example("\"https://example.com/telemetry\""),
        .choice("method", \.method, synonyms: ["post": .post, "put": .put, "patch": .patch], "The request's method."),
        .choice("format", \.format, "What a request's body looks like; HTTP.md shows each."),
        .open(
            "headers",
            \.headers,
            isSecret: { _ in true },
            "More headers for each request. Their values are treated as secrets."
        ),
        .optionalSection("authorization", \.authorization, "The Authorization header, e.g. `Bearer …` or `Splunk …`."),
        .optionalSection(
            "signing_secret",
            \.signingSecret,
            "Sign requests as Standard Webhooks does (HMAC-SHA256) with this secret: `whsec_` and base64."
        ),
        .path(
            "ca_file",
            \.caFile,
            "PEM file of the authorities that the server's certificate may come from, instead of this machine's."
        ),
        .path("client_cert", \.clientCert, "PEM file with our certificate, for servers that ask for one."),
        .path("client_key", \.clientKey, "PEM file with the private key of client_cert."),
        .section("batch", \.batch, "How records are put together into requests."),
        .section("filter", \.filter, "Which records are sent, and which of their data."),
        .wholeNumber(
            "connections",
            \.connections,
            in: 1...64,
            "Requests at the same time. Each vehicle keeps to one connection, so its records stay in order."
        ),
        .duration(
            "connect_timeout_seconds",
            \.connectTimeout,
            unit: .seconds,
            in: .milliseconds(100) ... .seconds(300),
            "How long a connection may take to stand, TLS included."
        ),
        .duration(
            "request_timeout_seconds",
            \.requestTimeout,
            unit: .seconds,
            in: .milliseconds(100) ... .seconds(3600),
            "How long a request may take, from its first byte to the last one of the answer."
        ),
        .flag(
            "follow_redirects",
            \.followsRedirects,
            "Follow up to 5 redirects (301, 302, 307, 308). Other hosts get neither authorization nor headers."
        ),
        .flag("include_findings", \.includesFindings, "Tell what the rules of `validation` found in the record."),
        .text(
            "pubsub_subscription",
            \.pubsubSubscription,
            mayBeEmpty: false,
            "What the format pubsub_push names as the subscription."
        ),
    ] + viewRows

    private static func complaint(about url: String) -> TextComplaint? {
        do throws(HTTPAddressError) {
            _ = try HTTPAddress(url)
            return nil
        } catch {
            return TextComplaint("no address that requests can go to: \(error.problem)", remedy: error.remedy)
        }
    }

    /// Records in one request.
    package var recordLimit: Int {
        guard format.holdsSeveral else { return 1 }
        return batch.maxRecords == 0 ? format.usualRecordLimit : batch.maxRecords
    }

    package var readPaths: [ReadPath] {
        var paths: [ReadPath] = []
        for (key, secret) in [("authorization", authorization), ("signing_secret", signingSecret)] {
            guard let file = secret?.file, !file.isEmpty else { continue }
            paths.append(ReadPath(key: "\(key).file", path: file, kind: .secret))
        }
        if !caFile.isEmpty { paths.append(ReadPath(key: "ca_file", path: caFile, kind: .certificates)) }
        if !clientCert.isEmpty {
            paths.append(ReadPath(key: "client_cert", path: clientCert, kind: .certificates))
            paths.append(ReadPath(key: "client_key", path: clientKey, kind: .secret))
        }
        return paths
    }

    /// Batches that fill the requests of all connections. Formats of one record are sent one after the other, some of
    /// them for each turn of the lane.
    package func laneSettings(_ usual: LaneSettings) -> LaneSettings {
        var settings = usual
        settings.batchRecordLimit = connections * (recordLimit == 1 ? 32 : recordLimit)
        settings.batchByteLimit = connections * batch.maxBytes
        settings.batchDelayMilliseconds = recordLimit == 1 ? 0 : batch.maxDelay.milliseconds
        return settings
    }

    package func makeDispatcher(_ context: DispatcherContext) -> any Dispatcher {
        HTTPDispatcher(self, context)
    }
}
