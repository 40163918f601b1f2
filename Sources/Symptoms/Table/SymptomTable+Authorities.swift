extension SymptomTable {
    /// The authorities that vehicles are given, and those that vehicles are verified against.
    static let authorities: [Symptom] = [
        Symptom(
            .authorityTextIsPath,
            "The ca of the vehicle's configuration holds a path",
            .tool,
            texts: ["holds the path … and not the certificates themselves", "ca is a path", "\"ca\": \"/etc/ssl/"],
            causes: ["a file name was written where the PEM text belongs"],
            confirm: "ca must begin with -----BEGIN CERTIFICATE-----.",
            remedy:
                "Put the content of the file there, e.g. jq --rawfile ca ca.pem '.config.ca = $ca', and send it again."
        ),
        Symptom(
            .authorityTextUnusable,
            "The ca of the vehicle's configuration is no usable PEM text",
            .tool,
            texts: [
                "ca is empty", "ca is no PEM text", "it was escaped twice", "has lost its line breaks",
                "no certificates in ca",
            ],
            causes: [
                "line breaks were lost or escaped twice on the way into JSON", "it was cut",
                "a key or a request stands there instead of certificates",
            ],
            confirm: "jq -r .ca validate_server.json | openssl x509 -noout -subject.",
            remedy: "Let one tool write the JSON, e.g. jq --rawfile ca ca.pem '.config.ca = $ca', and send it again."
        ),
        Symptom(
            .authorityLacksIntermediate,
            "The ca does not anchor the certificate by itself",
            .tool,
            texts: [
                "error 20 at 0 depth lookup: unable to get local issuer certificate",
                "error 20 … unable to get local issuer certificate", "verify error:num=20",
                "The server certificate has a valid partial chain, and may work with the root chain",
                "unable to get local issuer certificate",
            ],
            causes: [
                "ca holds the root and lacks the intermediates; Tesla's check script does not use those that the "
                    + "server sends",
                "ca holds a path instead of PEM text", "ca is of another CA",
            ],
            confirm: "fleet-telemetry doctor cert validate_server.json tells full and partial chains apart.",
            remedy: "Put the PEM text of the whole issuing chain into ca: intermediates and root."
        ),
        Symptom(
            .authorityLacksRoot,
            "The ca ends at an intermediate",
            .tool,
            texts: [
                "error 2 at 1 depth lookup: unable to get issuer certificate", "unable to get issuer certificate",
                "verify error:num=2",
            ],
            causes: ["ca holds the intermediate (chain.pem of certbot) and not the root above it"],
            confirm: "fleet-telemetry doctor cert validate_server.json names the missing root.",
            remedy: "Append the root's certificate to ca and send it again."
        ),
        Symptom(
            .authorityOfAnother,
            "The ca belongs to another CA",
            .tool,
            texts: [
                "does not lead to the server's certificate", "The server certificate is invalid", "ca is of another CA",
            ],
            causes: [
                "the certificate was renewed by another issuer than before", "app key, TLS key and CA were mixed up",
                "another server answers at that name",
            ],
            confirm:
                "fleet-telemetry doctor cert validate_server.json names the issuer that is expected and those in ca.",
            remedy:
                "Send the chain that signed the present certificate as ca, or go back to a certificate of the old CA."
        ),
        Symptom(
            .authorityIsLeaf,
            "The ca holds the server's own certificate",
            .tool,
            texts: ["holds the server's own certificate … and no CA", "ca holds the leaf only"],
            causes: ["the wrong file was copied (cert.pem instead of the CA's)"],
            confirm: "openssl x509 -noout -subject -issuer on the text.",
            remedy: "Send the certificates above it: intermediates and root."
        ),
        Symptom(
            .authorityExpired,
            "A CA that vehicles hold ends, or has ended",
            .tool,
            texts: ["CA certificate expired", "ca expires"],
            causes: ["a root or intermediate reached its end", "an old cross-signed root is still in ca"],
            confirm: "fleet-telemetry certs show FILE shows the dates.",
            remedy: "Send the new CA beside the old one as ca before the old one ends, then change the certificate."
        ),
        Symptom(
            .clientAuthoritiesMissing,
            "There is nothing to verify vehicles against",
            .server,
            texts: [
                "no client CA", "client_ca_missing", "no vehicle could connect; run `fleet-telemetry certs fetch-ca",
            ],
            causes: ["neither tls.tesla_ca_file nor tls.ca_file is set, and no bundle lies in the usual places"],
            confirm: "fleet-telemetry config check FILE.",
            remedy: "fleet-telemetry certs fetch-ca --out /etc/fleet-telemetry/tesla_ca.pem."
        ),
        Symptom(
            .bundleNotPinned,
            "The vehicle CA bundle holds certificates that are not Tesla's",
            .server,
            texts: ["is not one of Tesla's", "bundle is not pinned", "it is forged, or newer than this build"],
            causes: [
                "the file holds a CA of your own, which belongs into tls.ca_file",
                "it came from somewhere else than Tesla", "Tesla has a new CA that this build does not know",
            ],
            confirm: "fleet-telemetry certs fetch-ca --from FILE --out NEW holds it against the built-in fingerprints.",
            remedy: "Get it with certs fetch-ca, and keep CAs of your own in tls.ca_file; whoever holds a key of the "
                + "bundle can pose as any vehicle."
        ),
        Symptom(
            .bundleEntryExpired,
            "A vehicle CA in the bundle has expired",
            .server,
            texts: ["certificates in … have expired, the first is", "CA bundle entry expired"],
            causes: ["the bundle is old", "the clock of this machine runs ahead"],
            confirm: "fleet-telemetry certs show FILE shows the dates.",
            remedy: "Get the present one: fleet-telemetry certs fetch-ca --out FILE."
        ),
        Symptom(
            .bundleIncomplete,
            "The vehicle CA bundle lacks some of Tesla's CAs",
            .server,
            texts: ["bundle lacks pinned certificates", "lacks … of Tesla's CA certificates"],
            causes: ["the bundle is older than this build", "it was cut"],
            confirm: "fleet-telemetry doctor --config FILE names them.",
            remedy: "fleet-telemetry certs fetch-ca --out FILE; until then vehicles of these CAs are refused."
        ),
        Symptom(
            .bundleNotOfTesla,
            "None of the client CAs is Tesla's",
            .server,
            texts: ["none of the client CAs is Tesla's"],
            causes: ["only a demo or test CA is configured"],
            confirm: "fleet-telemetry certs show FILE.",
            remedy:
                "fleet-telemetry certs fetch-ca --out FILE and name it as tls.tesla_ca_file; real vehicles are refused "
                + "else."
        ),
    ]
}
