package import ConfigurationSchema
package import Spooling

extension ServerConfiguration {
    /// Records on disk between vehicles and dispatchers.
    package struct Spool: Configurable, Hashable {
        package var directory = ""
        package var maxBytes = 8 << 30
        package var syncMaxDelay = Duration.milliseconds(1)
        package var syncMaxRecords = 128
        package var retain = Duration.zero

        package init() {}

        package static let settings: [Setting<Self>] = [
            .path(
                "directory",
                \.directory,
                mayBeEmpty: false,
                "Where records are kept until every dispatcher has them. On a local disk, for one server alone."
            )
            .required().example("\"/var/lib/fleet-telemetry/spool\""),
            .wholeNumber(
                "max_bytes",
                \.maxBytes,
                in: 16_777_216...1_152_921_504_606_846_976,
                "The most that the records may take. When it is reached, vehicles are not read; nothing is dropped."
            ),
            .duration(
                "sync_max_delay_milliseconds",
                \.syncMaxDelay,
                unit: .milliseconds,
                in: .zero ... .seconds(10),
                "How long acks may wait under load, so that more records share one sync of the disk. Without load they "
                    + "don't."
            ),
            .wholeNumber(
                "sync_max_records",
                \.syncMaxRecords,
                in: 1...1_000_000,
                "So many records are synced without waiting for more."
            ),
            .duration(
                "retain_seconds",
                \.retain,
                unit: .seconds,
                in: .zero ... .seconds(10 * 366 * 86_400),
                "How long records stay after every dispatcher has them, for `fleet-telemetry spool replay`. New "
                    + "records go first."
            ),
        ]
    }

    /// Where records go that a dispatcher refuses for good.
    package struct DeadLetters: Configurable, Hashable {
        package var directory = ""
        package var maxBytes = 256 << 20

        package init() {}

        package static let settings: [Setting<Self>] = [
            .path(
                "directory",
                \.directory,
                "Where dead-letters.log stands. Empty: in spool.directory; without a spool such records are logged and "
                    + "get no ack."
            ),
            .wholeNumber(
                "max_bytes",
                \.maxBytes,
                in: 65_536...1_152_921_504_606_846_976,
                "The most that dead letters may take. When it is reached, the dispatchers that refuse more wait."
            ),
        ]
    }

    /// The largest record that a spool takes, less what names and transforms may add.
    private static let spooledMessageLimitBytes = 2_000_000

    /// Whether spool, acks, limits and dead letters fit together.
    func examineSpool(_ reader: inout SettingReader) {
        if deadLetters.directory.isEmpty, spool == nil, reader.isGiven("dead_letters"),
            !reader.hasFinding(at: "dead_letters.directory")
        {
            reader.report(
                .missing,
                at: "dead_letters.directory",
                severity: .warning,
                problem: "no directory for dead letters",
                reason: "Without one, and without a spool, refused records are logged and get no ack.",
                remedy: "add \"directory\", or remove the section",
                position: reader.positions["dead_letters"]
            )
        }
        guard spool != nil else { return }
        if !reliableAckSources.isEmpty {
            reader.report(
                .ineffective,
                at: "reliable_ack_sources",
                severity: .warning,
                problem: "acks wait for the spool, not for these dispatchers",
                reason: "With a spool an ack means that the record is on this disk; dispatchers get it from there.",
                remedy: "remove it, or remove the spool if acks shall wait for the dispatchers"
            )
        }
        if maxMessageBytes > Self.spooledMessageLimitBytes {
            reader.report(
                .contradiction,
                at: "max_message_bytes",
                problem: "a spool takes records of up to \(Self.spooledMessageLimitBytes) bytes",
                reason: "Larger ones would never be acknowledged, and be sent for ever.",
                remedy: "write \(Self.spooledMessageLimitBytes) or less; vehicles send at most 1000000"
            )
        }
    }

    /// Nil without a spool.
    package var spoolSettings: SpoolSettings? {
        guard let spool else { return nil }
        var settings = SpoolSettings(directory: spool.directory)
        settings.maxBytes = spool.maxBytes
        settings.syncMaxDelayMilliseconds = spool.syncMaxDelay.wholeMilliseconds
        settings.syncMaxRecords = spool.syncMaxRecords
        settings.retainSeconds = spool.retain.wholeMilliseconds / 1000
        return settings
    }

    /// Where dead letters are kept; nil where nobody said.
    package var deadLetterDirectory: String? {
        deadLetters.directory.isEmpty ? spool?.directory : deadLetters.directory
    }
}
