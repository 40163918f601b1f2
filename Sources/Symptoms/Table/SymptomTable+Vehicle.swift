extension SymptomTable {
    /// What the Fleet API and vehicles say about fleet_telemetry_config.
    static let vehicleConfiguration: [Symptom] = [
        Symptom(
            .notSigned,
            "412: the configuration was not signed, or has a misspelt field",
            .api,
            texts: [
                "412", "412 with a pointer to instructions", "412 Precondition Failed",
                "see https://developer.tesla.com/docs/fleet-api/fleet-telemetry",
            ],
            causes: [
                "a plain POST instead of a signed one", "a misspelt field name",
                "the app is not registered in this region",
            ],
            confirm: "Look at where the request goes: it must pass the vehicle-command proxy, or carry a signed token.",
            remedy: "Send it through the signing proxy, or to the _jws endpoint with a signed token."
        ),
        Symptom(
            .signatureUnknownIssuer,
            "InvalidSignature: unknown issuer",
            .vehicle,
            texts: ["InvalidSignature: unknown issuer", "InvalidSignature"],
            causes: ["it was signed with the private key of another app, though the API said updated"],
            confirm: "fleet-telemetry doctor --domain DOMAIN --app-key FILE compares the key with the published one.",
            remedy: "Sign with the private key whose public half is published for this app."
        ),
        Symptom(
            .wrongCurve,
            "The app's key is on the wrong curve",
            .vehicle,
            texts: [
                "only NIST-P256 ECDH keys permitted",
                "InvalidSignature: invalid mailbox public key: only NIST-P256 ECDH keys permitted",
                "invalid mailbox public key",
            ],
            causes: ["the key is on P-384, secp256k1 or another curve, or RSA"],
            confirm:
                "openssl pkey -pubin -in com.tesla.3p.public-key.pem -text -noout shows prime256v1 for a right one.",
            remedy:
                "Make a P-256 key (openssl ecparam -name prime256v1 -genkey -noout), publish it, register the domain "
                + "again, pair again."
        ),
        Symptom(
            .signatureNotVerified,
            "The vehicle cannot verify the configuration's signature",
            .vehicle,
            texts: [
                "crypto/ecdsa: verification error", "error loading config file: crypto/ecdsa: verification error",
                "config_manager_error",
            ],
            causes: ["the signing key is not the registered one", "the key was replaced and not paired again"],
            confirm: "fleet-telemetry doctor --domain DOMAIN --app-key FILE compares them.",
            remedy: "Sign with the key that is registered and paired; after a change of keys register and pair again."
        ),
        Symptom(
            .configNull,
            "Updated, and then config is null",
            .api,
            texts: [
                "updated_vehicles: 1 … config: null", "config: null", "config: null, synced: true",
                "synced true, config null",
                "\"config\":null",
            ],
            causes: [
                "too many apps have a configuration on the vehicle", "the app's key is not paired with the vehicle",
            ],
            confirm: "GET fleet_telemetry_config: limit_reached; POST fleet_status: key_paired_vins.",
            remedy:
                "Remove an app, then send the configuration again: a free slot does not apply the waiting one. Check "
                + "the pairing link."
        ),
        Symptom(
            .limitReached,
            "Too many apps on the vehicle",
            .api,
            texts: ["limit_reached", "max_configs", "\"limit_reached\":true"],
            causes: ["the vehicle takes the configurations of a few apps only (five by Tesla's documentation)"],
            confirm: "GET fleet_telemetry_config: limit_reached.",
            remedy: "Remove an app that is not needed (its owner deletes its configuration), then send again."
        ),
        Symptom(
            .keyNotPaired,
            "The app's key is not on the vehicle",
            .api,
            texts: ["missing_key", "key_paired: false", "\"key_paired\":false", "unpaired_vins"],
            causes: [
                "the owner has not added the virtual key", "it was added for another domain",
                "the vehicle has 20 keys already",
            ],
            confirm: "POST fleet_status lists key_paired_vins and unpaired_vins.",
            remedy: "Open https://tesla.com/_ak/DOMAIN on the telephone with the owner's account, near the vehicle."
        ),
        Symptom(
            .unsupportedFirmware,
            "The firmware does not support it",
            .api,
            texts: ["unsupported_firmware"],
            causes: [
                "the update is downloaded and not installed", "older than 2024.26 (Intel Atom S and X: 2025.20)",
                "some old vehicles refuse whatever they run",
            ],
            confirm: "firmware_version in POST fleet_status; car_version of vehicle_data.",
            remedy: "Install the update, then send again."
        ),
        Symptom(
            .unsupportedHardware,
            "The vehicle's computer does not support it",
            .api,
            texts: ["unsupported_hardware"],
            causes: ["Model S or X with the first media computer (MCU1, before 2018)"],
            confirm: "The skipped_vehicles of the answer.",
            remedy: "None; poll vehicle_data for such a vehicle."
        ),
        Symptom(
            .transferRateTooHigh,
            "Too many fields too often",
            .api,
            texts: ["Total transfer rate too high"],
            causes: ["the sum of all fields is more than about ten a second"],
            confirm: "Add up 1/interval_seconds over all fields.",
            remedy: "Raise the intervals."
        ),
        Symptom(
            .unknownField,
            "The API does not know a field",
            .api,
            texts: ["Unknown field … in", "Unknown field", "unsupported_field", "unsuported_interval"],
            causes: [
                "a misspelt name: names are case sensitive", "the field is newer than the API, or than the vehicle",
            ],
            confirm: "Compare with the names of vehicle_data.proto.",
            remedy: "Correct the name, or leave the field out until it is known."
        ),
        Symptom(
            .vehicleNotFound,
            "The vehicle is not found",
            .api,
            texts: ["<vin> not_found", "not_found", "vehicle not found"],
            causes: [
                "it passes by itself", "a driver's account, not the owner's", "the wrong region", "no access any more",
            ],
            confirm: "GET /api/1/vehicles with the same token; GET /api/1/users/region.",
            remedy: "Try again; use the owner's token and the region's base address."
        ),
        Symptom(
            .notSynced,
            "synced stays false",
            .api,
            texts: ["synced: false for hours", "synced: false", "\"synced\":false"],
            causes: ["the vehicle sleeps", "Tesla's side lags", "it is applied already"],
            confirm: "Wake the vehicle; look whether records come.",
            remedy: "Wait up to a day; look for records before sending again."
        ),
        Symptom(
            .acceptedAndSilent,
            "Accepted, and never a connection",
            .api,
            texts: ["Accepted, no connection ever", "updated_vehicles 1 and no connection", "car never connects"],
            causes: [
                "port was sent as text", "the host name lies under another root domain than the app's",
                "the vehicle is not supported and was accepted all the same",
                "the server cannot be reached from outside",
            ],
            confirm: "fleet-telemetry doctor cert validate_server.json; GET fleet_telemetry_errors after some minutes.",
            remedy: "Send port as a number; then follow what doctor says."
        ),
        Symptom(
            .accessDenied,
            "401 or 403, or a missing scope",
            .api,
            texts: [
                "401", "403", "401/403, missing scope", "Unauthorized missing scopes", "missing scopes",
                "login_required",
                "invalid bearer token", "token expired (401)", "mobile_access_disabled",
            ],
            causes: [
                "the token lacks vehicle_device_data or vehicle_location",
                "a partner token where the owner's third-party token belongs", "the refresh token is used up",
            ],
            confirm: "Decode the token (scp, aud).",
            remedy: "Let the owner consent again (https://auth.tesla.com/user/revoke/consent), and use that token."
        ),
        Symptom(
            .registrationFailed,
            "The domain cannot be registered, or its key is not found",
            .api,
            texts: [
                "Register fails", "key not found", "Public key not found", "partner_accounts … failed",
                "allowed_origins",
            ],
            causes: [
                "the app is not registered in this region", "the key is no longer at its well-known path",
                "the domain is not the root of an allowed origin",
            ],
            confirm: "fleet-telemetry doctor --domain DOMAIN; GET partner_accounts/public_key?domain=DOMAIN.",
            remedy: "Register once in each region; keep serving the key for good."
        ),
        Symptom(
            .billingLimit,
            "The billing limit or the request rate is reached",
            .api,
            texts: [
                "EXCEEDED_LIMIT", "429", "EXCEEDED_LIMIT, 429", "429 Too Many Requests", "payment required", "402",
            ],
            causes: ["the app's billing limit", "more than 60 requests a minute", "a loop with an expired token"],
            confirm: "The usage page of developer.tesla.com.",
            remedy:
                "Raise the limit; stop polling, for which this server is there. A configuration that was removed for "
                + "billing must be sent again."
        ),
        Symptom(
            .upstreamError,
            "Tesla's side fails",
            .api,
            texts: ["upstream internal error", "upstream internal error (CN)"],
            causes: ["a fault of Tesla's backend, seen in China"],
            confirm: "Other requests of the same kind fail as well.",
            remedy: "Try again later."
        ),
        Symptom(
            .portAsText,
            "port was sent as text",
            .tool,
            texts: ["\"port\": \"443\"", "port sent as string", "port is a text, not a number"],
            causes: ["quotes around the number; the API accepts it and the vehicle never connects"],
            confirm: "fleet-telemetry doctor cert validate_server.json.",
            remedy: "Write \"port\": 443 and send the configuration again."
        ),
        Symptom(
            .hostUnusable,
            "hostname is no host name",
            .tool,
            texts: ["hostname is no host name", "\"hostname\": \"https://", "hostname must not hold a scheme"],
            causes: ["it holds a scheme, a port or a path", "it is empty"],
            confirm: "fleet-telemetry doctor cert validate_server.json.",
            remedy: "Write the name alone: \"hostname\": \"telemetry.example.com\"."
        ),
        Symptom(
            .publicKeyNotServed,
            "The app's public key is not served",
            .tool,
            texts: ["com.tesla.3p.public-key.pem … not found", "public key is not served at the well-known path"],
            causes: [
                "the web server lacks the file or the path", "it redirects to a page in HTML",
                "its certificate is not trusted",
            ],
            confirm: "curl -i https://DOMAIN/.well-known/appspecific/com.tesla.3p.public-key.pem.",
            remedy: "Serve the PEM of the public key there for good: it is looked at for each pairing."
        ),
        Symptom(
            .publicKeyOfAnotherPair,
            "The published key does not belong to the app's key",
            .tool,
            texts: ["published key is of another pair", "public key of another pair"],
            causes: ["the key was made again and the old one is still published, or the other way round"],
            confirm: "fleet-telemetry doctor --domain DOMAIN --app-key FILE shows both fingerprints.",
            remedy: "Publish the public half of the key that signs; register and pair again when it changed."
        ),
        Symptom(
            .wrongRegion,
            "421: another region",
            .api,
            texts: ["421", "421 Misdirected Request", "user out of region", "wrong region"],
            causes: ["the account belongs to another region than the base address"],
            confirm: "GET /api/1/users/region.",
            remedy: "Use that region's base address, as host and as audience of the token; register the domain there."
        ),
        Symptom(
            .configExpired,
            "Vehicles stop after about 30 days",
            .data,
            texts: ["Stops after about 30 days", "stopped after 30 days", "config exp passed"],
            causes: ["exp in fleet_telemetry_config has passed"],
            confirm: "GET fleet_telemetry_config: exp, in Unix seconds.",
            remedy: "Send the configuration again before, with a later exp or none."
        ),
        Symptom(
            .stoppedSilently,
            "A vehicle stopped suddenly, and the API is fine",
            .data,
            texts: ["Stops suddenly, API still fine", "stopped sending suddenly", "vehicle stopped sending"],
            causes: [
                "the owner removed the key or withdrew a scope", "the configuration was deleted; nobody announces it",
                "the billing limit was reached",
            ],
            confirm: "POST fleet_status, GET fleet_telemetry_config and GET fleet_telemetry_errors of the vehicle.",
            remedy: "Pair or consent again, then send the configuration again."
        ),
    ]

    /// Whom the server lets in.
    static let admission: [Symptom] = [
        Symptom(
            .vehicleNotAllowed,
            "The VIN is not in the allow list",
            .server,
            texts: [
                "vehicle_refused … not_allowed", "reason=not_allowed",
                "This vehicle is not on the server's allow list (vehicles.allow, vehicles.allow_file)",
            ],
            causes: ["vehicles.allow or vehicles.allow_file lacks it", "the list is for another fleet"],
            confirm: "GET /vehicles/refused on the status port lists refused VINs.",
            remedy: "Add the VIN; the list is taken over without a restart."
        ),
        Symptom(
            .vehicleDenied,
            "The VIN is on the deny list",
            .server,
            texts: [
                "vehicle_refused", "vehicle_refused … denied", "reason=denied",
                "This vehicle is on the server's deny list (vehicles.deny, vehicles.deny_file)",
            ],
            causes: ["vehicles.deny or vehicles.deny_file names it"],
            confirm: "GET /vehicles/refused on the status port.",
            remedy: "Remove it from the list, if it shall come."
        ),
        Symptom(
            .issuerProvesNoVehicle,
            "The certificate's issuer vouches for no vehicle",
            .server,
            texts: [
                "extract_sender_id_err", "certificates issued by … prove no vehicle", "unknown_issuer",
                "unknown issuer: Tesla", "message_type_unauthorized_sender",
            ],
            causes: [
                "a test certificate of a CA that is not named like one of Tesla's issuing CAs",
                "a device of Tesla that is no vehicle", "a new issuing CA that this build does not know",
            ],
            confirm: "The log line names issuer and subject.",
            remedy:
                "For tests let the CA be named 'Tesla Motors Products CA' (fleet-telemetry certs demo does); else "
                + "update."
        ),
        Symptom(
            .usageProvesNoVehicle,
            "The certificate names no kind of device",
            .server,
            texts: ["the certificate names no kind of device", "no_device_usage"],
            causes: ["the certificate lacks the extended key usage that its issuer's certificates need"],
            confirm: "The log line names issuer and subject.",
            remedy: "For tests add 1.3.6.1.4.1.49279.2.5.1; a real vehicle with it is worth a report."
        ),
        Symptom(
            .usageExcluded,
            "The certificate is for joining networks",
            .server,
            texts: ["1.3.6.1.4.1.49279.2.5.1.1", "is for joining networks, not for telemetry", "excluded_usage"],
            causes: ["it carries the excluded extended key usage, met before one that names a device"],
            confirm: "openssl x509 -noout -ext extendedKeyUsage -in FILE.",
            remedy: "Use the vehicle's telemetry certificate; nothing can be done for this one."
        ),
    ]
}
