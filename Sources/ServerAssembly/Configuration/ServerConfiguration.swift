package import ConfigurationSchema
internal import Dispatchers
internal import JSONText
package import RecordRules

/// Everything an operator can set, typed and checked: the reference's keys with their meaning, and ours.
///
/// Plain values. Nothing was opened, resolved or started to make one; see ``ConfigurationCheck`` for what only the
/// machine can tell.
package struct ServerConfiguration: Configurable, Hashable {
    package var host = ""
    package var port = 0
    package var tls = TLS()
    package var useDefaultEngCA = false
    package var statusPort = 0
    package var statusHost = ""
    package var namespace = ""
    /// Dispatcher names by record type, each list in the order of the file, without duplicates.
    package var records: [String: [String]] = [:]
    /// Dispatchers that an ack waits for, by record type. Only names that stand in `records` for the type.
    package var reliableAckSources: [String: [String]] = [:]
    /// The reference's dead switch. What it promised is in ``reliableAckSources`` already.
    package var reliableAck = false
    package var transmitDecodedRecords = false
    package var compatibility = Compatibility.standard
    package var rateLimit = RateLimit()
    /// Nil dispatches records that come again another time.
    package var deduplication: Deduplication?
    package var presence = Presence()
    /// Nil checks nothing.
    package var validation: ValidationSettings?
    package var vinsSignalTrackingEnabled: [String] = []
    package var logLevel = LogLevel.info
    package var jsonLogEnable = false
    package var log = Log()
    package var monitoring = Monitoring()
    package var control = Control()
    package var threads = 0
    package var maxConnections = 0
    package var maxMessageBytes = 1_000_000
    package var connection = Connection()
    package var vehicles = Vehicles()
    package var proxyProtocol = ProxyProtocol()
    package var dispatch = Dispatch()
    package var spool: Spool?
    package var deadLetters = DeadLetters()
    /// Nil counts no signals.
    package var costs: Costs?
    package var shutdownTimeout = Duration.seconds(10)
    package var reloadInterval = Duration.seconds(5)
    package var certificateWarningDays = 14
    /// The sections of the dispatchers that this build contains.
    package var dispatchers = DispatcherSections()
    /// librdkafka's own names and values.
    package var kafka: [String: String]?
    package var kinesis: Kinesis?
    package var pubsub: PubSub?
    package var zmq: ZeroMQ?
    package var mqtt: MQTT?
    package var redis: Redis?
    /// A `nats` section stands in the file. This build reads nothing in it.
    package var hasNATS = false
    package var airbrake: Airbrake?

    package init() {}

    /// Which server's transforms and output shapes are produced.
    package enum Compatibility: String, CaseIterable, Sendable {
        /// Exact values and complete outputs.
        case standard
        /// As the reference server, lossy conversions included, for consumers that depend on them.
        case reference
    }

    package enum LogLevel: String, CaseIterable, Sendable {
        case debug, info, warning, error
    }

    package static let settings: [Setting<Self>] =
        receivingRows + recordRows + operatingRows + keepingRows + DispatcherSections.rows + brokerRows

    private static let receivingRows: [Setting<Self>] = [
        .text("host", \.host, "The address that vehicles connect to; empty means all addresses of the machine.")
            .example("\"0.0.0.0\""),
        .wholeNumber("port", \.port, in: 1...65535, "The port that vehicles connect to.")
            .required().example("4443"),
        .section("tls", \.tls, "Certificates. Vehicles connect over mutual TLS only.").required(),
        .flag(
            "use_default_eng_ca",
            \.useDefaultEngCA,
            "Trust Tesla's engineering vehicle CAs instead of the production ones."
        ),
        .legacy(
            "disable_tls",
            "A vehicle is recognised by its certificate, so there is no operation without TLS here.",
            remedy: "remove it"
        ) { value, path in
            guard value.flag != false else { return nil }
            return ConfigurationFinding(
                path: path,
                code: .contradiction,
                problem: "this server does not run without TLS",
                reason: "A vehicle is recognised by its certificate; a proxy that ends TLS would hide it.",
                remedy: "remove it, and pass TCP through the proxy unopened",
                position: value.position
            )
        },
        .wholeNumber(
            "max_connections",
            \.maxConnections,
            in: 0...10_000_000,
            "Vehicles connected at the same time; more are refused. 0: as many as the process may open descriptors."
        ),
        .wholeNumber(
            "max_message_bytes",
            \.maxMessageBytes,
            in: 1024...16_777_216,
            "Longest WebSocket message of a vehicle. A longer one is answered with an error; the reference's limit is "
                + "the default."
        ),
        .section("connection", \.connection, "Deadlines and limits of vehicle connections."),
        .section("vehicles", \.vehicles, "Which vehicles may connect. Changes are taken over while the server runs."),
        .section("proxy_protocol", \.proxyProtocol, "TCP proxies in front of the server that pass TLS on unopened."),
        .wholeNumber("threads", \.threads, in: 0...1024, "Event loops. 0: one per processor core."),
    ]

    private static let recordRows: [Setting<Self>] = [
        .text("namespace", \.namespace, "Stands before the record type in topics: <namespace>_<type>.")
            .example("\"tesla_telemetry\""),
        .textsByName("records", \.records, "The dispatchers of each record type, in the order they are served.")
            .example(#"{"V": ["logger"], "alerts": ["logger"], "errors": ["logger"], "connectivity": ["logger"]}"#),
        .textsByName(
            "reliable_ack_sources",
            \.reliableAckSources,
            single: true,
            "The dispatchers that must have taken a record of the type before the vehicle gets its ack."
        ),
        .flag(
            "reliable_ack",
            \.reliableAck,
            "Old key of the reference without effect there; here as it was documented: every record type's acks wait "
                + "for its dispatchers other than logger. Write reliable_ack_sources instead."
        ),
        .legacy(
            "reliable_ack_workers",
            "Acks are sent by the event loop of the connection; there are no workers to count.",
            remedy: "remove it"
        ),
        .legacy(
            "data_connectors",
            "It stands in an old example file of the reference; nothing reads it here.",
            remedy: "remove it"
        ),
        .flag(
            "transmit_decoded_records",
            \.transmitDecodedRecords,
            "Dispatch records as JSON instead of the vehicle's protobuf bytes."
        ),
        .choice(
            "compatibility",
            \.compatibility,
            "`reference` converts and prints values exactly as the reference server, losses included."
        ),
        .section("rate_limit", \.rateLimit, "How many messages one vehicle may send."),
        .optionalSection(
            "deduplication",
            \.deduplication,
            "Recognise records that a vehicle sends again because it did not get the ack."
        ),
        .section("presence", \.presence, "When a vehicle counts as connected, all its connections together."),
        .optionalSection(
            "validation",
            \.validation,
            "What records are checked for, and what is done about it. Changes are taken over while the server runs."
        ),
        .texts(
            "vins_signal_tracking_enabled",
            \.vinsSignalTrackingEnabled,
            atMost: 20,
            check: VINShape.complaint,
            "VINs whose signals are counted one by one in the metrics."
        ),
    ]
}

extension ServerConfiguration {
    private static let operatingRows: [Setting<Self>] = [
        .choice(
            "log_level",
            \.logLevel,
            synonyms: ["trace": .debug, "warn": .warning, "fatal": .error, "panic": .error],
            fallback: .info,
            "What is logged: messages of this level and above."
        )
        .example("\"info\""),
        .flag("json_log_enable", \.jsonLogEnable, "Log lines are JSON objects instead of text.").example("true"),
        .section("log", \.log, "What log lines may show."),
        .wholeNumber("status_port", \.statusPort, in: 0...65535, "Port of /status, /healthz and /readyz. 0: off.")
            .example("8080"),
        .text("status_host", \.statusHost, "Address of the status port; empty means all addresses of the machine.")
            .example("\"127.0.0.1\""),
        .section("monitoring", \.monitoring, "Metrics."),
        .section("control", \.control, "The socket that `fleet-telemetry status`, `vehicles` and `check` ask."),
        .duration(
            "shutdown_timeout_seconds",
            \.shutdownTimeout,
            unit: .seconds,
            in: .zero ... .seconds(3600),
            "How long a stop may take to finish what is in hand."
        ),
        .duration(
            "reload_interval_seconds",
            \.reloadInterval,
            unit: .seconds,
            in: .zero ... .seconds(86_400),
            "How often certificates, CA bundles and VIN lists are looked at for changes. 0: only at SIGHUP."
        ),
        .wholeNumber(
            "certificate_warning_days",
            \.certificateWarningDays,
            in: 1...825,
            "How many days before the server's certificate ends, or a CA that vehicles hold, the log says so every day."
        ),
    ]

    private static let keepingRows: [Setting<Self>] = [
        .section("dispatch", \.dispatch, "Limits of what waits for a dispatcher, and how failures are retried."),
        .optionalSection(
            "spool",
            \.spool,
            "Records are kept on disk before they are acknowledged, and go to the dispatchers from there."
        ),
        .section("dead_letters", \.deadLetters, "Records that a dispatcher refuses for good."),
        .optionalSection("costs", \.costs, "Counts the signals that vehicles send, for what they cost."),
    ]

    private static let brokerRows: [Setting<Self>] = [
        .open(
            "kafka",
            \.kafka,
            isSecret: KnownDispatcher.isSecretKafkaProperty,
            "The dispatcher `kafka`: properties of librdkafka, passed through."
        ),
        .optionalSection("kinesis", \.kinesis, "The dispatcher `kinesis`: Amazon Kinesis data streams."),
        .optionalSection("pubsub", \.pubsub, "The dispatcher `pubsub`: Google Cloud Pub/Sub."),
        .optionalSection("zmq", \.zmq, "The dispatcher `zmq`: a ZeroMQ PUB socket."),
        .optionalSection("mqtt", \.mqtt, "The dispatcher `mqtt`: an MQTT broker."),
        .optionalSection("redis", \.redis, "The dispatcher `redis`: Redis channels."),
        .opaque("nats", \.hasNATS, "The dispatcher `nats`."),
        .optionalSection("airbrake", \.airbrake, "Error reports of the reference server; not sent by this one."),
    ]
}
