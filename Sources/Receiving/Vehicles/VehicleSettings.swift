/// How long vehicles are known for whom nothing is connected.
package struct PresenceSettings: Sendable, Hashable {
    /// From the end of a vehicle's last connection to its being called disconnected. A vehicle that is back before
    /// was connected all along.
    ///
    /// Vehicles change between Wi-Fi and cellular, and wait up to half a minute before they connect anew.
    package var disconnectDelayMilliseconds = 30_000
    /// From there to the end of everything that is known of it, its rate limit and its recent deliveries included,
    /// if their own intervals are not longer.
    package var forgetAfterMilliseconds = 86_400_000
    /// Vehicles without a connection that are known at most; those that left first are forgotten first. One takes
    /// about 500 bytes.
    package var rememberedVehicles = 200_000

    package init() {}
}

/// How a record that a vehicle sends again is recognised.
package struct DeduplicationSettings: Sendable, Hashable {
    /// For how long a delivered record is remembered.
    package var windowMilliseconds = 600_000
    /// The most delivered records of one vehicle that are remembered; the oldest go first. One takes about 60 bytes,
    /// only while it is remembered.
    package var entriesPerVehicle = 128

    package init() {}
}
