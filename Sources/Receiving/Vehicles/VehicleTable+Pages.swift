internal import Synchronization
internal import TelemetryModel

extension VehicleTable {
    /// Known vehicles in the order of their VINs, a part of them at a time.
    ///
    /// However many there are, it holds some thousand names, and each lock for as long as it takes to look through the
    /// VINs of one part of the table.
    ///
    /// - Parameters:
    ///   - after: only VINs behind this one; nil begins at the first.
    ///   - onlyConnected: leaves out those that are called disconnected.
    ///   - limit: the most to return, 1 or more.
    func page(after: VIN?, onlyConnected: Bool, limit: Int) -> [VehicleSnapshot] {
        var found: [VIN] = []
        // No VIN behind it can be on the page; nil until there are enough.
        var last: VIN?
        for shard in shards {
            found += shard.vehicles.withLock { vehicles in
                vehicles.compactMap { vin, presence in
                    let isWanted =
                        (after.map { $0.text < vin.text } ?? true) && (last.map { vin.text < $0.text } ?? true)
                        && (presence.isConnected || !onlyConnected)
                    return isWanted ? vin : nil
                }
            }
            guard found.count > 2 * limit else { continue }
            Self.cut(&found, to: limit)
            last = found[limit - 1]
        }
        Self.cut(&found, to: limit)
        // One that has been forgotten meanwhile is left out.
        return found.compactMap { snapshot(of: $0) }
    }

    private static func cut(_ vins: inout [VIN], to limit: Int) {
        vins.sort { $0.text < $1.text }
        if vins.count > limit { vins.removeLast(vins.count - limit) }
    }
}
