import TelemetryModel
import Testing

@testable import Dispatchers

private func zone(_ latitude: Double, _ longitude: Double, _ radius: Double) -> LocationSettings.Zone {
    var zone = LocationSettings.Zone()
    zone.latitude = latitude
    zone.longitude = longitude
    zone.radiusMeters = radius
    return zone
}

private func settings(decimals: Int? = nil, zones: [LocationSettings.Zone] = []) -> LocationSettings {
    var settings = LocationSettings()
    settings.decimals = decimals
    for (index, zone) in zones.enumerated() { settings.zones["zone\(index)"] = zone }
    return settings
}

private let home = zone(52.5163, 13.3777, 500)
private let inside = SignalValue.location(latitude: 52.5160, longitude: 13.3780)
private let outside = SignalValue.location(latitude: 52.6001234, longitude: 13.4005678)

/// What is left of data, as `name value`.
private func shown(_ data: [(String, SignalValue)], _ settings: LocationSettings) throws -> [String] {
    let record = ViewFixtures.record(data.map { ViewFixtures.datum($0.0, $0.1) })
    return ViewFixtures.data(try ViewFixtures.shown(record, location: settings)).map { datum in
        "\(datum.field.name ?? "?") \(datum.value)"
    }
}

private func texts(_ data: [(String, SignalValue)]) -> [String] { data.map { "\($0.0) \($0.1)" } }

@Suite struct RoundingTests {
    @Test(arguments: [
        (0, 53.0, 13.0), (1, 52.6, 13.4), (2, 52.60, 13.40), (3, 52.6, 13.401), (4, 52.6001, 13.4006),
        (5, 52.60012, 13.40057), (6, 52.600123, 13.400568),
    ])
    func `positions are rounded`(decimals: Int, latitude: Double, longitude: Double) throws {
        for field in ["Location", "OriginLocation", "DestinationLocation"] {
            #expect(
                try shown([(field, outside)], settings(decimals: decimals))
                    == texts([(field, .location(latitude: latitude, longitude: longitude))])
            )
        }
    }

    @Test(arguments: [
        (90.0, 180.0, 90.0, 180.0), (-90, -180, -90, -180), (89.9996, 179.9996, 90, 180), (-0.0004, 0.0004, 0, 0),
        (0.0005, -0.0005, 0.001, -0.001), (12.3454999, -12.3455, 12.345, -12.346),
    ])
    func `edges of the Earth and halves`(north: Double, east: Double, latitude: Double, longitude: Double) throws {
        let rounded = try shown([("Location", .location(latitude: north, longitude: east))], settings(decimals: 3))
        #expect(rounded == texts([("Location", .location(latitude: latitude, longitude: longitude))]))
        #expect(!rounded.joined().contains("-0.0)") && !rounded.joined().contains("-0.0,"))
    }

    @Test func `a rounded position is passed on as it is`() throws {
        let record = ViewFixtures.record([
            ViewFixtures.datum("Location", .location(latitude: 52.5, longitude: 13.125))
        ])
        #expect(try ViewFixtures.shown(record, location: settings(decimals: 3)) === record)
    }

    @Test func `a position in a text is rounded, too`() throws {
        #expect(
            try shown([("OriginLocation", .text("(37.412374 N, 122.145867 W)"))], settings(decimals: 2))
                == texts([("OriginLocation", .location(latitude: 37.41, longitude: -122.15))])
        )
    }

    @Test(arguments: [
        SignalValue.location(latitude: .nan, longitude: 13), .location(latitude: 52, longitude: .infinity),
        .location(latitude: -.infinity, longitude: .nan), .location(latitude: 90.000001, longitude: 0),
        .location(latitude: 0, longitude: -180.000001), .location(latitude: 1e300, longitude: 1e300),
        .text("52.5163, 13.3777"), .double(52.5163), .int(52), .long(52_516_300), .float(52.5163), .boolean(true),
        .choice(.shiftState, number: 3), .doors([.trunkRear]), .tires([.frontLeft]),
        .time(hour: 1, minute: 2, second: 3),
    ])
    func `what can't be judged is marked as invalid without zones, and gone with them`(value: SignalValue) throws {
        for field in ["Location", "OriginLocation", "DestinationLocation"] {
            let data: [(String, SignalValue)] = [("Soc", .double(1)), (field, value)]
            #expect(
                try shown(data, settings(decimals: 3)) == texts([("Soc", .double(1)), (field, .invalid(true))])
            )
            #expect(try shown(data, settings(decimals: 3, zones: [home])) == texts([("Soc", .double(1))]))
            #expect(try shown(data, settings(zones: [home])) == texts([("Soc", .double(1))]))
        }
    }

    @Test func `values that say nothing stay`() throws {
        for value in [SignalValue.invalid(true), .invalid(false), .absent, .empty, .text("")] {
            for plan in FieldCatalogue.fields where plan.extraScope == FieldPlan.scope {
                let data = [("Soc", SignalValue.double(1)), (plan.name, value)]
                for settings in [settings(decimals: 3), settings(zones: [home]), settings(decimals: 0, zones: [home])] {
                    #expect(try shown(data, settings) == texts(data), "\(plan.name) \(value)")
                }
            }
        }
    }
}

@Suite struct ZoneTests {
    /// Metres per degree along a great circle of the sphere.
    private static let metresPerDegree = GroundZone.earthRadius * .pi / 180

    @Test(arguments: [
        // Middle of a zone, direction in degrees of latitude and longitude per metre at the edge.
        (52.5163, 13.3777), (0.0, 0.0), (-33.86, 151.21), (89.999, 0), (-89.9999, 100), (64.1, -21.9),
    ])
    func `the edge of a zone, from both sides`(latitude: Double, longitude: Double) throws {
        for radius in [1.0, 50, 500, 25_000] {
            let zone = GroundZone(latitude: latitude, longitude: longitude, radiusMeters: radius)
            for (factor, isInside) in [(0.9999, true), (1.0001, false), (0.5, true), (2, false)] {
                let degrees = radius * factor / Self.metresPerDegree
                // Along the meridian, over a pole where it is near.
                for direction in [1.0, -1] {
                    var (north, east) = (latitude + direction * degrees, longitude)
                    if abs(north) > 90 {
                        north = (north > 0 ? 180 : -180) - north
                        east = east > 0 ? east - 180 : east + 180
                    }
                    let position = try #require(GroundPosition(latitude: north, longitude: east))
                    #expect(zone.contains(position) == isInside, "\(radius) m, \(factor), to \(north) \(east)")
                }
                // Along the parallel, where that is nearly the shortest way.
                guard abs(latitude) < 70 else { continue }
                let east = longitude + degrees / Trigonometry.cosine(degrees: latitude)
                let position = try #require(GroundPosition(latitude: latitude, longitude: east))
                #expect(zone.contains(position) == isInside, "\(radius) m, \(factor), east")
            }
        }
    }

    @Test func `a zone lies on both sides of the antimeridian`() throws {
        for middle in [179.999, -179.999, 180, -180] {
            let zone = GroundZone(latitude: 0, longitude: middle, radiusMeters: 1_000)
            for east in [179.9975, -179.9975, 180, -180] {
                #expect(zone.contains(try #require(GroundPosition(latitude: 0, longitude: east))), "\(middle) \(east)")
            }
            for east in [179.98, -179.98, 0] {
                #expect(!zone.contains(try #require(GroundPosition(latitude: 0, longitude: east))), "\(middle) \(east)")
            }
        }
    }

    @Test func `a zone at a pole has every longitude`() throws {
        for pole in [90.0, -90] {
            let zone = GroundZone(latitude: pole, longitude: 13, radiusMeters: 1_000)
            for east in stride(from: -180.0, through: 180, by: 30) {
                let near = pole > 0 ? 89.9911 : -89.9911
                let far = pole > 0 ? 89.9909 : -89.9909
                #expect(zone.contains(try #require(GroundPosition(latitude: near, longitude: east))))
                #expect(!zone.contains(try #require(GroundPosition(latitude: far, longitude: east))))
            }
        }
    }

    @Test func `distances are known ones`() throws {
        // Berlin to Paris, 878 km on the sphere; halfway round the Earth.
        let berlin = GroundZone(latitude: 52.52, longitude: 13.405, radiusMeters: 878_000)
        #expect(berlin.contains(try #require(GroundPosition(latitude: 48.8566, longitude: 2.3522))))
        let near = GroundZone(latitude: 52.52, longitude: 13.405, radiusMeters: 877_000)
        #expect(!near.contains(try #require(GroundPosition(latitude: 48.8566, longitude: 2.3522))))
        let pole = GroundZone(latitude: 90, longitude: 0, radiusMeters: 1_000_000)
        #expect(!pole.contains(try #require(GroundPosition(latitude: -90, longitude: 0))))
    }

    @Test func `a position inside is gone, one outside stays as exact as it is`() throws {
        let zones = settings(zones: [zone(0, 0, 10), home])
        for field in ["Location", "OriginLocation", "DestinationLocation"] {
            let soc = ("Soc", SignalValue.double(1))
            #expect(try shown([soc, (field, inside)], zones) == texts([soc]))
            #expect(try shown([soc, (field, outside)], zones) == texts([soc, (field, outside)]))
        }
    }

    @Test func `zones look at the exact position, rounding comes later`() throws {
        // 510 m from the middle; rounded it would lie in the zone, and the other way round.
        let middle = zone(50, 10, 500)
        let away = 510 / Self.metresPerDegree
        let near = 490 / Self.metresPerDegree
        let view = settings(decimals: 1, zones: [middle])
        #expect(
            try shown([("Location", .location(latitude: 50 + away, longitude: 10))], view)
                == texts([("Location", .location(latitude: 50, longitude: 10))])
        )
        #expect(
            try shown([("Location", .location(latitude: 50 + near, longitude: 10)), ("Soc", .int(1))], view)
                == texts([("Soc", .int(1))])
        )
    }

    @Test func `of a record with nothing but a zone's position nothing is left`() throws {
        let record = ViewFixtures.record([ViewFixtures.datum("Location", inside)])
        #expect(try ViewFixtures.shown(record, location: settings(zones: [home])) == nil)
        // One that was empty before is passed on.
        let empty = ViewFixtures.record([Datum]())
        #expect(try ViewFixtures.shown(empty, location: settings(zones: [home])) === empty)
    }
}

/// Every field that owners grant positions by, in each situation.
@Suite struct PlaceFieldTests {
    private let zones = settings(zones: [home])
    private let rounding = settings(decimals: 3)
    private let both = settings(decimals: 3, zones: [home])
    private static let nearRoute = RouteTexts.text([(52.5160, 13.3780), (52.7, 13.9)])
    private static let farRoute = RouteTexts.text([(52.6001234, 13.4005678), (52.7, 13.9)])

    @Test func `the fields of the scope are those that are tested here`() {
        let names = FieldCatalogue.fields.filter { $0.extraScope == FieldPlan.scope }.map(\.name)
        #expect(
            Set(names) == [
                "Location", "GpsState", "GpsHeading", "RouteLine", "OriginLocation", "DestinationLocation",
                "DestinationName",
            ]
        )
        for name in names {
            guard case .other = FieldPlan.of(Field(name: name)!)?.place else { continue }
            Issue.record("nobody judges \(name)")
        }
    }

    @Test func `a heading is shown beside a position outside only`() throws {
        let heading = ("GpsHeading", SignalValue.double(90))
        #expect(try shown([heading, ("Location", outside)], zones).count == 2)
        #expect(try shown([heading, ("Location", inside), ("Soc", .int(1))], zones) == texts([("Soc", .int(1))]))
        #expect(try shown([heading, ("Soc", .int(1))], zones) == texts([("Soc", .int(1))]))
        #expect(
            try shown([heading, ("Location", .invalid(true))], zones) == texts([("Location", .invalid(true))])
        )
        #expect(try shown([heading], rounding) == texts([heading]))
        // Of several positions in one record, one inside is enough.
        #expect(
            try shown([("Location", outside), ("Location", inside), heading], zones) == texts([("Location", outside)])
        )
    }

    @Test func `whether there is a fix is shown unless the position is inside`() throws {
        let fix = ("GpsState", SignalValue.boolean(true))
        #expect(try shown([fix], zones) == texts([fix]))
        #expect(try shown([fix, ("Location", outside)], zones).count == 2)
        #expect(try shown([fix, ("Location", inside), ("Soc", .int(1))], zones) == texts([("Soc", .int(1))]))
        #expect(try shown([fix], rounding) == texts([fix]))
    }

    @Test func `the name of a destination is shown beside a destination outside only, and never rounded`() throws {
        let name = ("DestinationName", SignalValue.text("Home"))
        let soc = ("Soc", SignalValue.int(1))
        #expect(try shown([name, ("DestinationLocation", outside)], zones).count == 2)
        #expect(try shown([soc, name, ("DestinationLocation", inside)], zones) == texts([soc]))
        #expect(try shown([soc, name], zones) == texts([soc]))
        #expect(try shown([soc, name, ("Location", outside)], zones) == texts([soc, ("Location", outside)]))
        #expect(try shown([name], rounding) == texts([("DestinationName", .invalid(true))]))
        #expect(try shown([name, ("DestinationLocation", outside)], both)[0] == "DestinationName invalid(true)")
        #expect(try shown([soc, name], both) == texts([soc]))
    }

    @Test func `a route is shown when all of its points are outside, rounded like positions`() throws {
        let soc = ("Soc", SignalValue.int(1))
        let (near, far) = (SignalValue.text(Self.nearRoute), SignalValue.text(Self.farRoute))
        #expect(try shown([soc, ("RouteLine", near)], zones) == texts([soc]))
        #expect(try shown([soc, ("RouteLine", far)], zones) == texts([soc, ("RouteLine", far)]))
        #expect(try shown([soc, ("RouteLine", far), ("Location", inside)], zones) == texts([soc]))
        let rounded = RouteTexts.text([(52.6, 13.401), (52.7, 13.9)])
        for view in [rounding, both] {
            #expect(try shown([("RouteLine", far)], view) == texts([("RouteLine", .text(rounded))]))
        }
        for unreadable in [SignalValue.text("52.5163,13.3777"), .text("????"), .double(52.5), .text("_p~iF~ps|U")] {
            #expect(try shown([("RouteLine", unreadable)], rounding) == texts([("RouteLine", .invalid(true))]))
            #expect(try shown([soc, ("RouteLine", unreadable)], zones) == texts([soc]))
        }
    }

    @Test func `fields newer than this build show no number and no text`() throws {
        let field = Field(number: 900)
        for (value, isHidden) in [
            (SignalValue.double(52.5163), true), (.text("52.5163"), true), (.int(52), true), (.long(52), true),
            (.float(52), true), (.boolean(true), false), (.invalid(true), false), (.absent, false),
            (.choice(.shiftState, number: 1), false), (.empty, false),
        ] {
            for view in [zones, rounding, both] {
                let record = ViewFixtures.record([Datum(field: field, value: value)])
                let shown = ViewFixtures.data(try ViewFixtures.shown(record, location: view))
                #expect(shown.map(\.value) == [isHidden ? .invalid(true) : value], "\(value)")
            }
        }
        // A position tells itself what it is.
        let record = ViewFixtures.record([Datum(field: field, value: outside), Datum(field: .soc, value: inside)])
        let shown = ViewFixtures.data(try ViewFixtures.shown(record, location: both))
        #expect(shown.map(\.value) == [.location(latitude: 52.6, longitude: 13.401)])
    }

    @Test func `what this build does not know of a message goes`() throws {
        let bytes: UnknownFields = [0xc0, 0x3e, 0x07]
        let unknown = DatumUnknown(ofDatum: bytes, ofValue: bytes, ofMember: bytes)
        var data = VehicleData(
            data: [
                ViewFixtures.datum("Location", outside, unknown: unknown),
                ViewFixtures.datum("Location", .empty, unknown: unknown),
                ViewFixtures.datum("Soc", .double(1), unknown: unknown),
                Datum(field: Field(number: 900), value: .empty, unknown: unknown),
            ],
            createdAt: Timestamp(seconds: 1, nanos: 0),
            unknown: bytes
        )
        data.createdAtUnknown = bytes
        let record = ViewFixtures.record(data)
        let shown = try #require(try ViewFixtures.shown(record, location: settings(decimals: 6)))
        guard case .vehicleData(let left) = shown.content else { return }
        #expect(left.unknown.isEmpty && left.createdAtUnknown.isEmpty)
        #expect(left.data.map { $0.unknown != nil } == [false, false, true, false])
        #expect(left.data.map(\.value)[1] == .invalid(true) && left.data.map(\.value)[3] == .invalid(true))
    }

    @Test func `places that have no position stay`() throws {
        let data: [(String, SignalValue)] = [
            ("LocatedAtHome", .boolean(true)), ("LocatedAtWork", .boolean(false)), ("HomelinkNearby", .boolean(true)),
            ("MilesToArrival", .double(3)), ("VehicleSpeed", .double(30)),
        ]
        #expect(try shown(data, both) == texts(data))
    }
}

@Suite struct RouteTextTests {
    @Test func `the known line is read and written`() throws {
        // Google's example: there with five decimals, here with six.
        let text = RouteTexts.base64("_p~iF~ps|U_ulLnnqC_mqNvxq`@")
        let line = try #require(RoutePolyline(text))
        let positions = line.positions.map { [$0.latitude, $0.longitude] }
        #expect(positions == [[3.85, -12.02], [4.07, -12.095], [4.3252, -12.6453]])
        #expect(line.text == text)
        #expect(line.rounded(decimals: 6) == line)
        let rounded = line.rounded(decimals: 1).positions.map { [$0.latitude, $0.longitude] }
        #expect(rounded == [[3.9, -12], [4.1, -12.1], [4.3, -12.6]])
    }

    @Test func `points that become the same are one`() throws {
        let line = try #require(RoutePolyline(RouteTexts.text([(1.0001, 2), (1.0002, 2), (1.0003, 2.0001), (5, 6)])))
        #expect(line.rounded(decimals: 2).positions.count == 2)
        #expect(line.rounded(decimals: 6).positions.count == 4)
    }

    @Test(arguments: [
        "", "=", "not base64!", "AAAA", RouteTexts.base64("_p~iF"), RouteTexts.base64("_p~iF~ps|"),
        RouteTexts.base64("~~~~~~~~~~~~"), RouteTexts.base64("\u{1}\u{2}"), RouteTexts.text([(91, 0)]),
        RouteTexts.text([(0, 181)]), RouteTexts.text([(80, 0), (91, 0)]),
    ])
    func `what is no line is none`(text: String) {
        #expect(RoutePolyline(text) == nil)
    }

    @Test func `the ends of the Earth are on a line`() throws {
        let corners = [(90.0, 180.0), (-90, -180), (90, -180), (-90, 180), (0, 0)]
        let line = try #require(RoutePolyline(RouteTexts.text(corners)))
        #expect(line.positions.map { [$0.latitude, $0.longitude] } == corners.map { [$0.0, $0.1] })
        #expect(line.rounded(decimals: 0) == line)
    }
}
