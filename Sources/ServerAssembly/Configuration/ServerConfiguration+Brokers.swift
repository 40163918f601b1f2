package import ConfigurationSchema

extension ServerConfiguration {
    package struct Kinesis: Configurable, Hashable {
        package var maxRetries = 1
        package var overrideHost = ""
        /// Stream by record type. Types without one use `<namespace>_<type>`.
        package var streams: [String: String] = [:]
        package var region = ""
        package var accessKeyID = ""
        package var secretAccessKey = Secret.none
        package var sessionToken = Secret.none

        package init() {}

        package static let settings: [Setting<Self>] = [
            .wholeNumber("max_retries", \.maxRetries, in: 0...100, "Tries after the first, per record."),
            .text("override_host", \.overrideHost, "URL of the service; empty means Amazon's for the region."),
            .textByName(
                "streams",
                \.streams,
                "Stream of each record type; the variable KINESIS_STREAM_<TYPE>, in capitals, wins."
            ),
            .text("region", \.region, "Amazon's region.").environment("AWS_REGION"),
            .text("access_key_id", \.accessKeyID, "Access key.").environment("AWS_ACCESS_KEY_ID"),
            .secret("secret_access_key", \.secretAccessKey, "Secret of the access key.")
                .environment("AWS_SECRET_ACCESS_KEY"),
            .secret("session_token", \.sessionToken, "Token of temporary credentials.")
                .environment("AWS_SESSION_TOKEN"),
        ]
    }

    package struct PubSub: Configurable, Hashable {
        package var gcpProjectID = ""
        package var credentialsFile = ""
        package var emulatorHost = ""

        package init() {}

        package static let settings: [Setting<Self>] = [
            .text("gcp_project_id", \.gcpProjectID, "Google Cloud project of the topics."),
            .path("credentials_file", \.credentialsFile, "JSON file with the service account's key.")
                .environment("GOOGLE_APPLICATION_CREDENTIALS"),
            .text("emulator_host", \.emulatorHost, "Host and port of an emulator, used instead of Google.")
                .environment("PUBSUB_EMULATOR_HOST"),
        ]
    }

    package struct ZeroMQ: Configurable, Hashable {
        package var addr = ""
        package var serverKeyJSONPath = ""
        package var allowedPublicKeysJSONPath = ""
        package var verbose = false

        package init() {}

        package static let settings: [Setting<Self>] = [
            .text(
                "addr",
                \.addr,
                check: { address in
                    let schemes = ["tcp://", "ipc://", "inproc://", "pgm://", "epgm://", "vmci://"]
                    guard !schemes.contains(where: address.hasPrefix) else { return nil }
                    return TextComplaint("a ZeroMQ address begins with its transport", remedy: "write tcp://*:5284")
                },
                "Address that the PUB socket binds."
            ),
            .path("server_key_json_path", \.serverKeyJSONPath, "JSON file with the CURVE keys `secret` and `public`."),
            .path(
                "allowed_public_keys_json_path",
                \.allowedPublicKeysJSONPath,
                "JSON file with the list of subscribers' keys."
            ),
            .flag("verbose", \.verbose, "Log what happens at the socket."),
        ]

        package func examine(at path: String, _ reader: inout SettingReader) {
            guard !allowedPublicKeysJSONPath.isEmpty, serverKeyJSONPath.isEmpty else { return }
            reader.report(
                .contradiction,
                at: "\(path).allowed_public_keys_json_path",
                problem: "server_key_json_path is missing",
                reason: "Without a key of its own the server cannot check the subscribers' keys.",
                remedy: "add \"server_key_json_path\""
            )
        }
    }

    package struct MQTT: Configurable, Hashable {
        package var broker = ""
        package var clientID = ""
        package var username = ""
        package var password = Secret.none
        package var topicBase = ""
        package var qos = 0
        package var retained = false
        package var connectTimeout = Duration.milliseconds(30_000)
        package var publishTimeout = Duration.milliseconds(2500)
        package var disconnectTimeout = Duration.milliseconds(250)
        package var connectRetryInterval = Duration.milliseconds(10_000)
        package var keepAlive = Duration.seconds(30)

        package init() {}

        private static let longest = Duration.seconds(3600)

        package static let settings: [Setting<Self>] = [
            .text("broker", \.broker, "Host and port, or URL, of the broker."),
            .text("client_id", \.clientID, "Name of this client; each must have its own."),
            .text("username", \.username, "Name to log in with."),
            .secret("password", \.password, "Password to log in with."),
            .text(
                "topic_base",
                \.topicBase,
                check: { base in
                    guard base.contains(where: { $0 == "#" || $0 == "+" || $0 == "\0" }) else { return nil }
                    return TextComplaint("# and + are wildcards that no message can be sent to", remedy: "remove them")
                },
                "First part of every topic."
            ),
            .wholeNumber("qos", \.qos, in: 0...2, "MQTT's quality of service."),
            .flag("retained", \.retained, "The broker keeps the last message of each topic."),
            milliseconds("connect_timeout_ms", \.connectTimeout, "For the connection to the broker."),
            milliseconds("publish_timeout_ms", \.publishTimeout, "For the broker's answer to one message."),
            milliseconds("disconnect_timeout_ms", \.disconnectTimeout, "For messages in hand when the server stops."),
            milliseconds("connect_retry_interval_ms", \.connectRetryInterval, "Between attempts to connect."),
            .duration(
                "keep_alive_seconds",
                \.keepAlive,
                unit: .seconds,
                in: .zero ... .seconds(65535),
                "Silence after which the client pings the broker. 0: never."
            ),
        ]

        private static func milliseconds(
            _ key: String,
            _ property: any WritableKeyPath<Self, Duration> & Sendable,
            _ summary: String
        ) -> Setting<Self> {
            .duration(key, property, unit: .milliseconds, in: .zero...longest, summary)
        }
    }

    /// Durations are nanoseconds in the file, because the reference reads Go durations there.
    package struct Redis: Configurable, Hashable {
        package var addrs: [String] = []
        package var username = ""
        package var password = Secret.none
        package var db = 0
        package var tls: ClientTLS?
        package var overrideTLSServerName = ""
        package var clusterMode = false
        package var publishTimeout = Duration.zero
        package var publishVINTopics = false
        package var subscriberSetPrefix = ""
        /// Settings of the reference's connection pool, by name.
        package var pool: [String: String]?

        package init() {}

        package static let settings: [Setting<Self>] = [
            .texts(
                "addrs",
                \.addrs,
                check: { text in
                    HostAndPort(text) == nil
                        ? TextComplaint("expected host:port", remedy: "write \"127.0.0.1:6379\"") : nil
                },
                "Host and port of each server."
            ),
            .text("username", \.username, "Name to log in with."),
            .secret("password", \.password, "Password to log in with.").environment("REDIS_PASSWORD"),
            .wholeNumber("db", \.db, in: 0...1_000_000, "Number of the database."),
            .optionalSection("tls", \.tls, "Certificates towards Redis. With the section, TLS is used."),
            .text("override_tls_server_name", \.overrideTLSServerName, "Name that Redis' certificate must carry."),
            .flag("cluster_mode", \.clusterMode, "The servers are one cluster, even if only one is listed."),
            .duration(
                "publish_timeout",
                \.publishTimeout,
                unit: .nanoseconds,
                in: .zero ... .seconds(3600),
                "For one call, in nanoseconds as in the reference server. 0: five seconds."
            ),
            .flag("publish_vin_topics", \.publishVINTopics, "Publish to the channel <namespace>_<type>_{<vin>}."),
            .text(
                "subscriber_set_prefix",
                \.subscriberSetPrefix,
                "Publish to the channels in the sorted set <prefix>_<namespace>_<type>_{<vin>}."
            ),
            .open("pool", \.pool, isSecret: { _ in false }, "The connection pool; durations in nanoseconds."),
        ]

        package func examine(at path: String, _ reader: inout SettingReader) {
            guard publishTimeout > .zero, publishTimeout < .milliseconds(1) else { return }
            let nanoseconds = DurationUnit.nanoseconds.text(of: publishTimeout)
            reader.report(
                .unusual,
                at: "\(path).publish_timeout",
                severity: .warning,
                problem: "\(nanoseconds) means \(nanoseconds) nanoseconds, so every call would time out",
                reason: "The reference reads this key in nanoseconds, and so do we.",
                remedy: "write 5000000000 for five seconds"
            )
        }
    }
}
