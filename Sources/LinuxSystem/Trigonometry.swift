internal import Glibc

/// The C library's functions of angles, for layers that do not call C.
package enum Trigonometry {
    /// NaN for what is not finite.
    package static func sine(degrees: Double) -> Double { sin(degrees * .pi / 180) }

    /// NaN for what is not finite.
    package static func cosine(degrees: Double) -> Double { cos(degrees * .pi / 180) }
}
