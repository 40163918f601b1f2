import PayloadCodec
import TelemetryModel
import Testing

@Suite struct RecordTransformTests {
    private func transformed(
        _ value: SignalValue,
        _ field: Field = .vehicleSpeed,
        _ mode: TransformMode = .standard
    ) -> SignalValue? {
        var content = RecordContent.vehicleData(VehicleData(data: [Datum(field: field, value: value)]))
        RecordTransform(mode: mode).apply(to: &content, vin: VIN("V"))
        guard case .vehicleData(let data) = content else { return nil }
        return data.data.first?.value
    }

    @Test(arguments: [TransformMode.standard, .reference])
    func `the vin of the certificate replaces that of the payload`(mode: TransformMode) {
        var contents: [RecordContent] = [
            .vehicleData(VehicleData(data: [], vin: "x")), .alerts(VehicleAlerts(alerts: [], vin: "x")),
            .errors(VehicleErrors(errors: [], vin: "x")), .metrics(VehicleMetrics(metrics: [], vin: "x")),
            .connectivity(VehicleConnectivity(vin: "x", connectionID: "", status: .connected, createdAt: nil)),
        ]
        let expected: [RecordContent] = [
            .vehicleData(VehicleData(data: [], vin: "V")), .alerts(VehicleAlerts(alerts: [], vin: "V")),
            .errors(VehicleErrors(errors: [], vin: "V")), .metrics(VehicleMetrics(metrics: [], vin: "V")),
            .connectivity(VehicleConnectivity(vin: "V", connectionID: "", status: .connected, createdAt: nil)),
        ]
        for index in contents.indices { RecordTransform(mode: mode).apply(to: &contents[index], vin: VIN("V")) }
        #expect(contents == expected)
    }

    /// Text, and whether it is a place in standard mode, and in reference mode.
    static let places: [(String, Bool, Bool)] = [
        ("(37.4 N, 122.1 W)", true, true),
        ("(90 N, 180 E)", true, true),
        ("(90.1 N, 180 E)", false, true),
        ("(1 N, -180.1 E)", false, true),
        ("(91 N, 1000 W)", false, true),
        ("(1 N, 2 E).", false, true),
        ("(1 N, 2 E) ", false, true),
        ("(1 N,\t 2\u{2003}E)", true, true),
        ("(\u{a0}1 N, 2 E)", true, true),
        ("(1 N,2 E)", false, false),
        ("(1 N , 2 E)", false, false),
        ("(1N, 2 E)", false, false),
        ("(1 \nN, 2 E)", false, false),
        ("(1 N, \n2 E)", false, false),
        ("(1 N, 2 E", false, false),
        ("(1_0 N, 2 E)", false, false),
        ("(1e400 N, 2 E)", false, false),
        ("(1e-400 N, 2 E)", true, true),
        ("(0x1p3 N, 2 E)", false, false),
        ("(1p3 N, 2 E)", false, false),
        ("(inf N, 2 E)", false, false),
        ("(nan N, 2 E)", false, false),
        ("(+ N, 2 E)", false, false),
        ("(--1 N, 2 E)", false, false),
        ("(1e N, 2 E)", false, false),
        ("(1.2.3 N, 2 E)", false, false),
        ("(\u{661} N, 2 E)", false, false),
        ("", false, false),
    ]

    @Test(arguments: places)
    func `a position in text becomes one`(text: String, inStandard: Bool, inReference: Bool) {
        func isPlace(_ mode: TransformMode) -> Bool {
            if case .location = transformed(.text(text), .location, mode) { true } else { false }
        }
        #expect(isPlace(.standard) == inStandard)
        #expect(isPlace(.reference) == inReference)
    }

    @Test func `south and west are negative, also where the number is`() {
        #expect(transformed(.text("(1.5 S, 2 W)"), .location) == .location(latitude: -1.5, longitude: -2))
        #expect(transformed(.text("(-37 S, -1e1 E)"), .location) == .location(latitude: 37, longitude: -10))
    }

    @Test func `only the first datum of the field is looked at`() {
        var content = RecordContent.vehicleData(
            VehicleData(data: [
                Datum(field: .location, value: .invalid(true)), Datum(field: .location, value: .text("(1 N, 2 E)")),
            ])
        )
        let before = content
        RecordTransform(mode: .standard).apply(to: &content, vin: VIN(""))
        #expect(content == before)
    }

    @Test(arguments: [
        ("1.5e3", "1500", "1500.00000"),
        ("-1.5e-3", "-0.0015", "-0.00150"),
        ("1.23456789012345e10", "12345678901.2345", "12345678848.00000"),
        ("1.8012123456e4", "18012.123456", "18012.12305"),
        ("1.5e-7", "0.00000015", "0.00000"),
        ("-0.0e5", "-0", "-0.00000"),
        ("000.0120e2", "1.2", "1.20000"),
        ("12.50e1", "125", "125.00000"),
        ("12.50e0", "12.5", "12.50000"),
        ("0.5e0", "0.5", "0.50000"),
        ("1.0e38", "1" + String(repeating: "0", count: 38), "99999996802856924650656260769173209088.00000"),
        // Beyond 32 bits the reference leaves the text; ours ends where the number would fill a line.
        ("1.0e39", "1" + String(repeating: "0", count: 39), "1.0e39"),
        ("1.0e400", "1.0e400", "1.0e400"),
        ("1.0e-400", "1.0e-400", "0.00000"),
        ("1.0e999999999999999999999", "1.0e999999999999999999999", "1.0e999999999999999999999"),
        ("0.0e999999999999999999999", "0", "0.00000"),
        ("1.0e-45", "0." + String(repeating: "0", count: 44) + "1", "0.00000"),
        // 2^-6 and 3 x 2^-6 lie halfway between two hundred-thousandths: the even one is taken.
        ("1.5625e-2", "0.015625", "0.01562"),
        ("4.6875e-2", "0.046875", "0.04688"),
        // None of these has the form.
        ("1e3", "1e3", "1e3"),
        ("1.5", "1.5", "1.5"),
        (".e1", ".e1", ".e1"),
        ("1.5e", "1.5e", "1.5e"),
        ("1.5e+", "1.5e+", "1.5e+"),
        ("1.5e1 ", "1.5e1 ", "1.5e1 "),
        ("\u{661}.5e1", "\u{661}.5e1", "\u{661}.5e1"),
        ("", "", ""),
    ])
    func `numbers in scientific notation are written out`(text: String, standard: String, reference: String) {
        #expect(transformed(.text(text)) == .text(standard))
        #expect(transformed(.text(text), .vehicleSpeed, .reference) == .text(reference))
    }

    @Test func `names that look like numbers stay in standard mode`() {
        #expect(transformed(.text("1.5e3"), Field(number: 64)) == .text("1.5e3"))
        #expect(transformed(.text("1.5e3"), Field(number: 100_000)) == .text("1.5e3"))
    }

    @Test func `milliseconds in alert times become seconds`() {
        func converted(_ seconds: Int64) -> Timestamp? {
            let time = Timestamp(seconds: seconds, nanos: 7)
            var content = RecordContent.alerts(
                VehicleAlerts(alerts: [.init(name: "a", startedAt: time, endedAt: time)], createdAt: time)
            )
            RecordTransform(mode: .standard).apply(to: &content, vin: VIN(""))
            guard case .alerts(let alerts) = content else { return nil }
            #expect(alerts.createdAt == time)
            #expect(alerts.alerts.first?.endedAt == alerts.alerts.first?.startedAt)
            return alerts.alerts.first?.startedAt
        }
        #expect(converted(315_575_999_999) == Timestamp(seconds: 315_575_999_999, nanos: 7))
        #expect(converted(315_576_000_000) == Timestamp(seconds: 315_576_000, nanos: 0))
        #expect(converted(1_700_000_000_123) == Timestamp(seconds: 1_700_000_000, nanos: 123_000_000))
        #expect(converted(.max) == Timestamp(seconds: 9_223_372_036_854_775, nanos: 807_000_000))
        #expect(converted(.min) == Timestamp(seconds: .min, nanos: 7))
    }
}
