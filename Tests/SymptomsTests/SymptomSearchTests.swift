import Symptoms
import Testing

struct SymptomSearchTests {
    private static let search = SymptomSearch()

    private func first(_ text: String) -> SymptomCode? { Self.search.matches(for: text).first?.symptom.code }

    /// What operators of such servers report, in the words in which they report it.
    @Test(arguments: [
        ("`remote error: tls: bad certificate`", SymptomCode.certificateRefusedByPeer),
        (
            "`unknown certificate authority`, `certificate signed by unknown authority`",
            .authorityUnknownToVehicle
        ),
        ("unknown certificate authority", .authorityUnknownToVehicle),
        ("certificate signed by unknown authority", .authorityUnknownToVehicle),
        (
            "`error 20 … unable to get local issuer certificate` from check script",
            .authorityLacksIntermediate
        ),
        ("`client didn't provide a certificate`", .noClientCertificate),
        ("`EOF` during handshake", .handshakeBrokenOff),
        ("EOF", .handshakeBrokenOff),
        ("`Client sent an HTTP request to an HTTPS server`, 502 at proxy", .plainHTTPOnTLSPort),
        ("502 at proxy", .gatewayAnswer),
        ("Connect from doctor works inside, fails outside", .unreachableFromOutside),
        ("Leaf seen outside differs from our file", .tlsEndedByProxy),
        ("Certificate mismatch only for some SNI", .certificateDependsOnName),
        ("Worked 60–90 days, then all cars stop at once", .vehiclesStoppedAtOnce),
        ("`permission denied`/port in use on 443", .portPrivileged),
        ("port in use on 443", .portTaken),
        ("Client certificate \"unknown issuer\" for real car", .clientCertificateRefused),
        ("Handshake fine, then 400 / no upgrade", .upgradeRefused),
        ("412 with a pointer to instructions", .notSigned),
        ("412", .notSigned),
        ("`InvalidSignature: unknown issuer`", .signatureUnknownIssuer),
        ("`only NIST-P256 ECDH keys permitted`", .wrongCurve),
        ("`crypto/ecdsa: verification error`", .signatureNotVerified),
        ("`updated_vehicles: 1`, then `config: null`, `synced: true`", .configNull),
        ("`limit_reached` / `max_configs`", .limitReached),
        ("limit_reached", .limitReached), ("max_configs", .limitReached),
        ("`missing_key` / `key_paired: false`", .keyNotPaired),
        ("missing_key", .keyNotPaired), ("key_paired: false", .keyNotPaired),
        ("`unsupported_firmware`", .unsupportedFirmware),
        ("`unsupported_hardware`", .unsupportedHardware),
        ("`Total transfer rate too high`", .transferRateTooHigh),
        ("`Unknown field X`", .unknownField),
        ("`<vin> not_found`", .vehicleNotFound),
        ("5YJ3E1EA7KF000316 not_found", .vehicleNotFound),
        ("`synced: false` for hours", .notSynced),
        ("Accepted, no connection ever", .acceptedAndSilent),
        ("401/403, missing scope", .accessDenied),
        ("401", .accessDenied), ("403", .accessDenied), ("missing scope", .accessDenied),
        ("Register fails / key not found", .registrationFailed),
        ("`EXCEEDED_LIMIT`, 429", .billingLimit),
        ("429", .billingLimit), ("EXCEEDED_LIMIT", .billingLimit),
        ("`upstream internal error` (CN)", .upstreamError),
        ("Connected, no values", .connectedAndSilent),
        ("Gaps, last value missing at parking", .gaps),
        ("All values are text / quoted twice", .valuesAreText),
        ("`invalid: true`", .valueInvalid),
        ("Charge state \"Idle/Enable\" or boolean", .chargeStateOld),
        ("`UNRECOGNIZED`/unknown number", .valueUnrecognized),
        ("Duplicates", .duplicates),
        ("createdAt in future", .createdInFuture),
        ("Miles where km expected", .milesNotKilometres),
        ("Version shows an update not yet installed", .versionNotInstalled),
        ("Two CONNECTED, no DISCONNECTED", .connectedTwice),
        ("Stops after about 30 days", .configExpired),
        ("Stops suddenly, API still fine", .stoppedSilently),
        ("Speed 0 or heading 0 vanishes in TeslaMate", .zeroVanishes),
        ("Liveness probe refused on metrics port", .probeRefused),
        ("ZMQ `no such device` panic", .zmqBind),
        ("Kafka `kafka:9092` unresolved / localhost refused", .kafkaNames),
        ("MQTT `context canceled` / start fails after 5 s", .mqttStart),
        ("context canceled", .mqttStart),
        ("RAM grows to crash", .memoryGrows),
        ("Panic at start with rate limit", .rateLimitPanic),
    ])
    func `every symptom of the catalogue is recognised`(text: String, code: SymptomCode) {
        #expect(first(text) == code)
        #expect(first(text.uppercased()) == code)
    }

    @Test func `every text of the table leads to its own symptom, and so does every code and title`() {
        for symptom in SymptomTable.all {
            #expect(!symptom.texts.isEmpty && !symptom.causes.isEmpty, "\(symptom.code.rawValue)")
            for text in symptom.texts + [symptom.title] {
                #expect(first(text) == symptom.code, "\(symptom.code.rawValue): \(text)")
            }
            let code = symptom.code.rawValue
            #expect(first(code) == symptom.code)
            #expect(first(code.lowercased().replacing("-", with: "")) == symptom.code)
            #expect(first("it says [\(code)] at the end") == symptom.code)
        }
    }

    @Test(arguments: [
        (
            """
            time="2026-11-21T08:15:31Z" level=error msg="http: TLS handshake error from 203.0.113.9:41234: remote \
            error: tls: bad certificate" context=fleet-telemetry
            """, SymptomCode.certificateRefusedByPeer
        ),
        ("2026/11/21 08:15:31 http: TLS handshake error from 10.0.3.7:5122: EOF", .handshakeBrokenOff),
        (
            """
            {"context":"fleet-telemetry","error":"the peer presented no client certificate; a browser","level":\
            "warning","msg":"tls_handshake_failed","reason":"no_client_certificate","remote_ip":"203.0.113.9:41234"}
            """, .noClientCertificate
        ),
        ("listen tcp :443: bind: permission denied", .portPrivileged),
        ("listen tcp 0.0.0.0:443: bind: address already in use", .portTaken),
        ("panic: dial tcp: lookup kafka on 127.0.0.11:53: no such host", .nameNotFound),
        (
            "{\"response\":null,\"error\":\"Total transfer rate too high\",\"error_description\":\"\",\"txid\":\"7\"}",
            .transferRateTooHigh
        ),
        ("error 20 at 0 depth lookup: unable to get local issuer certificate", .authorityLacksIntermediate),
        (
            "json: cannot unmarshal string into Go struct field Config.port of type int", .wrongType
        ),
        ("HTTP/1.1 502 Bad Gateway", .gatewayAnswer),
        ("msg=dispatcher_failing code=FT-SINK-001 dispatcher=http:home failure=unreachable", .dispatcherFailing),
    ])
    func `whole lines of logs and answers are recognised`(line: String, code: SymptomCode) {
        #expect(first(line) == code)
    }

    @Test(arguments: [
        ("remote eror: tls: bad certficate", SymptomCode.certificateRefusedByPeer),
        ("REMOTE ERROR TLS BAD CERTIFICATE", .certificateRefusedByPeer),
        ("“client didnt provide a certificate”", .noClientCertificate),
        ("unsuported firmware", .unsupportedFirmware),
        ("total tranfer rate too hgih", .transferRateTooHigh),
        ("sent an HTTP request to an HTTPS", .plainHTTPOnTLSPort),
        ("adress already in use", .portTaken),
        ("nist p256 keys permitted", .wrongCurve),
        ("kyes permitted: only NIST-P256", .wrongCurve),
    ])
    func `small mistakes and pieces do not hinder`(text: String, code: SymptomCode) {
        #expect(first(text) == code)
    }

    @Test(arguments: [
        "", " ", "…", "the weather is nice today", "certificate", "error", "a", "0", "12345", "failed", "tls",
        "server",
        "lorem ipsum dolor sit amet consectetur", "FT-TLS-999", "my dog ate the certificate of my marriage",
        "records in the last hour: 412 from 37 vehicles, 401 of them from Norway",
    ])
    func `what nobody knows is not guessed at`(text: String) {
        #expect(first(text) == nil, "\(text)")
    }

    @Test func `a text of any length is answered`() {
        let long = String(repeating: "remote error: tls: bad certificate ", count: 5_000)
        #expect(first(long) == .certificateRefusedByPeer)
        #expect(first(String(repeating: "x", count: 1_000_000)) == nil)
    }
}
