package import ConfigurationSchema
internal import Receiving

extension ServerConfiguration {
    /// How a record that a vehicle sends again, because it did not get the ack, is recognised.
    package struct Deduplication: Configurable, Hashable {
        package var window = Duration.seconds(600)
        package var maxEntriesPerVehicle = 128

        package init() {}

        package static let settings: [Setting<Self>] = [
            .duration(
                "window_seconds",
                \.window,
                unit: .seconds,
                in: .seconds(1) ... .seconds(86_400),
                "How long a delivered record is remembered. One that comes again with the same txid, type and payload "
                    + "is acknowledged and not dispatched again."
            ),
            .wholeNumber(
                "max_entries_per_vehicle",
                \.maxEntriesPerVehicle,
                in: 1...65_536,
                "Delivered records of one vehicle that are remembered; the oldest go first. One takes about 60 bytes."
            ),
        ]
    }

    /// When a vehicle counts as connected, all its connections together.
    package struct Presence: Configurable, Hashable {
        package var disconnectDelay = Duration.seconds(30)
        package var forgetAfter = Duration.seconds(86_400)
        package var rememberedVehicles = 200_000

        package init() {}

        package static let settings: [Setting<Self>] = [
            .duration(
                "disconnect_delay_seconds",
                \.disconnectDelay,
                unit: .seconds,
                in: .zero ... .seconds(3600),
                "From the end of a vehicle's last connection to the event vehicle_disconnected. A vehicle that is back "
                    + "before was connected all along. 0: at once."
            ),
            .duration(
                "forget_after_seconds",
                \.forgetAfter,
                unit: .seconds,
                in: .seconds(60) ... .seconds(2_592_000),
                "How long a vehicle without a connection is known."
            ),
            .wholeNumber(
                "remembered_vehicles",
                \.rememberedVehicles,
                in: 0...10_000_000,
                "Vehicles without a connection that are known; the longest away go first. One takes about 500 bytes."
            ),
        ]
    }

    /// What the receiver keeps of each vehicle.
    func apply(to settings: inout ReceiverSettings) {
        settings.presence.disconnectDelayMilliseconds = presence.disconnectDelay.wholeMilliseconds
        settings.presence.forgetAfterMilliseconds = presence.forgetAfter.wholeMilliseconds
        settings.presence.rememberedVehicles = presence.rememberedVehicles
        settings.deduplication = deduplication.map { section in
            var deduplication = DeduplicationSettings()
            deduplication.windowMilliseconds = section.window.wholeMilliseconds
            deduplication.entriesPerVehicle = section.maxEntriesPerVehicle
            return deduplication
        }
        guard rateLimit.enabled else { return }
        settings.rateLimit = Receiving.RateLimit(
            messages: rateLimit.messageLimit,
            intervalMilliseconds: max(1, rateLimit.messageIntervalTime.wholeMilliseconds)
        )
    }
}
