package import ConfigurationSchema

extension DispatcherSettings {
    /// The rows of a dispatcher's view, for its section: what it is shown of a record's values and positions.
    package static var viewRows: [Setting<Self>] {
        [
            .optionalSection("values", \.values, "How this dispatcher sees values. Without it: as vehicles send them."),
            .optionalSection("location", \.location, "How exactly this dispatcher sees where vehicles are."),
        ]
    }

    /// What is wrong with a view whose dispatcher writes protobuf: a payload has no place for names, nor for a value
    /// beside the value.
    func examinePayloadView(at path: String, _ format: String, _ reader: inout SettingReader) {
        guard let values else { return }
        if values.enumNames == .bare {
            reader.report(
                .ineffective,
                at: "\(path).values.enum_names",
                severity: .warning,
                problem: "\(format) has numbers and no names of enums",
                reason: "Their names stand in the proto of whoever reads it.",
                remedy: "remove it, or choose another format"
            )
        }
        if values.keepsRaw {
            reader.report(
                .ineffective,
                at: "\(path).values.keep_raw",
                severity: .warning,
                problem: "\(format) has one value per datum",
                reason: "Tesla's messages have no place for a second one.",
                remedy: "remove it, or choose another format"
            )
        }
    }
}

/// `"values": {…}` of a dispatcher.
package struct ValueSettings: Configurable, Hashable {
    package enum LegacyText: String, CaseIterable, Sendable {
        case asSent = "as_sent"
        case typed
    }

    package enum EnumNames: String, CaseIterable, Sendable {
        case prefixed, bare
    }

    package enum Units: String, CaseIterable, Sendable {
        case asSent = "as_sent"
        case metric, imperial
    }

    package enum Invalid: String, CaseIterable, Sendable {
        case asSent = "as_sent"
        case null
    }

    package var legacyText = LegacyText.asSent
    package var enumNames = EnumNames.prefixed
    package var units = Units.asSent
    package var invalid = Invalid.asSent
    package var keepsRaw = false

    package init() {}

    package static let settings: [Setting<Self>] = [
        .choice(
            "legacy_text",
            \.legacyText,
            "typed: texts of vehicles that do not send typed values become what the field is: numbers, booleans, "
                + "enums, doors. A text that is no such value stays."
        ),
        .choice("enum_names", \.enumNames, "prefixed: \"ShiftStateD\". bare: \"D\"."),
        .choice(
            "units",
            \.units,
            "metric: km/h, km, bar, degrees Celsius. imperial: mph, miles, feet, psi, degrees Fahrenheit. Vehicles "
                + "send mph, miles, metres, bar and degrees Celsius. Names of fields stay as they are."
        ),
        .choice("invalid", \.invalid, "null: what a vehicle marks as invalid has no value."),
        .flag(
            "keep_raw",
            \.keepsRaw,
            "Show the value before these changes, too: \"raw\" beside \"value\", <field>_raw in flat formats."
        ),
    ]

    /// Whether values are changed, and not only the names that they are shown by.
    private var changesValues: Bool { legacyText != .asSent || units != .asSent || invalid != .asSent }

    package func examine(at path: String, _ reader: inout SettingReader) {
        guard !reader.findings.contains(where: { $0.path.hasPrefix("\(path).") }) else { return }
        if keepsRaw, !changesValues {
            reader.report(
                .ineffective,
                at: "\(path).keep_raw",
                severity: .warning,
                problem: "no value is changed, so none is kept beside it",
                reason: "What legacy_text, units and invalid change is kept.",
                remedy: "set one of them, or remove keep_raw"
            )
        } else if !changesValues, enumNames == .prefixed {
            reader.report(
                .ineffective,
                at: path,
                severity: .warning,
                problem: "the section changes nothing",
                reason: "All of its settings are at their defaults.",
                remedy: "set legacy_text, enum_names, units or invalid, or remove the section"
            )
        }
    }
}

/// `"location": {…}` of a dispatcher.
package struct LocationSettings: Configurable, Hashable {
    /// A circle on the ground.
    package struct Zone: Configurable, Hashable {
        package var latitude = 0.0
        package var longitude = 0.0
        package var radiusMeters = 0.0

        package init() {}

        package static let settings: [Setting<Self>] = [
            .decimal("latitude", \.latitude, in: -90...90, "Of the middle, in degrees; north is positive.")
                .required().example("52.5163"),
            .decimal("longitude", \.longitude, in: -180...180, "Of the middle, in degrees; east is positive.")
                .required().example("13.3777"),
            .decimal("radius_meters", \.radiusMeters, in: 1...1_000_000, "From the middle to the edge.")
                .required().example("500"),
        ]
    }

    /// More would be looked through for each position.
    private static let zoneLimit = 1_000

    /// Nil leaves positions as exact as they come.
    package var decimals: Int?
    package var zones: [String: Zone] = [:]

    package init() {}

    package static let settings: [Setting<Self>] = [
        .optionalWholeNumber(
            "decimals",
            \.decimals,
            in: 0...6,
            "Decimals that degrees are rounded to: 3 is 111 metres from north to south, 2 is 1.1 km. Vehicles send 6."
        ),
        .sections(
            "zones",
            \.zones,
            "Places by names of yours: positions inside are not passed on, nor what tells of them."
        ),
    ]

    package func examine(at path: String, _ reader: inout SettingReader) {
        guard !reader.findings.contains(where: { $0.path.hasPrefix("\(path).") }) else { return }
        if decimals == nil, zones.isEmpty {
            reader.report(
                .empty,
                at: path,
                problem: "neither decimals nor zones",
                reason: "Positions would be passed on as exact as they come, which the section looks like preventing.",
                remedy: "add \"decimals\": 3 or \"zones\", or remove the section"
            )
        }
        if zones.count > Self.zoneLimit {
            reader.report(
                .outOfRange,
                at: "\(path).zones",
                problem: "\(zones.count) zones, and at most \(Self.zoneLimit) are allowed",
                reason: "Each position is compared with all of them.",
                remedy: "remove \(zones.count - Self.zoneLimit)"
            )
        }
    }
}
