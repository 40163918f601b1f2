extension SymptomTable {
    /// The handshake.
    static let tls: [Symptom] = [
        Symptom(
            .certificateRefusedByPeer,
            "The peer refuses our certificate",
            .server,
            texts: [
                "remote error: tls: bad certificate", "tls: bad certificate", "alert bad certificate",
                "server_certificate_refused", "remote error: tls: certificate required",
            ],
            causes: [
                "the server sends its own certificate without the intermediates",
                "the ca text of the vehicle's configuration does not anchor the chain",
                "the host name that vehicles connect to is not in the certificate",
                "the certificate has expired", "the CA changed with a renewal",
            ],
            confirm:
                "fleet-telemetry doctor --config FILE --host NAME --ca FILE compares all of them; FILE holds the ca "
                + "text that was last sent to the vehicles.",
            remedy: "Serve the full chain; compare it with the ca that was last sent; send the vehicle's configuration "
                + "again with the right ca, or go back to the old CA."
        ),
        Symptom(
            .authorityUnknownToVehicle,
            "The vehicle does not know the CA of our certificate",
            .vehicle,
            texts: [
                "unknown certificate authority", "certificate signed by unknown authority",
                "x509: certificate signed by unknown authority", "alert unknown ca", "tls: unknown certificate",
            ],
            causes: [
                "the ca text of the vehicle's configuration does not anchor the server's chain",
                "the vehicle reaches another server: DNS or the port leads elsewhere",
            ],
            confirm: "fleet-telemetry doctor cert validate_server.json, with hostname, port and ca as they were sent.",
            remedy: "Send ca with the whole chain that signed the server's certificate; check DNS and port."
        ),
        Symptom(
            .noClientCertificate,
            "The client shows no certificate",
            .server,
            texts: [
                "client didn't provide a certificate", "tls: client didn't provide a certificate",
                "peer did not return a certificate", "no_client_certificate",
            ],
            causes: [
                "a browser, curl or a scanner: no vehicle at all",
                "a proxy in front ends TLS and makes connections of its own",
                "a vehicle that withholds its certificate, because the server's list of acceptable CAs lacks its "
                    + "issuer or is very long",
            ],
            confirm:
                "Look at remote_ip in the log line; fleet-telemetry doctor --config FILE --host NAME tells whether "
                + "our certificate is what is seen outside, and what list of CAs is sent.",
            remedy:
                "Nothing for scanners; let TCP pass through instead of ending TLS; send a short list of CAs or none, "
                + "as this server does."
        ),
        Symptom(
            .handshakeBrokenOff,
            "The connection ends in the handshake",
            .server,
            texts: [
                "TLS handshake error … EOF", "http: TLS handshake error … EOF", "EOF", "EOF during handshake",
                "connection_lost", "unexpected eof while reading",
            ],
            causes: [
                "a load balancer's health check or another TCP probe", "a port scan", "seldom a vehicle on a bad link",
            ],
            confirm: "The addresses in remote_ip come again at a fixed interval: it is a probe.",
            remedy: "Let probes ask the status port (status_port, /healthz); such failures are counted in "
                + "tls_handshake_failure_total, and can be kept out of the log."
        ),
        Symptom(
            .plainHTTPOnTLSPort,
            "Plain HTTP comes to the TLS port",
            .server,
            texts: [
                "Client sent an HTTP request to an HTTPS server", "plain_http",
                "This port speaks TLS and expects a vehicle's certificate; the request came as plain HTTP",
            ],
            causes: [
                "a proxy or load balancer ends TLS and forwards plain HTTP", "a probe asks without TLS",
            ],
            confirm: "fleet-telemetry doctor --config FILE --host NAME --port 443 says whether our certificate is seen "
                + "outside.",
            remedy: "Let TCP pass through: a network load balancer, nginx's stream module, HAProxy in TCP mode. The "
                + "client's certificate must reach this server."
        ),
        Symptom(
            .tlsEndedByProxy,
            "Another certificate than ours is seen outside",
            .tool,
            texts: [
                "Leaf seen outside differs from our file", "another certificate than the one in … is served",
                "certificate seen outside is not ours",
            ],
            causes: [
                "a proxy, CDN or tunnel ends TLS before this server (a proxied DNS record, Cloudflare Tunnel, Funnel)",
                "the name or the port forward leads to another machine",
            ],
            confirm: "fleet-telemetry doctor shows both certificates with their issuers; that of a CDN names it.",
            remedy: "Switch the proxying off for this name; vehicles need raw TCP to this server, because they show it "
                + "their own certificates."
        ),
        Symptom(
            .certificateDependsOnName,
            "The certificate is right only for some names",
            .tool,
            texts: [
                "Certificate mismatch only for some SNI", "different certificate without SNI",
                "the certificate depends on the server name",
            ],
            causes: [
                "a shared proxy chooses the server by the name in the handshake (SNI), and lacks a rule for this one"
            ],
            confirm: "fleet-telemetry doctor --host NAME asks with the name, as vehicles do, and without.",
            remedy: "Add a rule for the telemetry host name that passes TCP through to this server."
        ),
        Symptom(
            .vehiclesStoppedAtOnce,
            "All vehicles stopped at once after months",
            .server,
            texts: [
                "Worked 60–90 days, then all cars stop at once", "all vehicles stopped connecting at once",
                "worked for months, then all cars stopped", "all cars stopped after renewal",
            ],
            causes: [
                "the certificate was renewed, and the running process still serves the expired one",
                "the new certificate comes from another issuer, which the ca of the vehicles does not hold",
            ],
            confirm:
                "fleet-telemetry doctor --config FILE --host NAME --ca FILE compares the served certificate with the "
                + "file and with ca.",
            remedy: "This server takes renewed files by itself (or at SIGHUP); use a CA of your own that lives long "
                + "(fleet-telemetry certs init), or put several roots into ca."
        ),
        Symptom(
            .clientCertificateRefused,
            "We refuse a vehicle's certificate",
            .server,
            texts: [
                "client_certificate_refused", "Client certificate unknown issuer",
                "client certificate … unknown issuer",
                "tls: failed to verify certificate", "tls: failed to verify client certificate",
                "unable to get local issuer certificate (subject", "certificate verify failed",
            ],
            causes: [
                "the bundle of Tesla's vehicle CAs is old or not Tesla's", "this machine's clock is wrong",
                "somebody tries with a certificate of his own",
            ],
            confirm:
                "The log line names subject, issuer and reason; fleet-telemetry doctor --config FILE holds the bundle "
                + "against the pins.",
            remedy: "fleet-telemetry certs fetch-ca --out FILE gets the present bundle; set the clock by NTP."
        ),
        Symptom(
            .clientCertificateNotRequested,
            "The server asks for no client certificate",
            .tool,
            texts: ["no client certificate was requested", "server does not request a client certificate"],
            causes: [
                "a proxy ends TLS before this server", "another server listens there",
                "mutual TLS is switched off in front",
            ],
            confirm:
                "fleet-telemetry doctor --host NAME --port N; openssl s_client shows 'No client certificate CA names "
                + "sent' in both cases, so look for 'Requested Signature Algorithms'.",
            remedy: "Pass TCP through to this server, which always asks."
        ),
        Symptom(
            .acceptableAuthoritiesExcludeVehicles,
            "The list of acceptable CAs makes vehicles withhold their certificate",
            .tool,
            texts: [
                "list of acceptable CAs lacks vehicles' issuers", "Acceptable client certificate CA names",
                "vehicle withholds its certificate",
            ],
            causes: [
                "the server (or the proxy in front) sends a list of CAs without Tesla's",
                "the list is so long that vehicles do not answer it",
            ],
            confirm: "fleet-telemetry doctor --host NAME counts the list and names what is missing.",
            remedy: "Send no list, or one with Tesla's issuing CAs only (nginx: ssl_trusted_certificate instead of "
                + "ssl_client_certificate). This server sends none."
        ),
        Symptom(
            .noCommonProtocol,
            "The two ends agree on no TLS version or cipher",
            .server,
            texts: [
                "protocol_version", "nothing_in_common", "no shared cipher", "tls: protocol version not supported",
                "alert protocol version", "alert handshake failure", "unsupported protocol",
                "tls: client offered only unsupported versions",
            ],
            causes: [
                "a scanner that tries old versions", "a middlebox that speaks for one of the ends",
                "an old server in front",
            ],
            confirm: "fleet-telemetry doctor --host NAME shows the version and cipher that it got.",
            remedy: "Nothing for scanners; vehicles speak TLS 1.2 and 1.3, which this server takes."
        ),
        Symptom(
            .portSpeaksNoTLS,
            "The port speaks something else than TLS",
            .tool,
            texts: [
                "not_tls", "wrong version number", "first record does not look like a TLS handshake",
                "packet length too long",
            ],
            causes: ["another program has the port", "a proxy header (PROXY protocol) comes that was not expected"],
            confirm: "ss -ltnp shows whose port it is; fleet-telemetry doctor shows the first bytes that came.",
            remedy: "Give the right port; for a proxy that sends PROXY headers set proxy_protocol.trusted."
        ),
        Symptom(
            .certificatesNotReloaded,
            "Renewed certificates could not be taken over",
            .server,
            texts: ["tls_reload_failed", "certificates: not reloaded, the old stay in use"],
            causes: [
                "the new key does not belong to the new certificate: one file was replaced, the other not yet",
                "the file is damaged or unreadable for the server's user", "the new certificate is not valid now",
            ],
            confirm: "The log line says which file and why; fleet-telemetry config check FILE says the same.",
            remedy: "Put certificate and key of one issue there; the server looks again by itself, and serves the old "
                + "ones meanwhile."
        ),
        Symptom(
            .oldCertificateServed,
            "The running server serves an older certificate than the file holds",
            .tool,
            texts: ["serves an older certificate than the file", "old process still holds expired certificate"],
            causes: [
                "the file was replaced just now", "reload is switched off (reload_interval_seconds 0)",
                "the new file could not be used, and the log says so",
                "the server in front has a copy of its own",
            ],
            confirm: "fleet-telemetry doctor shows both; /readyz and the metric reload_failing tell a failed reload.",
            remedy: "Send SIGHUP (systemctl reload), or restart; with a copy in front, renew it there."
        ),
        Symptom(
            .clientCertificateWithoutClientUsage,
            "A vehicle's certificate is not for clients",
            .server,
            texts: [
                "unsuitable certificate purpose", "unsupported certificate purpose", "certificate lacks clientAuth",
            ],
            causes: ["a test certificate was made without the extended key usage clientAuth"],
            confirm: "openssl x509 -noout -ext extendedKeyUsage -in FILE.",
            remedy: "Make it with clientAuth: fleet-telemetry certs demo --out DIR --vin VIN --host NAME."
        ),
        Symptom(
            .handshakeTimedOut,
            "A peer connects and never finishes the handshake",
            .server,
            texts: [
                "tls_handshake_failed", "the peer did not finish the TLS handshake in time", "handshake_timeout",
                "TLS handshake error … i/o timeout",
            ],
            causes: ["a scanner or a TCP probe that stays", "a firewall that lets the first packets through only"],
            confirm: "Look at remote_ip; vehicles come from cellular networks, probes from your own.",
            remedy: "Nothing, unless it comes from vehicles' networks: then look for a firewall or MTU problem."
        ),
    ]
}
