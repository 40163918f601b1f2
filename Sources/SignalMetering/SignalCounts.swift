/// Signals by vehicle and code, added up.
package struct SignalCounts: Sendable, Hashable {
    /// By the vehicle's VIN; those beyond the limit of vehicles together under ``otherVehicles``.
    package private(set) var vehicles: [String: [SignalCode: Int]] = [:]

    /// Stands for the vehicles that were not counted one by one. No VIN is empty: certificates without one are refused.
    package static let otherVehicles = ""

    package init() {}

    package var isEmpty: Bool { vehicles.isEmpty }

    /// Adds signals of one vehicle; a sum that would be too great stays at the greatest number.
    package mutating func add(_ count: Int, _ code: SignalCode, of vehicle: String) {
        Self.add(count, code, to: &vehicles[vehicle, default: [:]])
    }

    /// Adds all counts of another.
    package mutating func add(_ other: SignalCounts) {
        for (vehicle, counts) in other.vehicles {
            vehicles[vehicle, default: [:]].merge(counts) { $0.addingSaturated($1) }
        }
    }

    private static func add(_ count: Int, _ code: SignalCode, to counts: inout [SignalCode: Int]) {
        counts[code] = counts[code, default: 0].addingSaturated(count)
    }

    /// All signals, those of resent records included.
    package var total: Int { sum { $0.isField } }

    /// Signals that came in records with the resend mark.
    package var resent: Int { sum { $0 == .resent } }

    private func sum(_ isCounted: (SignalCode) -> Bool) -> Int {
        var sum = 0
        for counts in vehicles.values {
            for (code, count) in counts where isCounted(code) { sum = sum.addingSaturated(count) }
        }
        return sum
    }
}

extension Int {
    /// The sum, or the greatest number: counts in damaged or made-up files are no reason to stop.
    func addingSaturated(_ other: Int) -> Int {
        let (sum, overflows) = addingReportingOverflow(other)
        return overflows ? .max : sum
    }
}
