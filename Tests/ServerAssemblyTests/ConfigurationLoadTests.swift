import ConfigurationSchema
import Dispatchers
import Foundation
import JSONText
import ServerAssembly
import Testing
import TelemetryFixtures

struct ConfigurationLoadTests {
    static let tls = #""tls": {"server_cert": "c.pem", "server_key": "k.pem"}"#

    static func load(
        _ extra: String,
        environment: [String: String] = [:]
    ) -> (configuration: ServerConfiguration?, findings: [ConfigurationFinding]) {
        let text = "{\"port\": 4443, \(tls)\(extra.isEmpty ? "" : ", ")\(extra)}"
        return ServerConfiguration.load(text: text, fileName: "config.json", environment: environment)
    }

    static func integration(environment: [String: String] = [:]) throws -> ServerConfiguration {
        let bytes = Array(try Data(contentsOf: Fixtures.url("configurations/integration.good.json")))
        return try #require(ServerConfiguration.read(bytes, environment: environment).configuration)
    }

    @Test func `the defaults are the reference's`() throws {
        let configuration = try #require(Self.load("").configuration)
        #expect(configuration.host == "")
        #expect(configuration.statusPort == 0)
        #expect(configuration.logLevel == .info)
        #expect(!configuration.jsonLogEnable && !configuration.transmitDecodedRecords)
        #expect(!configuration.logger.isVerbose)
        #expect(configuration.monitoring.prometheusMetricsHost == "127.0.0.1")
        #expect(configuration.compatibility == .standard)
        #expect(configuration.maxMessageBytes == 1_000_000)
        let mqtt = ServerConfiguration.MQTT()
        #expect(mqtt.connectTimeout == .seconds(30) && mqtt.publishTimeout == .milliseconds(2500))
        #expect(mqtt.disconnectTimeout == .milliseconds(250) && mqtt.connectRetryInterval == .seconds(10))
        #expect(mqtt.keepAlive == .seconds(30) && mqtt.qos == 0 && !mqtt.retained)
        #expect(ServerConfiguration.Kinesis().maxRetries == 1)
        #expect(ServerConfiguration.StatsD().flushPeriod == .milliseconds(100))
    }

    @Test func `our own defaults hold`() throws {
        let configuration = try #require(Self.load("").configuration)
        #expect(configuration.connection.handshakeTimeout == .seconds(10))
        #expect(configuration.connection.pingInterval == .seconds(60))
        #expect(configuration.threads == 0)
        #expect(configuration.queue == QueueSettings())
        #expect(configuration.queue.overflow == .block)
        #expect(configuration.rateLimit.messageIntervalTime == .seconds(60))
    }

    @Test func `an integration-style file means what it says`() throws {
        let configuration = try Self.integration()
        #expect(configuration.host == "app")
        #expect(configuration.records["V"] == ["kafka", "kinesis", "pubsub", "zmq", "mqtt", "redis", "logger"])
        #expect(configuration.kafka?["queue.buffering.max.messages"] == "1000000")
        #expect(configuration.kafka?["queue.buffering.max.ms"] == "50")
        #expect(configuration.kafka?["enable.idempotence"] == "true")
        #expect(configuration.kinesis?.streams == ["V": "vehicles"])
        #expect(configuration.zmq?.addr == "tcp://*:5284")
        #expect(configuration.mqtt?.password == Secret("mqtt-password"))
        #expect(configuration.mqtt?.keepAlive == .seconds(60))
        #expect(configuration.redis?.publishTimeout == .seconds(2))
        #expect(configuration.redis?.pool?["dial_timeout"] == "5000000000")
        #expect(configuration.monitoring.statsd?.host == "statsd:8125")
        #expect(configuration.rateLimit.messageIntervalTime == .seconds(30))
        #expect(configuration.airbrake?.tls?.caFile == "/etc/certs/ca.pem")
        // Acks wait for the dispatchers that this build has.
        if !KnownDispatcher.kafka.isBuilt { #expect(configuration.reliableAckSources["V"] == nil) }
    }

    @Test func `environment variables of the reference win over the file`() throws {
        let configuration = try Self.integration(environment: [
            "REDIS_PASSWORD": "r", "AIRBRAKE_PROJECT_KEY": "a", "KINESIS_STREAM_V": "from-environment",
            "KINESIS_STREAM_ALERTS": "unused", "GOOGLE_APPLICATION_CREDENTIALS": "/key.json", "AWS_REGION": "eu-west-1",
            "AWS_ACCESS_KEY_ID": "id", "AWS_SECRET_ACCESS_KEY": "s", "AWS_SESSION_TOKEN": "t",
            "SUPPRESS_TLS_HANDSHAKE_ERROR_LOGGING": "true",
        ])
        #expect(configuration.redis?.password == Secret("r"))
        #expect(configuration.airbrake?.projectKey == Secret("a"))
        #expect(configuration.kinesis?.streams == ["V": "from-environment"])
        #expect(configuration.kinesis?.region == "eu-west-1")
        #expect(configuration.kinesis?.secretAccessKey == Secret("s"))
        #expect(configuration.pubsub?.credentialsFile == "/key.json")
        #expect(configuration.log.suppressTLSHandshakeErrors)
    }

    @Test func `a variable makes no section that the file lacks`() throws {
        #expect(try #require(Self.load("", environment: ["REDIS_PASSWORD": "r"]).configuration).redis == nil)
    }

    @Test(arguments: ["maybe", "2", "yes"])
    func `a bad handshake logging switch stops the start`(value: String) {
        let loaded = Self.load("", environment: ["SUPPRESS_TLS_HANDSHAKE_ERROR_LOGGING": value])
        #expect(loaded.configuration == nil)
        #expect(loaded.findings.first { $0.severity == .error }?.path == "$SUPPRESS_TLS_HANDSHAKE_ERROR_LOGGING")
    }

    @Test(arguments: ["1", "t", "T", "TRUE", "true", "True"])
    func `the handshake logging switch takes Go's words for true`(value: String) throws {
        let loaded = Self.load("", environment: ["SUPPRESS_TLS_HANDSHAKE_ERROR_LOGGING": value])
        #expect(try #require(loaded.configuration).log.suppressTLSHandshakeErrors)
    }

    @Test func `an emulator and credentials together are refused, as in the reference`() {
        let loaded = Self.load(
            #""records": {"V": ["pubsub"]}, "pubsub": {"gcp_project_id": "p"}"#,
            environment: ["PUBSUB_EMULATOR_HOST": "localhost:8085", "GOOGLE_APPLICATION_CREDENTIALS": "/key.json"]
        )
        #expect(loaded.configuration == nil)
        #expect(loaded.findings.contains { $0.path == "pubsub" && $0.code == .contradiction })
    }

    @Test(arguments: [
        ("trace", ServerConfiguration.LogLevel.debug), ("DEBUG", .debug), ("info", .info), ("Warn", .warning),
        ("warning", .warning), ("error", .error), ("fatal", .error), ("panic", .error), ("loud", .info),
    ])
    func `log levels are the reference's words`(word: String, level: ServerConfiguration.LogLevel) throws {
        #expect(try #require(Self.load(#""log_level": "\#(word)""#).configuration).logLevel == level)
    }

    @Test func `a dispatcher that is not built has a code of its own`() throws {
        let loaded = Self.load(#""records": {"V": ["kafka"]}, "kafka": {"bootstrap.servers": "k:9092"}"#)
        #expect(loaded.configuration == nil)
        let finding = try #require(loaded.findings.first { $0.code == .dispatcherNotBuilt })
        #expect(finding.severity == .error)
        #expect(finding.path == "records.V[0]")
        #expect(finding.remedy.contains("--traits Kafka"))
    }

    /// What `records` and `reliable_ack_sources` say, which findings that must give, and what is served then.
    @Test(
        arguments: [
            (#""records": {"V": ["kafka", "logger"]}"#, ["records.V[0]: warning"], ["V": ["logger"]]),
            (#""records": {"V": ["mqtt", "kafka"]}"#, ["records.V[0]: error", "records.V[1]: error"], nil),
            (
                #""records": {"V": ["logger"], "alerts": ["kafka"]}"#, ["records.alerts[0]: error"], nil
            ),
            (
                #""records": {"V": ["kafka", "queue"]}, "reliable_ack_sources": {"V": "kafka"}"#,
                ["records.V[0]: warning", "reliable_ack_sources.V: error"], nil
            ),
            (
                #""records": {"V": ["kafka", "queue"]}, "reliable_ack_sources": {"V": ["queue"]}"#,
                ["records.V[0]: warning"], ["V": ["queue"]]
            ),
            (
                #""records": {"V": ["kafka", "queue"]}, "reliable_ack": true"#,
                ["records.V[0]: warning", "reliable_ack: warning"], ["V": ["queue"]]
            ),
            (#""records": {"V": ["logger"]}"#, ["kafka: warning", "mqtt: warning"], ["V": ["logger"]]),
        ] as [(String, [String], [String: [String]]?)]
    )
    func `what this build lacks is left out where something else serves the records`(
        members: String,
        findings: [String],
        served: [String: [String]]?
    ) throws {
        if KnownDispatcher.kafka.isBuilt || KnownDispatcher.mqtt.isBuilt { return }
        let sections = #", "kafka": {"bootstrap.servers": "k:9092"}, "mqtt": {"broker": "m:1883"}"#
        let loaded = Self.load(members + sections)
        let found = loaded.findings.map { "\($0.path): \($0.severity.rawValue)" }
        #expect(findings.allSatisfy(found.contains), "\(found)")
        #expect((loaded.configuration == nil) == (served == nil))
        #expect(try loaded.configuration?.leavingOutUnbuilt(besides: []).records == served)
    }

    @Test func `what the program brings counts as built`() throws {
        if KnownDispatcher.kafka.isBuilt { return }
        let text =
            #"{"port": 1, "tls": {"server_cert": "c", "server_key": "k"}, "records": {"V": ["kafka"]}, "#
            + #""reliable_ack": true}"#
        let loaded = ServerConfiguration.read(Array(text.utf8), environment: [:], customDispatchers: ["kafka"])
        let configuration = try #require(loaded.configuration)
        #expect(configuration.reliableAckSources == ["V": ["kafka"]])
        #expect(try configuration.leavingOutUnbuilt(besides: ["kafka"]).records == ["V": ["kafka"]])
        #expect(throws: UnbuiltDispatchers.self) { try configuration.leavingOutUnbuilt(besides: []) }
    }

    @Test func `numbers of a limit that is off are no errors, and Go's zero is not given`() throws {
        let off = #""rate_limit": {"enabled": false, "message_limit": -1, "message_interval_time": 0}"#
        #expect(Self.load(off).configuration?.rateLimit.enabled == false)
        let statsD = Self.load(#""monitoring": {"statsd": {"host": "h:1", "flush_period": 0}}"#)
        #expect(try #require(statsD.configuration).monitoring.statsd?.flushPeriod == .milliseconds(100))
        #expect(Self.load(#""rate_limit": {"enabled": true, "message_limit": -1}"#).configuration == nil)
        let zero = #""rate_limit": {"enabled": true, "message_limit": 1, "message_interval_time": 0}"#
        #expect(Self.load(zero).configuration == nil)
        let undocumented = #""rate_limit": {"enabled": true, "message_limit": 1, "MessageIntervalTimeSecond": 0}"#
        #expect(Self.load(undocumented).configuration?.rateLimit.messageIntervalTime == .seconds(60))
    }

    @Test func `one text may stand for a list of ack sources`() throws {
        let single = Self.load(#""records": {"V": ["queue"]}, "reliable_ack_sources": {"V": "queue"}"#)
        let list = Self.load(#""records": {"V": ["queue"]}, "reliable_ack_sources": {"V": ["queue"]}"#)
        #expect(single.configuration?.reliableAckSources == ["V": ["queue"]])
        #expect(list.configuration?.reliableAckSources == ["V": ["queue"]])
    }

    @Test func `repeated dispatchers count once`() {
        #expect(
            Self.load(#""records": {"V": ["queue", "logger", "queue"]}"#).configuration?.records == [
                "V": ["queue", "logger"]
            ]
        )
    }

    @Test func `the undocumented interval of the reference is honoured`() {
        let loaded = Self.load(
            #""rate_limit": {"enabled": true, "message_limit": 5, "messageintervaltimesecond": 30000000000}"#
        )
        #expect(loaded.configuration?.rateLimit.messageIntervalTime == .seconds(30))
    }

    @Test func `comments and a byte order mark are accepted`() {
        let text =
            "\u{FEFF}// head\n{ /* port */ \"port\": 1, \(Self.tls), \"records\": {\"V\": [\"logger\"]} }\n// end\n"
        let loaded = ServerConfiguration.load(text: text, fileName: "c", environment: [:])
        #expect(loaded.configuration?.port == 1)
        #expect(loaded.findings.isEmpty)
    }

    @Test func `null counts as absent, as in the reference`() {
        let loaded = Self.load(
            #""host": null, "monitoring": null, "kafka": null, "records": {"V": ["logger"], "alerts": null}"#
        )
        #expect(loaded.configuration?.records == ["V": ["logger"]])
        #expect(loaded.findings.isEmpty)
    }

    @Test func `listeners on different addresses may share a port`() {
        let apart = Self.load(
            #""host": "10.0.0.1", "status_port": 4443, "status_host": "127.0.0.1", "records": {"V": ["logger"]}"#
        )
        #expect(apart.findings.isEmpty)
        #expect(apart.configuration?.listeners.map(\.port) == [4443, 4443])
    }

    @Test func `secrets appear in no finding and no description`() throws {
        let secret = "s3cr3t-Value"
        let bytes = Array(try Data(contentsOf: Fixtures.url("configurations/integration.good.json")))
        var text = String(decoding: bytes, as: UTF8.self)
        for word in ["kafka-password", "mqtt-password", "redis-password", "airbrake-key"] {
            text = text.replacingOccurrences(of: word, with: secret)
        }
        let loaded = ServerConfiguration.read(Array(text.utf8), environment: ["AWS_SECRET_ACCESS_KEY": secret])
        let configuration = try #require(loaded.configuration)
        let shown = JSONLayout.text(of: configuration.tree(revealingSecrets: false))
        #expect(!shown.contains(secret))
        #expect(shown.components(separatedBy: Secret.mask).count == 6)
        #expect(!ConfigurationReport(fileName: "f", findings: loaded.findings).json.contains(secret))
        for section in [configuration.mqtt as Any, configuration.redis as Any, configuration.airbrake as Any] {
            #expect(!String(reflecting: section).contains(secret))
        }
    }

    @Test func `damaged configurations never stop the program`() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        var state = seed
        func next() -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33)
        }
        let sample = Array(try Data(contentsOf: Fixtures.url("configurations/integration.good.json")))
        let values = [
            "null", "1", "-1", "1e400", "\"\"", "\"x\"", "[]", "{}", "[[]]", "{\"a\": 1}", "true", "\"\\u0000\"",
        ]
        for _ in 0..<1500 {
            var text = String(decoding: sample, as: UTF8.self)
            for _ in 0...next() % 3 {
                // Replace one value, and keep the text JSON, so that the rows see every wrong type.
                let colons = text.indices.filter { text[$0] == ":" }
                let start = text.index(after: colons[next() % colons.count])
                let end = text[start...].firstIndex { ",}\n".contains($0) } ?? text.endIndex
                text.replaceSubrange(start..<end, with: " " + values[next() % values.count])
            }
            let loaded = ServerConfiguration.read(Array(text.utf8), environment: [:])
            #expect((loaded.configuration == nil) == loaded.hasErrors, "seed \(seed)")
        }
    }

    #if !DEBUG
        @Test func `a typical file loads in under a millisecond`() throws {
            let bytes = Array(try Data(contentsOf: Fixtures.url("configurations/reference-example.good.json")))
            _ = ServerConfiguration.read(bytes, environment: [:])
            let best = (0..<50).map { _ in
                ContinuousClock().measure { _ = ServerConfiguration.read(bytes, environment: [:]) }
            }.min()
            #expect(try #require(best) < .milliseconds(1))
        }
    #endif
}
