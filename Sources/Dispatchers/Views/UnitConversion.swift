internal import TelemetryModel

/// From the unit that vehicles send to the one that is wanted: `value * factor + offset`.
///
/// The mile is 1,609.344 m and the foot 0.3048 m by definition (1959); a psi is a pound-force, 4.4482216152605 N, on a
/// square inch, 0.00064516 square metres.
struct UnitConversion: Sendable, Hashable {
    let factor: Double
    var offset = 0.0

    static let milesToKilometres = UnitConversion(factor: 1.609344)
    static let metresToFeet = UnitConversion(factor: 1 / 0.3048)
    static let barToPSI = UnitConversion(factor: 100_000 * 0.00064516 / 4.4482216152605)
    static let celsiusToFahrenheit = UnitConversion(factor: 1.8, offset: 32)

    /// Nil when the unit is wanted as it is.
    static func from(_ unit: FieldUnit, to units: ValueSettings.Units) -> UnitConversion? {
        switch (units, unit) {
        case (.metric, .milePerHour), (.metric, .mile), (.metric, .mileOfRangePerHour): milesToKilometres
        case (.imperial, .metre): metresToFeet
        case (.imperial, .bar): barToPSI
        case (.imperial, .degreeCelsius): celsiusToFahrenheit
        default: nil
        }
    }

    func callAsFunction(_ number: Double) -> Double { number * factor + offset }

    /// The value in the other unit, in its own kind as far as that has room: whole numbers become doubles, texts that
    /// are numbers stay texts. Nil for what is no number, and for numbers that have no finite one in the other unit.
    func convert(_ value: SignalValue) -> SignalValue? {
        func finite(_ number: Double) -> Double? {
            let converted = self(number)
            return converted.isFinite ? converted : nil
        }
        switch value {
        case .double(let number): return finite(number).map { .double($0) }
        case .float(let number):
            let converted = Float(self(Double(number)))
            return converted.isFinite ? .float(converted) : nil
        case .int(let number): return finite(Double(number)).map { .double($0) }
        case .long(let number): return finite(Double(number)).map { .double($0) }
        case .text(let text): return LegacyValue.decimal(text).flatMap { finite($0) }.map { .text("\($0)") }
        default: return nil
        }
    }
}
