package import ConfigurationSchema

/// The section `validation`: what records are checked for, and what is done about it.
///
/// Without the section nothing is checked. With it and nothing in it, everything is observed and nothing changed.
package struct ValidationSettings: Configurable, Hashable {
    package var mode = RuleMode.observe
    package var rules = RuleChoices()
    package var future = Duration.seconds(300)
    package var stale = Duration.seconds(86_400)
    package var maxDatums = 512
    package var maxRecordBytes = 65_536
    /// By the name of the category.
    package var categories: [String: CategorySettings] = [:]
    /// By the name of the field.
    package var fields: [String: FieldSettings] = [:]
    package var plan = PlanSettings.unlimited
    package var plans: [String: PlanSettings] = [:]
    /// By the topic of the record type.
    package var types: [String: TypeSettings] = [:]
    /// By VIN.
    package var vehicles: [String: VehicleSettings] = [:]
    package var vehicleConfigFile = ""
    package var vehicleConfigDirectory = ""

    package init() {}

    package static let settings: [Setting<Self>] = [
        .choice("mode", \.mode, "What is done when a rule is broken: `off`, `observe` or `enforce`."),
        .section(
            "rules",
            \.rules,
            "Modes of single rules; `inherited` is the one above. `denied` and `sampled` enforce unless told "
                + "otherwise, because nothing breaks them before a policy says so."
        ),
        .duration(
            "future_seconds",
            \.future,
            unit: .seconds,
            in: .zero...longest,
            "How far a vehicle's clock may be ahead."
        ),
        .duration(
            "stale_seconds",
            \.stale,
            unit: .seconds,
            in: .seconds(1)...longest,
            "How old a record may be when it is received. Vehicles keep records while they are offline."
        ),
        .wholeNumber("max_datums", \.maxDatums, in: 1...1_000_000, "The most data (alerts, errors) in one record."),
        .wholeNumber("max_record_bytes", \.maxRecordBytes, in: 1...16_777_216, "The most bytes of one payload."),
        .sections("categories", \.categories, "Policies and modes for Driving, Charging and Default."),
        .sections("fields", \.fields, "Policies and ranges of single fields."),
        .text("plan", \.plan, mayBeEmpty: false, "The plan of every vehicle that has no other: its limits."),
        .sections(
            "plans",
            \.plans,
            "Plans beside `unlimited` and `legacy` (20 fields, 10 values per minute), by name."
        ),
        .sections("types", \.types, "Modes for single record types."),
        .sections("vehicles", \.vehicles, "Modes and plans of single vehicles, by VIN."),
        .path(
            "vehicle_config_file",
            \.vehicleConfigFile,
            "What vehicles are configured to send, in the shape of Tesla's fleet_telemetry_config: for the VINs that "
                + "it names, for all when it names none."
        ),
        .path(
            "vehicle_config_directory",
            \.vehicleConfigDirectory,
            "The same for single vehicles: a file <VIN>.json for each. It wins over vehicle_config_file."
        ),
    ]

    /// A century, which is longer than any clock is wrong.
    static let longest = Duration.seconds(3_155_760_000)

    /// What a day is to sampling.
    static let longestInterval = Duration.seconds(86_400)
}

/// Data of one category.
package struct CategorySettings: Configurable, Hashable {
    package var policy = DataPolicy.allow
    package var interval = Duration.seconds(60)
    package var mode = ModeChoice.inherited
    package var rules = RuleChoices()

    package init() {}

    package static let settings: [Setting<Self>] = [
        .choice("policy", \.policy, "`allow`; `deny`: none is wanted; `sample`: one value per field and interval is."),
        .duration(
            "interval_seconds",
            \.interval,
            unit: .seconds,
            in: .milliseconds(1)...ValidationSettings.longestInterval,
            "The least time between two values of a field, for `sample`."
        ),
        .choice("mode", \.mode, "What is done when data of the category break a rule."),
        .section("rules", \.rules, "Modes of single rules for data of the category."),
    ]
}

/// Data of one field.
package struct FieldSettings: Configurable, Hashable {
    package var policy = PolicyChoice.inherited
    package var interval = Duration.seconds(60)
    /// Nil for the catalogue's.
    package var lowest: Double?
    package var highest: Double?

    package init() {}

    package static let settings: [Setting<Self>] = [
        .choice("policy", \.policy, "As in `categories`; `inherited` is the policy of the field's category."),
        .duration(
            "interval_seconds",
            \.interval,
            unit: .seconds,
            in: .milliseconds(1)...ValidationSettings.longestInterval,
            "The least time between two values, for `sample`."
        ),
        .optionalDecimal("min", \.lowest, "The least value that is in range, in the unit of the field."),
        .optionalDecimal("max", \.highest, "The greatest value that is in range, in the unit of the field."),
    ]
}

/// Records of one type.
package struct TypeSettings: Configurable, Hashable {
    package var mode = ModeChoice.inherited
    package var rules = RuleChoices()

    package init() {}

    package static let settings: [Setting<Self>] = [
        .choice("mode", \.mode, "What is done when records of the type break a rule."),
        .section("rules", \.rules, "Modes of single rules for records of the type."),
    ]
}

/// Records of one vehicle.
package struct VehicleSettings: Configurable, Hashable {
    package var mode = ModeChoice.inherited
    package var rules = RuleChoices()
    /// Empty for the plan of all.
    package var plan = ""

    package init() {}

    package static let settings: [Setting<Self>] = [
        .choice("mode", \.mode, "What is done when records of the vehicle break a rule."),
        .section("rules", \.rules, "Modes of single rules for the vehicle."),
        .text("plan", \.plan, "The vehicle's plan; empty for the plan of all."),
    ]
}

/// The limits of a plan.
package struct PlanSettings: Configurable, Hashable {
    package static let unlimited = "unlimited"
    package static let legacy = "legacy"

    package var maxFields = 0
    package var valuesPerMinute = 0
    /// By the name of the category.
    package var categories: [String: PlanLimits] = [:]

    package init() {}

    package static let settings: [Setting<Self>] = [
        .wholeNumber(
            "max_fields",
            \.maxFields,
            in: 0...10_000,
            "Fields that a vehicle may send in a day. 0: any number."
        ),
        .wholeNumber(
            "values_per_minute",
            \.valuesPerMinute,
            in: 0...1_000_000_000,
            "Values that a vehicle may send in a minute. 0: any number."
        ),
        .sections("categories", \.categories, "The same for data of Driving, Charging and Default."),
    ]

    /// The plans that need not be written: without limits, and the one of Teslemetry's documentation.
    package static let builtIn: [String: PlanSettings] = {
        var legacy = PlanSettings()
        legacy.maxFields = 20
        legacy.valuesPerMinute = 10
        return [unlimited: PlanSettings(), Self.legacy: legacy]
    }()
}

/// The limits of a plan for one category.
package struct PlanLimits: Configurable, Hashable {
    package var maxFields = 0
    package var valuesPerMinute = 0

    package init() {}

    package static let settings: [Setting<Self>] = [
        .wholeNumber("max_fields", \.maxFields, in: 0...10_000, "Fields of the category in a day. 0: any number."),
        .wholeNumber(
            "values_per_minute",
            \.valuesPerMinute,
            in: 0...1_000_000_000,
            "Values of the category in a minute. 0: any number."
        ),
    ]
}
