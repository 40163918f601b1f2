/// Sine and cosine without a C library, so that a seed gives the same path on every machine.
enum Trigonometry {
    static func sine(degrees: Double) -> Double {
        let turns = degrees / 360
        let radians = (turns - turns.rounded()) * 2 * Double.pi
        // Folded to a quarter turn, where the series below is exact to 1e-9.
        let folded = radians > .pi / 2 ? .pi - radians : radians < -.pi / 2 ? -.pi - radians : radians
        let square = folded * folded
        var term = folded
        var sum = folded
        for divisor in [6.0, 20, 42, 72, 110, 156] {
            term *= -square / divisor
            sum += term
        }
        return sum
    }

    static func cosine(degrees: Double) -> Double { sine(degrees: degrees + 90) }
}
