extension SymptomTable {
    /// The server's own certificate and key.
    static let certificates: [Symptom] = [
        Symptom(
            .certificateExpired,
            "The server's certificate has expired",
            .server,
            texts: [
                "certificate has expired", "tls.server_cert: expired; renew it", "alert certificate expired",
                "x509: certificate has expired or is not yet valid", "remote error: tls: expired certificate",
                "certificate_date",
            ],
            causes: [
                "it was not renewed", "it was renewed into another file than tls.server_cert names",
                "the clock of this machine runs ahead",
            ],
            confirm: "openssl x509 -noout -dates -in FILE; date -u.",
            remedy: "Renew it; the server takes the new file over by itself."
        ),
        Symptom(
            .certificateNotYetValid,
            "The server's certificate is not valid yet",
            .server,
            texts: ["certificate is not yet valid", "tls.server_cert: not valid yet; check this machine's clock"],
            causes: ["the clock of this machine is behind", "the certificate was made for later"],
            confirm: "openssl x509 -noout -dates -in FILE; date -u.",
            remedy: "Set the clock by NTP, or wait."
        ),
        Symptom(
            .certificateExpiresSoon,
            "The server's certificate ends soon",
            .server,
            texts: ["certificate expires soon", "certificate_expires_soon"],
            causes: ["the renewal is not automatic, or fails"],
            confirm: "Look at the log of the renewal (systemctl list-timers, certbot renew --dry-run).",
            remedy: "Renew it before that day; vehicles stop connecting on it."
        ),
        Symptom(
            .hostNotInCertificate,
            "The certificate is for another name",
            .server,
            texts: [
                "hostname mismatch", "x509: certificate is valid for … not", "does not match certificate's name",
                "no alternative certificate subject name matches target host name", "IP address mismatch",
            ],
            causes: [
                "hostname in fleet_telemetry_config is not among the certificate's names",
                "a wildcard was counted on for more than one label",
            ],
            confirm: "openssl x509 -noout -ext subjectAltName -in FILE.",
            remedy: "Have the certificate issued for that name, or configure the vehicles with one of its names."
        ),
        Symptom(
            .certificateNamesNoHost,
            "The certificate names no host",
            .server,
            texts: [
                "no subject alternative name", "certificate relies on legacy Common Name field, use SANs instead",
                "names no host",
            ],
            causes: ["it was made with a common name only, as old instructions for openssl req have it"],
            confirm: "openssl x509 -noout -ext subjectAltName -in FILE.",
            remedy: "Make it again with a subject alternative name: openssl req -addext subjectAltName=DNS:NAME."
        ),
        Symptom(
            .keyOfAnotherCertificate,
            "Key and certificate do not belong together",
            .server,
            texts: [
                "tls: private key does not match public key", "key values mismatch", "key_mismatch",
                "is not the key of the first certificate", "is not the key of any certificate",
                "X509_check_private_key:key values mismatch",
            ],
            causes: ["one of the two files was renewed and the other not", "the paths lead to different certificates"],
            confirm: "openssl x509 -noout -pubkey -in CERT and openssl pkey -pubout -in KEY print the same.",
            remedy: "Name the key that the certificate was made with."
        ),
        Symptom(
            .keyUnreadable,
            "The private key cannot be read",
            .server,
            texts: [
                "server.key: permission denied", "holds no private key",
                "tls: failed to find any PEM data in key input",
                "private_key",
            ],
            causes: [
                "the user that the server runs as may not read the file", "the path is wrong",
                "the file holds something else",
            ],
            confirm: "sudo -u USER head -1 FILE; ls -l FILE.",
            remedy: "Give the file to that user's group with mode 0640, or use systemd's LoadCredential."
        ),
        Symptom(
            .keyEncrypted,
            "The private key needs a passphrase",
            .server,
            texts: ["holds an encrypted private key", "ENCRYPTED PRIVATE KEY", "bad decrypt", "key_encrypted"],
            causes: ["the key was made or exported with a passphrase, and a server has nobody to ask"],
            confirm: "head -1 FILE shows BEGIN ENCRYPTED PRIVATE KEY, or a line with Proc-Type: 4,ENCRYPTED follows.",
            remedy: "Write a copy without passphrase and mode 0600: openssl pkey -in FILE -out FILE.plain."
        ),
        Symptom(
            .certificateFileUnusable,
            "A certificate file cannot be used",
            .server,
            texts: [
                "holds no certificate", "is DER, not PEM", "holds a damaged certificate", "is not PEM",
                "tls: failed to find any PEM data in certificate input",
                "tls: failed to find \"CERTIFICATE\" PEM block in certificate input",
            ],
            causes: [
                "the path is wrong, or its user may not read it", "it is binary DER",
                "it holds the key or a request (CSR)",
                "it was cut or changed on the way",
            ],
            confirm: "fleet-telemetry certs show FILE, or openssl x509 -noout -subject -in FILE.",
            remedy:
                "Name the PEM file with the certificate; convert DER: openssl x509 -inform der -in FILE -out FILE.pem."
        ),
        Symptom(
            .keyTooWeak,
            "The key is too weak",
            .server,
            texts: ["ee key too small", "ca key too small", "OpenSSL refuses it", "weak_key", "certificate_strength"],
            causes: ["RSA with fewer than 2048 bits, or a short curve"],
            confirm: "openssl x509 -noout -text -in FILE | grep Public-Key.",
            remedy:
                "Make a new key on P-256 (openssl ecparam -name prime256v1 -genkey) and have the certificate issued "
                + "for it."
        ),
        Symptom(
            .signatureTooWeak,
            "The certificate is signed with an old algorithm",
            .server,
            texts: ["ca md too weak", "weak_signature", "x509: cannot verify signature: insecure algorithm SHA1"],
            causes: ["the CA signs with SHA-1 or MD5"],
            confirm: "openssl x509 -noout -text -in FILE | grep 'Signature Algorithm'.",
            remedy: "Have it issued with SHA-256 or better."
        ),
        Symptom(
            .certificateNotForServers,
            "The certificate is not for servers",
            .server,
            texts: [
                "no_server_usage", "its extended key usage lacks serverAuth", "certificate_usage",
                "x509: certificate specifies an incompatible key usage",
            ],
            causes: ["it was made for clients (clientAuth) or for signing"],
            confirm: "openssl x509 -noout -ext extendedKeyUsage -in FILE.",
            remedy: "Have it issued for TLS servers (serverAuth)."
        ),
        Symptom(
            .leafNotFirst,
            "The chain does not begin with the server's certificate",
            .server,
            texts: ["begins with a CA; the server's own certificate is number", "leaf_not_first", "certificate_order"],
            causes: ["the files were joined in the wrong order"],
            confirm: "fleet-telemetry certs show FILE lists what it holds.",
            remedy: "Join them as: the server's certificate, its issuer, that one's issuer."
        ),
        Symptom(
            .chainOutOfOrder,
            "A certificate of the chain did not sign the one before it",
            .server,
            texts: ["did not sign certificate", "chain_order"],
            causes: ["the files were joined in the wrong order", "a certificate of another chain is among them"],
            confirm: "fleet-telemetry certs show FILE lists subjects and issuers.",
            remedy: "Put each certificate's issuer behind it, and leave out the others."
        ),
        Symptom(
            .intermediateMissing,
            "The server sends its certificate without the intermediates",
            .server,
            texts: [
                "unable to verify the first certificate", "intermediate_missing", "holds no intermediates",
                "server sends leaf only", "verify error:num=21",
            ],
            causes: [
                "tls.server_cert names certbot's cert.pem instead of fullchain.pem",
                "the CA's chain file was not appended",
            ],
            confirm: "openssl s_client -connect HOST:PORT -showcerts lists one certificate only.",
            remedy: "Serve the full chain: name fullchain.pem, or append the intermediates."
        ),
        Symptom(
            .leafSelfSigned,
            "The server's certificate is self-signed, without a CA",
            .server,
            texts: [
                "self-signed certificate", "self signed certificate", "DEPTH_ZERO_SELF_SIGNED_CERT",
                "verify error:num=18",
            ],
            causes: ["it was made with openssl req -x509, and no CA was made first"],
            confirm: "Subject and issuer of openssl x509 -noout -subject -issuer -in FILE are the same.",
            remedy:
                "Make a CA of your own that lives long and have it issue the certificate (fleet-telemetry certs init); "
                + "vehicles get the CA as ca and need not be configured again at each renewal."
        ),
        Symptom(
            .keyReadableByAll,
            "Everybody on this machine may read the private key",
            .server,
            texts: ["every user of this machine may read … .key", "key is readable by all"],
            causes: ["the file has mode 0644"],
            confirm: "ls -l FILE.",
            remedy: "chmod 0600 FILE, and think of a new key if others use this machine."
        ),
    ]
}
