import ConfigurationSchema
import Foundation
import JSONText
import ServerAssembly
import Testing
import TelemetryFixtures

struct ConfigurationMigrationTests {
    static func fixture(_ name: String) throws -> String {
        try String(contentsOf: Fixtures.url("configurations/\(name).good.json"), encoding: .utf8)
    }

    private func expectSameMeaning(_ text: String, _ name: String) throws {
        let loaded = ServerConfiguration.load(text: text, fileName: name, environment: [:])
        var before = try #require(loaded.configuration, "\(name)")
        let migration = ConfigurationMigration(text: text, fileName: name)
        let after = ServerConfiguration.load(text: migration.text, fileName: name, environment: [:])
        before.reliableAck = false
        #expect(after.configuration == before, "\(name): \(migration.text)")
        #expect(!after.findings.contains { [.legacyKey, .keySpelling].contains($0.code) }, "\(name)")
        #expect(migration.exitCode == 0, "\(name)")
    }

    @Test func `every fixture that can be served means the same when it is migrated`() throws {
        var count = 0
        for folder in ["configurations", "bad-configs"] {
            for name in try ConfigurationFixtureTests.names(in: folder, ending: ".json") {
                let path = "\(folder)/\(name).json"
                guard try ConfigurationFixtureTests.load(path).configuration != nil else { continue }
                let text = try String(contentsOf: Fixtures.url(path), encoding: .utf8)
                try expectSameMeaning(text, name)
                count += 1
            }
        }
        #expect(count > 20)
    }

    @Test(arguments: [
        #""message_interval_time": 60, "MessageIntervalTimeSecond": 3000000000"#,
        #""MessageIntervalTimeSecond": 3e9, "message_interval_time": 60"#,
        #""messageintervaltimesecond": 1001000001"#, #""MESSAGE_INTERVAL_TIME": 1.001"#,
        #""message_interval_time": 60, "MessageIntervalTimeSecond": 0"#,
        #""message_interval_time": 60, "MessageIntervalTimeSecond": null"#,
    ])
    func `the interval that is applied stays the same`(members: String) throws {
        try expectSameMeaning(
            #"{"port": 1, "tls": {"server_cert": "c", "server_key": "k"}, "#
                + #""rate_limit": {"enabled": true, "message_limit": 5, \#(members)}}"#,
            members
        )
    }

    @Test func `the status port stays open where it was`() throws {
        let text = #"{"port": 1, "status_port": 2, "tls": {"server_cert": "c", "server_key": "k"}}"#
        let root = try JSONReader.read(ConfigurationMigration(text: text, fileName: "c").text).root
        // Not 0.0.0.0, which leaves out IPv6.
        #expect(root["status_host"]?.text == "")
    }

    @Test func `each change has its line`() throws {
        let migration = ConfigurationMigration(text: try Self.fixture("reference-example"), fileName: "c")
        #expect(
            migration.changes.map { $0.prefix { $0 != ":" } } == [
                "removed monitoring.profiler_port", "removed monitoring.profiling_path", "removed data_connectors",
                "removed reliable_ack", "added status_host",
            ]
        )
    }

    @Test func `what the old switch promised is written out`() throws {
        let text = """
            {"port": 1, "tls": {"server_cert": "c", "server_key": "k"}, "file": {"path": "/f"}, "reliable_ack": true,
             "reliable_ack_sources": {"V": "file"}, "kafka": {"bootstrap.servers": "k:9092"},
             "records": {"V": ["file", "queue", "logger"], "alerts": ["kafka", "queue", "file", "logger"],
                         "errors": ["logger"], "connectivity": ["file"]}}
            """
        let root = try JSONReader.read(ConfigurationMigration(text: text, fileName: "c").text).root
        #expect(root["reliable_ack"] == nil)
        #expect(root["reliable_ack_sources"]?["V"]?.text == "file")
        // Acks can wait for what this build has only.
        let stores = KnownDispatcher.kafka.isBuilt ? ["kafka", "queue", "file"] : ["queue", "file"]
        #expect(root["reliable_ack_sources"]?["alerts"]?.elements?.compactMap(\.text) == stores)
        #expect(root["reliable_ack_sources"]?["errors"] == nil)
        #expect(root["reliable_ack_sources"]?["connectivity"] == nil)
        try expectSameMeaning(text, "stores")
    }

    @Test func `keys get their usual spelling, unknown ones and nulls go`() throws {
        let text = """
            {"Port": 1, "colour": 1, "staus_port": 2, "host": null, "_note": "kept",
             "TLS": {"server_cert": "c", "Server_Key": "k"}, "records": {"V": ["logger", "logger"]},
             "rate_limit": {"enabled": true, "message_limit": 5, "MessageIntervalTimeSecond": 2500000000}} }
            """
        let migration = ConfigurationMigration(text: text, fileName: "c")
        #expect(
            migration.changes == [
                "renamed Port to port",
                "removed colour: no key of that name exists, and the reference ignored it",
                "removed staus_port: no key of that name exists, and the reference ignored it; "
                    + "perhaps \"status_port\" was meant",
                "removed host: null means absent",
                "renamed TLS to tls",
                "renamed tls.Server_Key to tls.server_key",
                "removed a repeated dispatcher from records.V",
                "replaced rate_limit.MessageIntervalTimeSecond by rate_limit.message_interval_time: 2.5 seconds",
                "removed what follows the end at line 3, column 96: it was never read",
            ]
        )
        let after = ServerConfiguration.load(text: migration.text, fileName: "c", environment: [:])
        #expect(after.configuration?.rateLimit.messageIntervalTime == .milliseconds(2500))
        #expect(migration.text.contains("\"_note\": \"kept\""))
        #expect(migration.commentedText.hasPrefix("// renamed Port to port\n"))
        #expect(
            ServerConfiguration.load(text: migration.commentedText, fileName: "c", environment: [:]).configuration
                != nil
        )
    }

    @Test func `a line break in a key does not end the comment that tells of it`() {
        let migration = ConfigurationMigration(text: #"{"po\nrt": 1, "port": 4443}"#, fileName: "c")
        #expect(migration.changes.contains { $0.hasPrefix(#"removed po\u{a}rt"#) })
        #expect(migration.commentedText.split(separator: "\n").first?.hasPrefix("// removed ") == true)
        #expect((try? JSONReader.read(migration.commentedText, options: .commented)) != nil)
    }

    @Test func `a file in our form stays as it is`() throws {
        let text = try Self.fixture("minimal")
        #expect(ConfigurationMigration(text: text, fileName: "c").changes.isEmpty)
    }

    @Test func `what a rewrite cannot mend is still reported`() {
        let wrong = ConfigurationMigration(text: #"{"port": "1", "tls": {}}"#, fileName: "c")
        #expect(wrong.exitCode == 1)
        #expect(!wrong.text.isEmpty)
        let broken = ConfigurationMigration(text: "{", fileName: "c")
        #expect(broken.exitCode == 1)
        #expect(broken.text.isEmpty)
        #expect(broken.report.findings.first?.code == .syntax)
    }

    @Test func `every bad file can be migrated without harm`() throws {
        for name in try ConfigurationFixtureTests.names(in: "bad-configs", ending: ".json") {
            let bytes = Array(try Data(contentsOf: Fixtures.url("bad-configs/\(name).json")))
            let migration = ConfigurationMigration(text: String(decoding: bytes, as: UTF8.self), fileName: name)
            let again = ConfigurationMigration(text: migration.text, fileName: name)
            if !migration.text.isEmpty { #expect(again.changes.isEmpty, "\(name): \(again.changes)") }
        }
    }
}
