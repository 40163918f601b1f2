internal import TextCodec

/// A route as vehicles send it in `RouteLine`: base64 of an encoded polyline with six decimals.
///
/// Source: Tesla's description of the field; Google, "Encoded Polyline Algorithm Format".
struct RoutePolyline: Sendable, Hashable {
    private static let decimals = 6
    private static let unitsPerDegree = 1_000_000

    /// In millionths of a degree.
    private struct Point: Sendable, Hashable {
        var latitude: Int
        var longitude: Int
    }

    private var points: [Point]

    /// Nil for a text of another form, and for points that are not on Earth.
    init?(_ text: String) {
        guard let line = Base64.decode(text.utf8, .standard), !line.isEmpty else { return nil }
        points = []
        var position = 0
        var last = Point(latitude: 0, longitude: 0)
        while position < line.count {
            guard let north = Self.number(line, &position), let east = Self.number(line, &position) else { return nil }
            last.latitude += north
            last.longitude += east
            guard abs(last.latitude) <= 90 * Self.unitsPerDegree, abs(last.longitude) <= 180 * Self.unitsPerDegree
            else { return nil }
            points.append(last)
        }
    }

    /// The points, as positions.
    var positions: [GroundPosition] {
        points.compactMap {
            GroundPosition(
                latitude: Double($0.latitude) / Double(Self.unitsPerDegree),
                longitude: Double($0.longitude) / Double(Self.unitsPerDegree)
            )
        }
    }

    /// Rounds all points, a half away from zero; of points that become the same one after the other, one stays.
    func rounded(decimals: Int) -> RoutePolyline {
        guard decimals < Self.decimals else { return self }
        let step = (decimals..<Self.decimals).reduce(1) { step, _ in step * 10 }
        func round(_ number: Int) -> Int { (abs(number) + step / 2) / step * step * number.signum() }
        var line = self
        line.points = []
        for point in points {
            let rounded = Point(latitude: round(point.latitude), longitude: round(point.longitude))
            if line.points.last != rounded { line.points.append(rounded) }
        }
        return line
    }

    /// As vehicles send it.
    var text: String {
        var line: [UInt8] = []
        var last = Point(latitude: 0, longitude: 0)
        for point in points {
            Self.append(point.latitude - last.latitude, to: &line)
            Self.append(point.longitude - last.longitude, to: &line)
            last = point
        }
        return Base64.encode(line)
    }

    // MARK: Numbers: five bits per character, the lowest first; the sign stands in the lowest bit.

    private static func number(_ line: [UInt8], _ position: inout Int) -> Int? {
        var value = 0
        var shift = 0
        while position < line.count, shift <= 30 {
            let character = line[position]
            guard (63...126).contains(character) else { return nil }
            position += 1
            let group = Int(character) - 63
            value |= (group & 0x1F) << shift
            if group < 0x20 { return value & 1 == 1 ? ~(value >> 1) : value >> 1 }
            shift += 5
        }
        return nil
    }

    private static func append(_ number: Int, to line: inout [UInt8]) {
        var rest = number < 0 ? ~(number << 1) : number << 1
        while rest >= 0x20 {
            line.append(UInt8(rest & 0x1F | 0x20) + 63)
            rest >>= 5
        }
        line.append(UInt8(rest) + 63)
    }
}
