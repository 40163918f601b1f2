extension SymptomTable {
    /// Connected, and the data are wrong or missing.
    static let data: [Symptom] = [
        Symptom(
            .connectedAndSilent,
            "Connected, and no values",
            .data,
            texts: ["Connected, no values", "connected but no data", "no records from vehicle"],
            causes: ["fields are sent only when they change", "the interval is long", "the vehicle is parked"],
            confirm: "The log line socket_disconnected counts records; drive or open a door.",
            remedy: "Set resend_interval_seconds for what you need regularly, or wait for a change."
        ),
        Symptom(
            .gaps,
            "Gaps, or the last value at parking is missing",
            .data,
            texts: ["Gaps, last value missing at parking", "missing last value", "gaps in data"],
            causes: ["firmware 2025.2 before 2025.2.6", "no delivery_policy, so that nothing is sent again"],
            confirm: "client_version in the log line socket_connected; delivery_policy in the vehicle's configuration.",
            remedy: "delivery_policy \"latest\" with a resend interval; firmware 2025.2.6 or 2024.45.32.20 and later."
        ),
        Symptom(
            .valuesAreText,
            "All values are texts, or quoted twice",
            .data,
            texts: [
                "All values are text / quoted twice", "all values are strings", "stringValue", "values quoted twice",
            ],
            causes: ["prefer_typed is not set", "firmware before 2024.38, or 2024.45.32.1", "2024.26.3 quotes twice"],
            confirm: "firmware_version in POST fleet_status.",
            remedy: "Set prefer_typed; update; clients from 1.1.0 on always send typed values. For those that don't: "
                + "\"values\": {\"legacy_text\": \"typed\"} in a dispatcher's section."
        ),
        Symptom(
            .valueInvalid,
            "A value is invalid",
            .data,
            texts: ["invalid: true", "\"invalid\":true", "<invalid>"],
            causes: ["the vehicle has no value now"],
            confirm: "It goes when the vehicle wakes or drives.",
            remedy: "Treat it as null and keep the last valid value with its age."
        ),
        Symptom(
            .chargeStateOld,
            "The charge state is Idle, Enable or a boolean",
            .data,
            texts: [
                "Charge state \"Idle/Enable\" or boolean", "ChargeState Idle", "ChargeState Enable", "ChargeState",
            ],
            causes: ["the old field ChargeState"],
            confirm: "The fields of the vehicle's configuration.",
            remedy: "Configure DetailedChargeState."
        ),
        Symptom(
            .valueUnrecognized,
            "An unknown field or value",
            .data,
            texts: [
                "UNRECOGNIZED", "UNRECOGNIZED/unknown number", "Field_", "unknown enum number",
                "unknown_payload_data_type",
            ],
            causes: ["the firmware is newer than the message definitions of this build"],
            confirm: "The number stands beside it.",
            remedy: "Update; until then the record keeps it as Field_<number>."
        ),
        Symptom(
            .duplicates,
            "Records come twice",
            .data,
            texts: ["Duplicates", "duplicate records"],
            causes: ["the vehicle sends again what was not acknowledged in time", "resend_interval_seconds"],
            confirm: "isResend in the record; the ack latency on /metrics.",
            remedy: "\"deduplication\": {} drops those that come again; look at what delays acks."
        ),
        Symptom(
            .createdInFuture,
            "createdAt lies in the future",
            .data,
            texts: ["createdAt in future", "created_at in the future"],
            causes: ["the first record after the vehicle woke, before its clock was set"],
            confirm: "Compare with received_at.",
            remedy: "Order by the time of receipt; never drop by createdAt alone."
        ),
        Symptom(
            .milesNotKilometres,
            "Miles where kilometres are expected",
            .data,
            texts: ["Miles where km expected", "values in miles"],
            causes: ["the vehicle always sends miles, whatever its display shows"],
            confirm: "Odometer against the display.",
            remedy: "\"values\": {\"units\": \"metric\"} in a dispatcher's section, or multiply by 1.609344."
        ),
        Symptom(
            .versionNotInstalled,
            "Version shows an update that is not installed",
            .data,
            texts: ["Version shows an update not yet installed", "Version shows an update"],
            causes: ["firmware before 2024.44.25"],
            confirm: "car_version of vehicle_data.",
            remedy: "Update, or take the version from vehicle_data."
        ),
        Symptom(
            .connectedTwice,
            "Two CONNECTED and no DISCONNECTED",
            .data,
            texts: ["Two CONNECTED, no DISCONNECTED", "CONNECTED without DISCONNECTED"],
            causes: ["the vehicle changes between Wi-Fi and cellular, and its connections overlap"],
            confirm: "The connection ids and network interfaces of the two.",
            remedy: "Use vehicle_connected and vehicle_disconnected, which this server says once for each vehicle."
        ),
        Symptom(
            .zeroVanishes,
            "Speed 0 or heading 0 vanishes in TeslaMate",
            .data,
            texts: [
                "Speed 0 or heading 0 vanishes in TeslaMate", "speed 0 missing in TeslaMate", "zero values vanish",
            ],
            causes: ["the bridge between takes 0 for absent"],
            confirm: "The record here has the 0.",
            remedy: "Use a bridge that keeps zeros."
        ),
        Symptom(
            .recordUnreadable,
            "A message is no valid record",
            .server,
            texts: [
                "unexpected_record", "incorrect message format", "unknown_message_type_error",
                "unexpected_record_err_total",
            ],
            causes: ["a test client that is no vehicle", "damage on the way", "a firmware with another format"],
            confirm: "fleet-telemetry serve --record FILE, then fleet-telemetry decode FILE.",
            remedy: "Report it with the recorded frame if it came from a vehicle."
        ),
        Symptom(
            .recordTooBig,
            "A message is longer than a million bytes",
            .server,
            texts: ["record_too_big", "record_too_big_total"],
            causes: ["no vehicle sends such; a test client, or an attack"],
            confirm: "bytes and vin in the log line.",
            remedy: "Deny the VIN if it goes on."
        ),
        Symptom(
            .senderMismatch,
            "The sender in a record is not the one of the certificate",
            .server,
            texts: ["unexpected_sender_id", "unauthorized_sender_id"],
            causes: ["a test client with another VIN in its records than in its certificate"],
            confirm: "Both stand in the log line.",
            remedy: "Use the certificate of that VIN."
        ),
        Symptom(
            .rateLimited,
            "A vehicle sends more than its limit allows",
            .server,
            texts: ["rate_limit_exceeded", "rate_limit_exceeded_total"],
            causes: [
                "rate_limit is lower than what the vehicle's configuration asks for",
                "the vehicle catches up after a gap",
            ],
            confirm: "rate_limit in the configuration; the intervals of the vehicle's.",
            remedy: "Raise the limit, or the intervals; surplus records come again later, because they get no ack."
        ),
        Symptom(
            .recordNotAcknowledged,
            "A record gets no ack",
            .tool,
            texts: ["record was not acknowledged", "reliable_ack_miss", "no ack"],
            causes: [
                "a dispatcher of the record type does not take it", "the spool is full",
                "the server that answers is none that acknowledges",
            ],
            confirm: "/readyz on the status port says what holds acks back.",
            remedy: "Mend the dispatcher; with a spool vehicles need not wait for it."
        ),
        Symptom(
            .webSocketBroken,
            "A connection breaks, or breaks WebSocket's rules",
            .server,
            texts: ["websocket_violation", "socket_err", "websocket: close 1006", "close 1002"],
            causes: [
                "a vehicle on a bad link", "a test client with a faulty WebSocket",
                "a proxy that ends idle connections",
            ],
            confirm: "vin, reason and duration in the log line: ends after the same time point to a proxy.",
            remedy: "Nothing for bad links; raise the proxy's idle timeout."
        ),
        Symptom(
            .connectivityUnusable,
            "No connectivity record can be made",
            .server,
            texts: ["connectivity_registeration_error", "connectivity_deregisteration_error"],
            causes: ["the request header X-Network-Interface is not UTF-8"],
            confirm: "The log line names the VIN.",
            remedy: "Nothing; it is a test client or a fault of the firmware."
        ),
        Symptom(
            .recordBreaksRules,
            "A record breaks the rules for values",
            .server,
            texts: ["record_finding"],
            causes: [
                "a fault of the firmware", "a rule is tighter than your vehicles",
                "a field newer than this build knows",
            ],
            confirm: "vin, record_type and findings in the log line name rule, field and outcome.",
            remedy: "Loosen the rule in \"validation\", or leave the finding as a mark beside the record."
        ),
        Symptom(
            .costBudget,
            "This month's signals cost a large part of the budget",
            .server,
            texts: ["cost_budget_reached"],
            causes: [
                "more vehicles, more fields or shorter intervals than planned", "costs.price is not what you pay",
            ],
            confirm: "fleet-telemetry cost --by field --days 31.",
            remedy: "Raise intervals or drop fields in the vehicles' configuration, or raise costs.budget_per_month."
        ),
    ]
}
