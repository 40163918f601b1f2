internal import TelemetryModel

/// A signal that simulated vehicles send: how often at most, and what it reads.
struct Signal: Sendable {
    let field: Field
    /// The shortest time between two values, in steps of half a second; what a fleet configuration calls interval.
    let interval: Int
    let read: @Sendable (VehicleState) -> SignalValue

    init(_ number: Int32, every seconds: Int, _ read: @escaping @Sendable (VehicleState) -> SignalValue) {
        field = Field(number: number)
        interval = seconds * VehicleState.stepsPerSecond
        self.read = read
    }
}

/// The signals of a simulated vehicle, in the order of their field numbers.
///
/// Numbers, value kinds and shapes of values follow what real cars were seen to send: real numbers as doubles
/// that were a 32-bit step before, whole numbers as integers, speeds in miles per hour that are whole
/// kilometres, one space for a software update that does not exist.
enum SignalCatalogue {
    static let signals: [Signal] = driving + battery + charging + body + tires + climate + software

    static let locationIndex = signals.firstIndex { $0.field == .location } ?? 0

    private static let driving = [
        Signal(4, every: 1) { $0.activity == .driving ? .double(miles(Double($0.speed))) : .invalid(true) },
        Signal(5, every: 60) { .double(miles(($0.odometer * 10).rounded(.down) / 10)) },
        Signal(10, every: 1) { .choice(.shiftState, number: $0.activity == .driving ? 5 : 2) },
        Signal(21, every: 1) { .location(latitude: microdegrees($0.latitude), longitude: microdegrees($0.longitude)) },
        Signal(22, every: 60) { _ in .boolean(true) },
        Signal(23, every: 5) { .double($0.heading.rounded(.down)) },
    ]

    private static let battery = [
        Signal(6, every: 10) { .double(steps(of: 0.01, $0.packVoltage)) },
        Signal(7, every: 10) { .double(steps(of: 0.1, $0.packCurrent)) },
        Signal(8, every: 10) { .double(steps(of: 0.02, $0.energy) / VehicleState.capacity * 100) },
        Signal(24, every: 60) { .int(Int32(31 + $0.step / 4000 % 3)) },
        Signal(25, every: 30) { .double(steps(of: 0.002, $0.packVoltage / 96 + 0.004)) },
        Signal(26, every: 60) { .int(Int32(71 + $0.step / 5000 % 2)) },
        Signal(27, every: 30) { .double(steps(of: 0.002, $0.packVoltage / 96 - 0.004)) },
        Signal(29, every: 60) { .double(steps(of: 0.5, $0.module + 1)) },
        Signal(31, every: 60) { .double(steps(of: 0.5, $0.module)) },
        Signal(32, every: 30) { .double(steps(of: 0.01, $0.energy * 4.1)) },
        Signal(40, every: 60) { .double(steps(of: 0.01, $0.energy * 3.6)) },
        Signal(41, every: 30) { .double(steps(of: 0.01, $0.energy * 4.1)) },
        Signal(42, every: 60) { .double(steps(of: 0.02, $0.energy) / VehicleState.capacity * 100) },
        Signal(158, every: 30) { .double(steps(of: 0.02, $0.energy)) },
    ]

    private static let charging = [
        Signal(2, every: 1) { .text($0.activity == .charging ? "Enable" : "Idle") },
        Signal(35, every: 5) { .double($0.isFastCharging ? steps(of: 0.02, max(0, $0.power)) : 0) },
        Signal(36, every: 30) { .double($0.isFastCharging ? 0 : steps(of: 0.02, $0.chargedEnergy)) },
        Signal(37, every: 5) {
            .double($0.activity == .charging && !$0.isFastCharging ? steps(of: 0.1, max(0, $0.power)) : 0)
        },
        Signal(38, every: 60) { .int(Int32($0.chargeLimit * 100)) },
        Signal(39, every: 1) { .boolean($0.isFastCharging) },
        Signal(43, every: 30) { state in
            guard state.activity == .charging, state.power > 0.5 else { return .invalid(true) }
            let hours = max(0, state.chargeLimit - state.charge) * VehicleState.capacity / state.power
            return .double(steps(of: 1.0 / 60, hours))
        },
        Signal(179, every: 1) {
            switch $0.activity {
            case .parked, .driving: .choice(.detailedChargeState, number: 1)
            case .charging where $0.activityStep <= 8: .choice(.detailedChargeState, number: 3)
            case .charging: .choice(.detailedChargeState, number: $0.charge < $0.chargeLimit ? 4 : 5)
            }
        },
        Signal(183, every: 1) { .boolean($0.activity == .charging) },
        Signal(184, every: 30) {
            .double($0.activity == .charging && !$0.isFastCharging ? Double(229 + $0.step / 60 % 4) : 0)
        },
        Signal(193, every: 1) { .choice(.fastCharger, number: $0.isFastCharging ? 5 : 8) },
    ]

    private static let body = [
        Signal(58, every: 1) { .doors($0.areDoorsOpen ? .driverFront : []) },
        Signal(59, every: 1) { .boolean($0.isLocked) },
        Signal(60, every: 1) { _ in .choice(.windowState, number: 1) },
        Signal(61, every: 1) { _ in .choice(.windowState, number: 1) },
        Signal(64, every: 60) { _ in .text("Zugvogel") },
        Signal(65, every: 1) { .choice(.sentryMode, number: $0.isLocked ? 3 : 1) },
        Signal(96, every: 1) { .boolean($0.activity == .driving) },
        Signal(113, every: 60) { _ in .choice(.carType, number: 4) },
        Signal(114, every: 60) { _ in .text("74D") },
        Signal(163, every: 60) { $0.activity == .driving ? .text("Supercharger Geiselwind, Germany") : .invalid(true) },
    ]

    private static let tires = [
        Signal(69, every: 120) { .double(steps(of: 0.025, $0.pressures[0])) },
        Signal(70, every: 120) { .double(steps(of: 0.025, $0.pressures[1])) },
        Signal(71, every: 120) { .double(steps(of: 0.025, $0.pressures[2])) },
        Signal(72, every: 120) { .double(steps(of: 0.025, $0.pressures[3])) },
    ]

    private static let climate = [
        Signal(85, every: 30) { .double(steps(of: 0.1, $0.cabin)) },
        Signal(86, every: 60) { .double(steps(of: 0.5, $0.outside)) },
        Signal(196, every: 10) { .boolean($0.activity == .driving) },
    ]

    private static let software = [
        Signal(68, every: 60) { _ in .text("2026.14.6 7cc287a111a2") },
        Signal(220, every: 60) { _ in .text(" ") },
    ]

    /// Miles, or miles per hour, of a metric number.
    private static func miles(_ kilometres: Double) -> Double { kilometres / 1.609344 }

    private static func microdegrees(_ degrees: Double) -> Double { (degrees * 1_000_000).rounded() / 1_000_000 }

    /// Whole steps of a width that the vehicle keeps in 32 bits: where the noise of real values comes from.
    private static func steps(of width: Float, _ value: Double) -> Double {
        (value / Double(width)).rounded() * Double(width)
    }
}

extension ChoiceKind {
    static let sentryMode = ChoiceKind(tag: 13)
    static let carType = ChoiceKind(tag: 17)
    static let windowState = ChoiceKind(tag: 24)
    static let fastCharger = ChoiceKind(tag: 40)
}
