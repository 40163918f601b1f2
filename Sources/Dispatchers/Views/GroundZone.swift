internal import LinuxSystem

/// A position on the ground, in degrees.
struct GroundPosition: Sendable, Hashable {
    let latitude: Double
    let longitude: Double

    /// Nil for what is not on Earth.
    init?(latitude: Double, longitude: Double) {
        guard (-90...90).contains(latitude), (-180...180).contains(longitude) else { return nil }
        self.latitude = latitude
        self.longitude = longitude
    }
}

/// A circle on the ground, its edge included.
///
/// Distances are those on a sphere with the Earth's mean radius, which differ by up to 0.6 % from those on the real
/// Earth. They are right at the poles and across the antimeridian.
struct GroundZone: Sendable {
    /// Metres. Source: IUGG, mean radius R1.
    static let earthRadius = 6_371_008.8

    private let latitude: Double
    private let longitude: Double
    private let cosine: Double
    /// The haversine of the radius: what that of a distance is compared with.
    private let limit: Double

    init(latitude: Double, longitude: Double, radiusMeters: Double) {
        self.latitude = latitude
        self.longitude = longitude
        cosine = Trigonometry.cosine(degrees: latitude)
        let half = Trigonometry.sine(degrees: radiusMeters / Self.earthRadius * 90 / .pi)
        limit = half * half
    }

    func contains(_ position: GroundPosition) -> Bool {
        let north = Trigonometry.sine(degrees: (position.latitude - latitude) / 2)
        let east = Trigonometry.sine(degrees: (position.longitude - longitude) / 2)
        let haversine = north * north + cosine * Trigonometry.cosine(degrees: position.latitude) * east * east
        return haversine <= limit
    }
}
