import TelemetryModel

/// Contents with something of every kind.
enum SampleContent {
    static let values: [(field: String, value: SignalValue)] = [
        ("VehicleName", .text("Zugvogel")), ("Soc", .text("71.5")), ("NumBrickVoltageMax", .int(-31)),
        ("MediaNowPlayingDuration", .long(1 << 40)), ("ModuleTempMax", .float(18.5)), ("Odometer", .double(94134.4)),
        ("Locked", .boolean(true)), ("Location", .location(latitude: 51.5, longitude: -8.25)),
        ("Gear", .choice(.shiftState, number: 4)), ("ChargeState", .choice(.charging, number: 99)),
        ("DoorState", .doors([.driverFront, .trunkRear])), ("TpmsHardWarnings", .tires([.rearLeft])),
        ("ScheduledChargingStartTime", .time(hour: 7, minute: 5, second: 9)), ("VehicleSpeed", .invalid(true)),
    ]

    static let vehicleData = VehicleData(
        data: values.map { Datum(field: Field(name: $0.field)!, value: $0.value) }
            + [Datum(field: Field(number: 9999), value: .int(1))],
        createdAt: Timestamp(seconds: 1_700_000_000, nanos: 123_000_000),
        isResend: true
    )

    static let alerts = VehicleAlerts(
        alerts: [
            VehicleAlerts.Alert(
                name: "APP_w009",
                audiences: [1, 3, 77],
                startedAt: Timestamp(seconds: 10, nanos: 0),
                endedAt: Timestamp(seconds: 20, nanos: 1)
            ),
            VehicleAlerts.Alert(name: "VCFRONT_a1", startedAt: Timestamp(seconds: 30, nanos: 0)),
        ],
        createdAt: Timestamp(seconds: 40, nanos: 0)
    )

    static let errors = VehicleErrors(
        errors: [
            VehicleErrors.Fault(
                createdAt: Timestamp(seconds: 50, nanos: 0),
                name: "cloud_error",
                tags: [Tag(key: "a", value: "1"), Tag(key: "b", value: "2")],
                body: "it failed"
            )
        ],
        createdAt: Timestamp(seconds: 60, nanos: 0)
    )
}
