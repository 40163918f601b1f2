extension SymptomTable {
    /// The configuration file.
    static let configuration: [Symptom] = [
        Symptom(
            .configurationUnreadable,
            "The configuration file cannot be read",
            .server,
            texts: [
                "cannot be read: No such file or directory", "config_read_error",
                "open config.json: no such file or directory",
            ],
            causes: ["the path is wrong", "the server's user may not read it"],
            confirm: "ls -l FILE as that user.",
            remedy: "Name the file with --config; fleet-telemetry config example writes one to start from."
        ),
        Symptom(
            .configurationSyntax,
            "The configuration file is no valid JSON",
            .server,
            texts: [
                "invalid character … looking for beginning of", "unexpected end of JSON input", "duplicate_key",
                "trailing_text", "[syntax",
            ],
            causes: ["a comma too many or too few", "quotes from a word processor", "two files in one"],
            confirm: "fleet-telemetry config check FILE names line and column.",
            remedy: "Correct the place; comments are accepted here, not by the reference."
        ),
        Symptom(
            .unknownKey,
            "The configuration has a key that nobody knows",
            .server,
            texts: ["unknown_key", "key_spelling", "is no setting; did you mean"],
            causes: ["a typing mistake; the reference ignores such keys silently"],
            confirm: "fleet-telemetry config check FILE says what was meant.",
            remedy: "Correct or remove it; fleet-telemetry config schema lists all."
        ),
        Symptom(
            .deadKey,
            "The configuration has a key without effect",
            .server,
            texts: ["legacy_key", "reliable_ack has no effect", "message_interval_time", "statsd.sample_rate"],
            causes: ["it stands in the reference's examples, and its code never read it"],
            confirm: "fleet-telemetry config check FILE says what it really did.",
            remedy: "fleet-telemetry config migrate FILE writes the file without them."
        ),
        Symptom(
            .wrongType,
            "A setting has the wrong type",
            .server,
            texts: [
                "wrong_type", "json: cannot unmarshal string into Go struct field Config.port of type int",
                "cannot unmarshal",
            ],
            causes: ["a number written as text, e.g. \"port\": \"443\""],
            confirm: "fleet-telemetry config check FILE names the place.",
            remedy: "Write it without quotes."
        ),
        Symptom(
            .settingMissing,
            "A setting is missing",
            .server,
            texts: ["[missing", "tls required", "is required and missing"],
            causes: ["the file lacks a section or key that a server cannot do without"],
            confirm: "fleet-telemetry config check FILE names it.",
            remedy: "Write it; fleet-telemetry config example shows how."
        ),
        Symptom(
            .valueNotAllowed,
            "A setting has a value that is not allowed",
            .server,
            texts: ["out_of_range", "not_allowed", "[malformed", "[empty"],
            causes: ["a value outside of its range, or a word that is none of those allowed"],
            confirm: "fleet-telemetry config check FILE says what is allowed.",
            remedy: "Choose another value."
        ),
        Symptom(
            .settingsContradict,
            "Two settings contradict each other",
            .server,
            texts: ["[contradiction", "port_conflict"],
            causes: ["two listeners on one port, or two settings that cannot both be meant"],
            confirm: "fleet-telemetry config check FILE names both.",
            remedy: "Change one of them."
        ),
        Symptom(
            .restartNeeded,
            "A change of the configuration needs a restart",
            .server,
            texts: ["reload_ignored", "restart to apply them"],
            causes: ["only certificates, CA bundles, VIN lists and rules are taken over while the server runs"],
            confirm: "The log line lists the keys.",
            remedy: "Restart when it suits; vehicles lose nothing."
        ),
        Symptom(
            .notReloaded,
            "A changed file could not be taken over",
            .server,
            texts: ["reload_failed", "not reloaded, the old stay in use"],
            causes: ["the new configuration, VIN list or file of a vehicle's configuration has a mistake"],
            confirm: "fleet-telemetry config check FILE.",
            remedy: "Correct the file; the server looks again by itself and goes on with the old content meanwhile."
        ),
        Symptom(
            .vehicleListUnusable,
            "A list of VINs cannot be used",
            .server,
            texts: ["vehicle_list", "vehicles.allow_file", "vehicles.deny_file"],
            causes: [
                "the file is missing or unreadable", "a line is no VIN",
                "an allow list is empty and would let nobody in",
            ],
            confirm: "fleet-telemetry config check FILE names the line.",
            remedy: "One VIN a line; # begins a comment."
        ),
        Symptom(
            .rateLimitPanic,
            "The reference panics at the start with a rate limit",
            .server,
            texts: [
                "Panic at start with rate limit", "panic: runtime error: index out of range … ratelimit",
                "panic: runtime error: makeslice", "rate_limit.enabled without message_limit",
            ],
            causes: ["rate_limit.enabled without message_limit"],
            confirm: "fleet-telemetry config check FILE.",
            remedy:
                "Set both; note that message_interval_time has no effect in the reference. This server refuses such a "
                + "file with a sentence, and its limit works."
        ),
        Symptom(
            .pathUnusable,
            "A file or directory cannot be used",
            .server,
            texts: ["unusable_path", "cannot be made, because there is no directory", "secret_file"],
            causes: ["it does not exist", "the server's user may not write there"],
            confirm: "ls -ld DIRECTORY as that user.",
            remedy: "mkdir -p DIRECTORY, and give it to the server's user."
        ),
        Symptom(
            .secretReadableByAll,
            "Others on this machine may read a secret",
            .server,
            texts: ["secret_file_readable_by_all", "every user of this machine may read"],
            causes: ["the file has mode 0644"],
            confirm: "ls -l FILE.",
            remedy: "chmod 0600 FILE."
        ),
        Symptom(
            .settingWithoutEffect,
            "A setting changes nothing",
            .server,
            texts: ["[ineffective", "has no effect beside"],
            causes: ["another setting makes it meaningless"],
            confirm: "fleet-telemetry config check FILE names the other one.",
            remedy: "Remove one of the two."
        ),
    ]
}
