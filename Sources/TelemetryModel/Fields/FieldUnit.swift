/// In what a field's number is counted. Vehicles send it whatever their display is set to.
package enum FieldUnit: String, Sendable, Hashable, CaseIterable {
    case milePerHour = "mph"
    case mile = "mi"
    /// Range gained in an hour of charging.
    case mileOfRangePerHour = "mi/h"
    case metre = "m"
    case degreeCelsius = "degC"
    case bar
    case volt = "V"
    case ampere = "A"
    case kilowatt = "kW"
    case kilowattHour = "kWh"
    case kiloohm = "kOhm"
    case newtonMetre = "Nm"
    case revolutionPerMinute = "rpm"
    case metrePerSecondSquared = "m/s^2"
    case degree = "deg"
    case percent = "%"
    case hour = "h"
    case minute = "min"
    case millisecond = "ms"
    /// Seconds since 1970-01-01T00:00:00Z.
    case epochSecond = "epoch s"

    /// As the catalogue writes it, in ASCII.
    package var symbol: String { rawValue }
}
