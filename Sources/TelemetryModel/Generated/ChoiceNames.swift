// Made from proto/vehicle_data.proto by `make generate`. Don't edit.

extension ChoiceKind {
    /// The members of `Value` that are enums, in the order of their tags.
    package static let all: [ChoiceKind] = memberNames.indices.filter { !memberNames[$0].isEmpty }.map {
        ChoiceKind(tag: UInt8($0))
    }

    /// The kind of a protojson member name; nil when no enum member is called so.
    package init?(memberName: String) {
        guard !memberName.isEmpty, let tag = Self.memberNames.firstIndex(of: memberName) else { return nil }
        self.init(tag: UInt8(tag))
    }

    /// The member's name in protojson, such as `shiftStateValue`; empty when the tag is no enum member.
    @inlinable
    package var memberName: String {
        Int(tag) < Self.memberNames.count ? Self.memberNames[Int(tag)] : ""
    }

    /// The member's name in the proto, such as `shift_state_value`; empty when the tag is no enum member.
    @inlinable
    package var protoMemberName: String {
        Int(tag) < Self.protoMemberNames.count ? Self.protoMemberNames[Int(tag)] : ""
    }

    /// The enum's name, such as `ShiftState`; empty when the tag is no enum member.
    @inlinable
    package var enumName: String {
        Int(tag) < Self.enumNames.count ? Self.enumNames[Int(tag)] : ""
    }

    /// The name of a value as it is shown, such as `ShiftStateP`, or `P` where ``showsShortNames``; nil for numbers
    /// newer than this build.
    @inlinable
    package func valueName(_ number: Int32) -> String? {
        showsShortNames ? shortName(number) : fullName(number)
    }

    /// The name of a value in the proto, such as `ShiftStateP`; nil for numbers newer than this build.
    @inlinable
    package func fullName(_ number: Int32) -> String? {
        guard Int(tag) < Self.enumNames.count, number >= 0 else { return nil }
        let index = Self.valueStarts[Int(tag)] + Int(number)
        guard index < Self.valueStarts[Int(tag) + 1] else { return nil }
        let name = Self.valueNames[index]
        return name.isEmpty ? nil : name
    }

    /// The number of a value, its name spelled exactly; nil when the enum has no such value.
    package func number(named name: String) -> Int32? {
        guard Int(tag) < Self.enumNames.count, !name.isEmpty else { return nil }
        let range = Self.valueStarts[Int(tag)]..<Self.valueStarts[Int(tag) + 1]
        return Self.valueNames[range].firstIndex(of: name).map { Int32($0 - range.lowerBound) }
    }

    /// By tag, as all tables here; empty where a tag is no member of an enum type.
    @usableFromInline static let memberNames: [String] = [
        "", "", "", "", "", "", "", "", "chargingValue", "shiftStateValue", "", "laneAssistLevelValue",
        "scheduledChargingModeValue", "sentryModeStateValue", "speedAssistLevelValue", "bmsStateValue",
        "buckleStatusValue", "carTypeValue", "chargePortValue", "chargePortLatchValue", "", "",
        "driveInverterStateValue", "hvilStatusValue", "windowStateValue", "seatFoldPositionValue",
        "tractorAirStatusValue", "followDistanceValue", "forwardCollisionSensitivityValue",
        "guestModeMobileAccessValue", "trailerAirStatusValue", "", "detailedChargeStateValue", "hvacAutoModeValue",
        "cabinOverheatProtectionModeValue", "cabinOverheatProtectionTemperatureLimitValue", "defrostModeValue",
        "climateKeeperModeValue", "hvacPowerValue", "", "fastChargerValue", "cableTypeValue", "tonneauTentModeValue",
        "tonneauPositionValue", "powershareTypeValue", "powershareStateValue", "powershareStopReasonValue",
        "displayStateValue", "distanceUnitValue", "temperatureUnitValue", "pressureUnitValue",
        "chargeUnitPreferenceValue", "turnSignalStateValue", "mediaStatusValue", "sunroofInstalledStateValue",
        "cabinPortKeepOnValue",
    ]

    @usableFromInline static let protoMemberNames: [String] = [
        "", "", "", "", "", "", "", "", "charging_value", "shift_state_value", "", "lane_assist_level_value",
        "scheduled_charging_mode_value", "sentry_mode_state_value", "speed_assist_level_value", "bms_state_value",
        "buckle_status_value", "car_type_value", "charge_port_value", "charge_port_latch_value", "", "",
        "drive_inverter_state_value", "hvil_status_value", "window_state_value", "seat_fold_position_value",
        "tractor_air_status_value", "follow_distance_value", "forward_collision_sensitivity_value",
        "guest_mode_mobile_access_value", "trailer_air_status_value", "", "detailed_charge_state_value",
        "hvac_auto_mode_value", "cabin_overheat_protection_mode_value",
        "cabin_overheat_protection_temperature_limit_value", "defrost_mode_value", "climate_keeper_mode_value",
        "hvac_power_value", "", "fast_charger_value", "cable_type_value", "tonneau_tent_mode_value",
        "tonneau_position_value", "powershare_type_value", "powershare_state_value", "powershare_stop_reason_value",
        "display_state_value", "distance_unit_value", "temperature_unit_value", "pressure_unit_value",
        "charge_unit_preference_value", "turn_signal_state_value", "media_status_value",
        "sunroof_installed_state_value", "cabin_port_keep_on_value",
    ]

    @usableFromInline static let enumNames: [String] = [
        "", "", "", "", "", "", "", "", "ChargingState", "ShiftState", "", "LaneAssistLevel",
        "ScheduledChargingModeValue", "SentryModeState", "SpeedAssistLevel", "BMSStateValue", "BuckleStatus",
        "CarTypeValue", "ChargePortValue", "ChargePortLatchValue", "", "", "DriveInverterState", "HvilStatus",
        "WindowState", "SeatFoldPosition", "TractorAirStatus", "FollowDistance", "ForwardCollisionSensitivity",
        "GuestModeMobileAccess", "TrailerAirStatus", "", "DetailedChargeStateValue", "HvacAutoModeState",
        "CabinOverheatProtectionModeState", "ClimateOverheatProtectionTempLimit", "DefrostModeState",
        "ClimateKeeperModeState", "HvacPowerState", "", "FastCharger", "CableType", "TonneauTentModeState",
        "TonneauPositionState", "PowershareTypeStatus", "PowershareState", "PowershareStopReasonStatus", "DisplayState",
        "DistanceUnit", "TemperatureUnit", "PressureUnit", "ChargeUnitPreference", "TurnSignalState", "MediaStatus",
        "SunroofInstalledState", "CabinPortKeepOnState",
    ]

    /// Where the values of a tag's enum start in `valueNames`; they end where those of the next tag start.
    @usableFromInline static let valueStarts: [Int] = [
        0, 0, 0, 0, 0, 0, 0, 0, 0, 7, 14, 14, 18, 22, 29, 33, 44, 48, 55, 60, 65, 65, 65, 71, 74, 78, 84, 91, 99, 104,
        123, 131, 131, 138, 141, 145, 149, 154, 159, 164, 164, 173, 179, 184, 189, 193, 200, 208, 219, 222, 225, 228,
        231, 236, 240, 244, 247,
    ]

    @usableFromInline static let valueNames: [String] = [
        "ChargeStateUnknown", "ChargeStateDisconnected", "ChargeStateNoPower", "ChargeStateStarting",
        "ChargeStateCharging", "ChargeStateComplete", "ChargeStateStopped", "ShiftStateUnknown", "ShiftStateInvalid",
        "ShiftStateP", "ShiftStateR", "ShiftStateN", "ShiftStateD", "ShiftStateSNA", "LaneAssistLevelUnknown",
        "LaneAssistLevelNone", "LaneAssistLevelWarning", "LaneAssistLevelAssist", "ScheduledChargingModeUnknown",
        "ScheduledChargingModeOff", "ScheduledChargingModeStartAt", "ScheduledChargingModeDepartBy",
        "SentryModeStateUnknown", "SentryModeStateOff", "SentryModeStateIdle", "SentryModeStateArmed",
        "SentryModeStateAware", "SentryModeStatePanic", "SentryModeStateQuiet", "SpeedAssistLevelUnknown",
        "SpeedAssistLevelNone", "SpeedAssistLevelDisplay", "SpeedAssistLevelChime", "BMSStateUnknown",
        "BMSStateStandby", "BMSStateDrive", "BMSStateSupport", "BMSStateCharge", "BMSStateFEIM", "BMSStateClearFault",
        "BMSStateFault", "BMSStateWeld", "BMSStateTest", "BMSStateSNA", "BuckleStatusUnknown", "BuckleStatusUnlatched",
        "BuckleStatusLatched", "BuckleStatusFaulted", "CarTypeUnknown", "CarTypeModelS", "CarTypeModelX",
        "CarTypeModel3", "CarTypeModelY", "CarTypeSemiTruck", "CarTypeCybertruck", "ChargePortUnknown", "ChargePortUS",
        "ChargePortEU", "ChargePortGB", "ChargePortCCS", "ChargePortLatchUnknown", "ChargePortLatchSNA",
        "ChargePortLatchDisengaged", "ChargePortLatchEngaged", "ChargePortLatchBlocking", "DriveInverterStateUnknown",
        "DriveInverterStateUnavailable", "DriveInverterStateStandby", "DriveInverterStateFault",
        "DriveInverterStateAbort", "DriveInverterStateEnable", "HvilStatusUnknown", "HvilStatusFault", "HvilStatusOK",
        "WindowStateUnknown", "WindowStateClosed", "WindowStatePartiallyOpen", "WindowStateOpened",
        "SeatFoldPositionUnknown", "SeatFoldPositionSNA", "SeatFoldPositionFaulted", "SeatFoldPositionNotConfigured",
        "SeatFoldPositionFolded", "SeatFoldPositionUnfolded", "TractorAirStatusUnknown", "TractorAirStatusNotAvailable",
        "TractorAirStatusError", "TractorAirStatusCharged", "TractorAirStatusBuildingPressureIntermediate",
        "TractorAirStatusExhaustingPressureIntermediate", "TractorAirStatusExhausted", "FollowDistanceUnknown",
        "FollowDistance1", "FollowDistance2", "FollowDistance3", "FollowDistance4", "FollowDistance5",
        "FollowDistance6", "FollowDistance7", "ForwardCollisionSensitivityUnknown", "ForwardCollisionSensitivityOff",
        "ForwardCollisionSensitivityLate", "ForwardCollisionSensitivityAverage", "ForwardCollisionSensitivityEarly",
        "GuestModeMobileAccessUnknown", "GuestModeMobileAccessInit", "GuestModeMobileAccessNotAuthenticated",
        "GuestModeMobileAccessAuthenticated", "GuestModeMobileAccessAbortedDriving",
        "GuestModeMobileAccessAbortedUsingRemoteStart", "GuestModeMobileAccessAbortedUsingBLEKeys",
        "GuestModeMobileAccessAbortedValetMode", "GuestModeMobileAccessAbortedGuestModeOff",
        "GuestModeMobileAccessAbortedDriveAuthTimeExceeded", "GuestModeMobileAccessAbortedNoDataReceived",
        "GuestModeMobileAccessRequestingFromMothership", "GuestModeMobileAccessRequestingFromAuthD",
        "GuestModeMobileAccessAbortedFetchFailed", "GuestModeMobileAccessAbortedBadDataReceived",
        "GuestModeMobileAccessShowingQRCode", "GuestModeMobileAccessSwipedAway",
        "GuestModeMobileAccessDismissedQRCodeExpired", "GuestModeMobileAccessSucceededPairedNewBLEKey",
        "TrailerAirStatusUnknown", "TrailerAirStatusSNA", "TrailerAirStatusInvalid", "TrailerAirStatusBobtailMode",
        "TrailerAirStatusCharged", "TrailerAirStatusBuildingPressureIntermediate",
        "TrailerAirStatusExhaustingPressureIntermediate", "TrailerAirStatusExhausted", "DetailedChargeStateUnknown",
        "DetailedChargeStateDisconnected", "DetailedChargeStateNoPower", "DetailedChargeStateStarting",
        "DetailedChargeStateCharging", "DetailedChargeStateComplete", "DetailedChargeStateStopped",
        "HvacAutoModeStateUnknown", "HvacAutoModeStateOn", "HvacAutoModeStateOverride",
        "CabinOverheatProtectionModeStateUnknown", "CabinOverheatProtectionModeStateOff",
        "CabinOverheatProtectionModeStateOn", "CabinOverheatProtectionModeStateFanOnly",
        "ClimateOverheatProtectionTempLimitUnknown", "ClimateOverheatProtectionTempLimitHigh",
        "ClimateOverheatProtectionTempLimitMedium", "ClimateOverheatProtectionTempLimitLow", "DefrostModeStateUnknown",
        "DefrostModeStateOff", "DefrostModeStateNormal", "DefrostModeStateMax", "DefrostModeStateAutoDefog",
        "ClimateKeeperModeStateUnknown", "ClimateKeeperModeStateOff", "ClimateKeeperModeStateOn",
        "ClimateKeeperModeStateDog", "ClimateKeeperModeStateParty", "HvacPowerStateUnknown", "HvacPowerStateOff",
        "HvacPowerStateOn", "HvacPowerStatePrecondition", "HvacPowerStateOverheatProtect", "FastChargerUnknown",
        "FastChargerSupercharger", "FastChargerCHAdeMO", "FastChargerGB", "FastChargerACSingleWireCAN",
        "FastChargerCombo", "FastChargerMCSingleWireCAN", "FastChargerOther", "FastChargerSNA", "CableTypeUnknown",
        "CableTypeIEC", "CableTypeSAE", "CableTypeGB_AC", "CableTypeGB_DC", "CableTypeSNA",
        "TonneauTentModeStateUnknown", "TonneauTentModeStateInactive", "TonneauTentModeStateMoving",
        "TonneauTentModeStateFailed", "TonneauTentModeStateActive", "TonneauPositionStateUnknown",
        "TonneauPositionStateInvalid", "TonneauPositionStateClosed", "TonneauPositionStatePartiallyOpen",
        "TonneauPositionStateFullyOpen", "PowershareTypeStatusUnknown", "PowershareTypeStatusNone",
        "PowershareTypeStatusLoad", "PowershareTypeStatusHome", "PowershareStateUnknown", "PowershareStateInactive",
        "PowershareStateHandshaking", "PowershareStateInit", "PowershareStateEnabled",
        "PowershareStateEnabledReconnectingSoon", "PowershareStateStopped", "PowershareStopReasonStatusUnknown",
        "PowershareStopReasonStatusNone", "PowershareStopReasonStatusSOCTooLow", "PowershareStopReasonStatusRetry",
        "PowershareStopReasonStatusFault", "PowershareStopReasonStatusUser", "PowershareStopReasonStatusReconnecting",
        "PowershareStopReasonStatusAuthentication", "DisplayStateUnknown", "DisplayStateOff", "DisplayStateDim",
        "DisplayStateAccessory", "DisplayStateOn", "DisplayStateDriving", "DisplayStateCharging", "DisplayStateLock",
        "DisplayStateSentry", "DisplayStateDog", "DisplayStateEntertainment", "DistanceUnitUnknown",
        "DistanceUnitMiles", "DistanceUnitKilometers", "TemperatureUnitUnknown", "TemperatureUnitFahrenheit",
        "TemperatureUnitCelsius", "PressureUnitUnknown", "PressureUnitPsi", "PressureUnitBar", "ChargeUnitUnknown",
        "ChargeUnitDistance", "ChargeUnitPercent", "TurnSignalStateUnknown", "TurnSignalStateOff",
        "TurnSignalStateLeft", "TurnSignalStateRight", "TurnSignalStateBoth", "MediaStatusUnknown",
        "MediaStatusStopped", "MediaStatusPlaying", "MediaStatusPaused", "SunroofInstalledStateUnknown",
        "SunroofInstalledStateNotInstalled", "SunroofInstalledStateGen1Installed", "SunroofInstalledStateGen2Installed",
        "CabinPortKeepOnStateUnknown", "CabinPortKeepOnStateOff", "CabinPortKeepOnStateOn",
    ]
}
