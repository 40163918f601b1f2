package import Observability
internal import Synchronization
package import TelemetryModel

/// Decides which vehicles get in, and remembers those that did not. Shared by all event loops; asked once per
/// connection.
package final class VehicleGate: Sendable {
    /// Refused vehicles that are remembered; beyond that, whoever was refused longest ago is forgotten.
    package static let rememberedVehicles = 1000

    private struct State {
        var lists: VehicleLists
        var refused: [VIN: RefusedVehicle] = [:]
    }

    private let state: Mutex<State>
    private let counters: [VehicleRefusal: Counter]

    package init(_ lists: VehicleLists, _ registry: MetricRegistry) {
        state = Mutex(State(lists: lists))
        counters = Dictionary(
            uniqueKeysWithValues: VehicleRefusal.allCases.map { refusal in
                let counter = registry.counter(
                    "vehicle_refused_total",
                    help: "Vehicles with a good certificate that were refused by the VIN lists.",
                    labels: [("reason", refusal.rawValue)]
                )
                return (refusal, counter)
            }
        )
    }

    /// Decides about one vehicle, and notes it when it is refused.
    ///
    /// - Parameter now: milliseconds since 1970.
    package func refuse(_ vin: VIN, now: Int64) -> VehicleRefusal? {
        let refusal = state.withLock { state -> VehicleRefusal? in
            guard let refusal = state.lists.refusal(of: vin) else { return nil }
            if state.refused[vin] == nil, state.refused.count >= Self.rememberedVehicles,
                let oldest = state.refused.values.min(by: { $0.lastMilliseconds < $1.lastMilliseconds })
            {
                state.refused[oldest.vin] = nil
            }
            let count = (state.refused[vin]?.count ?? 0) + 1
            state.refused[vin] = RefusedVehicle(vin: vin, refusal: refusal, count: count, lastMilliseconds: now)
            return refusal
        }
        if let refusal { counters[refusal]?.add() }
        return refusal
    }

    /// The lists hold for everybody who asks from now on.
    package func replace(_ lists: VehicleLists) {
        state.withLock { $0.lists = lists }
    }

    /// Those remembered, the last one first.
    package var refused: [RefusedVehicle] {
        state.withLock { Array($0.refused.values) }
            .sorted { ($1.lastMilliseconds, $0.vin.text) < ($0.lastMilliseconds, $1.vin.text) }
    }
}
