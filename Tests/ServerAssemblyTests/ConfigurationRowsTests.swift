import ConfigurationSchema
import Dispatchers
import JSONText
import RecordRules
import ServerAssembly
import TelemetryModel
import Testing

/// The rows themselves: complete, documented, and true to the reference's keys.
struct ConfigurationRowsTests {
    /// - Parameter more: rows beyond one per property.
    static func check<Section: Configurable>(_ type: Section.Type, more: Int = 0) {
        let properties = Mirror(reflecting: Section()).children.count + more
        let bound = Set(Section.settings.compactMap { $0.property as AnyKeyPath? })
        #expect(bound.count == properties, "\(type): \(properties) properties, \(bound.count) of them in rows")
        let keys = Section.settings.map { $0.key.lowercased() }
        #expect(Set(keys).count == keys.count, "\(type)")
        for row in Section.settings {
            #expect(row.summary.hasSuffix("."), "\(type).\(row.key)")
            #expect(row.exampleText == nil || row.description.example != nil, "\(type).\(row.key): bad example")
        }
    }

    @Test func `every stored property of every section has a row`() {
        // The dispatchers' sections share one property.
        Self.check(ServerConfiguration.self, more: DispatcherCatalog.builtIn.count - 1)
        for type in DispatcherCatalog.builtIn { Self.check(type) }
        Self.check(ServerConfiguration.TLS.self)
        Self.check(ServerConfiguration.RateLimit.self)
        Self.check(ValidationSettings.self)
        Self.check(CategorySettings.self)
        Self.check(FieldSettings.self)
        Self.check(TypeSettings.self)
        Self.check(VehicleSettings.self)
        Self.check(PlanSettings.self)
        Self.check(PlanLimits.self)
        // The rules share one property.
        Self.check(RuleChoices.self, more: RecordRule.allCases.count - 1)
        Self.check(ServerConfiguration.Log.self)
        Self.check(ServerConfiguration.Connection.self)
        Self.check(ServerConfiguration.Vehicles.self)
        Self.check(ServerConfiguration.ProxyProtocol.self)
        Self.check(ServerConfiguration.Dispatch.self)
        Self.check(ServerConfiguration.Spool.self)
        Self.check(ServerConfiguration.DeadLetters.self)
        Self.check(ServerConfiguration.Costs.self)
        Self.check(ServerConfiguration.Price.self)
        Self.check(ValueSettings.self)
        Self.check(LocationSettings.self)
        Self.check(LocationSettings.Zone.self)
        Self.check(ServerConfiguration.Monitoring.self)
        Self.check(ServerConfiguration.StatsD.self)
        Self.check(ServerConfiguration.Airbrake.self)
        Self.check(ServerConfiguration.ClientTLS.self)
        Self.check(ServerConfiguration.Kinesis.self)
        Self.check(ServerConfiguration.PubSub.self)
        Self.check(ServerConfiguration.ZeroMQ.self)
        Self.check(ServerConfiguration.MQTT.self)
        Self.check(ServerConfiguration.Redis.self)
    }

    @Test func `no key of the reference is unknown`() {
        let keys = """
            host port status_port tls.ca_file tls.server_cert tls.server_key use_default_eng_ca log_level
            json_log_enable namespace records reliable_ack_sources transmit_decoded_records logger.verbose
            rate_limit.enabled
            rate_limit.message_limit rate_limit.message_interval_time vins_signal_tracking_enabled
            monitoring.prometheus_metrics_port monitoring.prometheus_metrics_host monitoring.statsd.host
            monitoring.statsd.prefix monitoring.statsd.flush_period kafka kinesis.max_retries kinesis.override_host
            kinesis.streams pubsub.gcp_project_id zmq.addr zmq.server_key_json_path zmq.allowed_public_keys_json_path
            zmq.verbose mqtt.broker mqtt.client_id mqtt.username mqtt.password mqtt.topic_base mqtt.qos mqtt.retained
            mqtt.connect_timeout_ms mqtt.publish_timeout_ms mqtt.disconnect_timeout_ms mqtt.connect_retry_interval_ms
            mqtt.keep_alive_seconds redis.addrs redis.username redis.password redis.db redis.tls
            redis.override_tls_server_name redis.cluster_mode redis.publish_timeout redis.publish_vin_topics
            redis.subscriber_set_prefix redis.pool airbrake.host airbrake.project_key airbrake.environment
            airbrake.project_id airbrake.tls
            """
        let paths = Set(ServerConfiguration.paths())
        for key in keys.split(whereSeparator: \.isWhitespace) { #expect(paths.contains(String(key)), "\(key)") }
    }

    @Test func `the example is accepted without a word`() {
        let example = ConfigurationCommands.example()
        #expect(example.exitCode == 0)
        let loaded = ServerConfiguration.load(text: example.text, fileName: "example", environment: [:])
        #expect(loaded.findings.isEmpty)
        #expect(loaded.configuration?.port == 4443)
        let longest = example.text.split(separator: "\n").map(\.count).max() ?? 0
        #expect(longest <= 120)
    }

    @Test func `the schema is JSON and knows every key`() throws {
        let schema = try JSONReader.read(ConfigurationCommands.schema().text).root
        for path in ServerConfiguration.paths() {
            var place: JSONValue? = schema
            for key in path.split(separator: ".") { place = place?["properties"]?[String(key)] }
            #expect(place != nil, "\(path)")
        }
        #expect(schema["required"]?.elements?.compactMap(\.text) == ["port", "tls"])
    }

    @Test func `the reference shows every key`() {
        let reference = ConfigurationCommands.reference().text
        for path in ServerConfiguration.paths() { #expect(reference.contains("| `\(path)` |"), "\(path)") }
    }

    @Test func `the whole configuration written out means the same when read again`() throws {
        let text = ConfigurationCommands.example().text
        let first = try #require(ServerConfiguration.load(text: text, fileName: "a", environment: [:]).configuration)
        let written = JSONLayout.text(of: first.tree(revealingSecrets: true))
        let again = ServerConfiguration.load(text: written, fileName: "b", environment: [:])
        #expect(again.configuration == first)
    }
}
