extension SymptomTable {
    /// Where records go.
    static let sinks: [Symptom] = [
        Symptom(
            .dispatcherFailing,
            "A dispatcher takes no records",
            .server,
            texts: ["dispatcher_failing", "dispatcher_still_failing", "[connection", "retrying since"],
            causes: ["its destination is down", "it refuses us (password, token)", "its disk is full"],
            confirm: "fleet-telemetry config check --connect FILE; /readyz tells since when and why.",
            remedy:
                "Mend the destination; nothing is lost: without a spool vehicles keep their records, with one they lie "
                + "on this disk."
        ),
        Symptom(
            .endpointUnreachable,
            "A web endpoint gives no answer",
            .server,
            texts: ["gave no answer", "no connection (Connection refused); check that the server runs"],
            causes: ["it is down", "host, port or path of url is wrong", "a firewall"],
            confirm: "fleet-telemetry config check --connect FILE; curl -i URL.",
            remedy: "Start it, or correct url."
        ),
        Symptom(
            .endpointCertificate,
            "A web endpoint's certificate is not accepted",
            .server,
            texts: [
                "the server's certificate has expired (subject", "comes from an unknown authority (subject",
                "the server's certificate is for another name (subject",
            ],
            causes: ["it has expired", "it comes from a CA that this machine does not know", "it is for another name"],
            confirm: "openssl s_client -connect HOST:PORT -servername HOST.",
            remedy: "Renew it there; for a CA of your own set ca_file in the dispatcher's section, or SSL_CERT_FILE."
        ),
        Symptom(
            .endpointRefuses,
            "A web endpoint refuses us",
            .server,
            texts: ["answered with status 401", "answered with status 403", "answered with status 404"],
            causes: ["authorization is missing or wrong", "the path of url is wrong"],
            confirm: "fleet-telemetry config check --connect FILE.",
            remedy: "Correct authorization or url."
        ),
        Symptom(
            .endpointGone,
            "A web endpoint is gone for good",
            .server,
            texts: ["http_endpoint_gone", "410 Gone"],
            causes: ["it answered 410, so that nothing more is sent to it"],
            confirm: "curl -i URL.",
            remedy: "Correct url and restart."
        ),
        Symptom(
            .dispatchOverflow,
            "A dispatcher is slower than the vehicles",
            .server,
            texts: ["dispatch_overflow", "full with … records; vehicles are held back"],
            causes: ["its destination is slow or down", "the queue is small"],
            confirm: "/readyz and the lag on /metrics.",
            remedy: "Make the destination faster, or use a spool: then vehicles do not wait."
        ),
        Symptom(
            .recordsRejected,
            "A dispatcher refuses records for good",
            .server,
            texts: ["dispatch_rejected"],
            causes: ["the destination does not take this kind of record, or not of this size"],
            confirm: "fleet-telemetry dead-letters list DIRECTORY.",
            remedy: "Mend the destination or the format, then fleet-telemetry dead-letters replay."
        ),
        Symptom(
            .deadLettersLost,
            "Refused records cannot be kept",
            .server,
            texts: ["dead_letters_failed", "dead_letters.directory"],
            causes: ["the directory of dead letters is full, missing or not writable", "another server uses it"],
            confirm: "ls -ld DIRECTORY; df DIRECTORY.",
            remedy: "Make room or give it to the server's user; the dispatcher waits meanwhile."
        ),
        Symptom(
            .zmqBind,
            "ZMQ panics with no such device",
            .server,
            texts: ["ZMQ `no such device` panic", "no such device", "zmq: no such device"],
            causes: ["zmq.addr holds the address of another host; the publisher binds an address of its own"],
            confirm: "ip addr.",
            remedy: "Write \"addr\": \"tcp://*:PORT\"; subscribers connect to it."
        ),
        Symptom(
            .kafkaNames,
            "Kafka's host is not found, or localhost refuses",
            .server,
            texts: [
                "Kafka `kafka:9092` unresolved / localhost refused", "kafka:9092", "Failed to resolve 'kafka:9092'",
                "localhost:9092 … Connection refused", "kafka_err", "Local: Broker transport failure",
            ],
            causes: [
                "names of a container network are used from outside, or the other way round",
                "the advertised listener is wrong",
            ],
            confirm: "kcat -L -b HOST:PORT shows what the broker advertises.",
            remedy: "Set advertised.listeners to a name that this server can reach."
        ),
        Symptom(
            .mqttStart,
            "MQTT: context canceled, or the start fails after five seconds",
            .server,
            texts: [
                "MQTT `context canceled` / start fails after 5 s", "context canceled", "mqtt … context canceled",
                "network Error : EOF",
            ],
            causes: ["the broker is down at the start", "a TLS broker with a plain address"],
            confirm: "mosquitto_sub -h HOST -p PORT -t '#'.",
            remedy: "Start the broker; write ssl://HOST:8883 for TLS. This server starts without its destinations."
        ),
        Symptom(
            .dispatcherUnknown,
            "A record type names a dispatcher that is not there",
            .server,
            texts: ["dispatcher_unknown", "dispatcher_not_built", "dispatcher_unconfigured", "queue_unread"],
            causes: ["a typing mistake", "its section is missing", "this build lacks it"],
            confirm: "fleet-telemetry config check FILE.",
            remedy: "Correct the name, or write its section."
        ),
        Symptom(
            .recordFileFailing,
            "The file dispatcher cannot rotate, compress or remove files",
            .server,
            texts: [
                "file_rotation_failed", "file_keeping_failed", "file_compression_failed", "file_compression_missing",
                "file_vin_escaped",
            ],
            causes: ["the directory's rights", "a full disk", "gzip is not installed"],
            confirm: "detail in the log line.",
            remedy: "Mend what it names; records are written on into the old file meanwhile."
        ),
        Symptom(
            .recordsLeftBehind,
            "At the stop a dispatcher had not taken everything",
            .server,
            texts: ["dispatcher_left_records"],
            causes: ["its destination was down or slow, and there is no spool"],
            confirm: "left in the log line.",
            remedy: "Vehicles send these records again; a spool would keep them here."
        ),
    ]

    /// Records on disk.
    static let spool: [Symptom] = [
        Symptom(
            .spoolDiskFull,
            "The spool's disk is full",
            .server,
            texts: ["No space left on device", "spool_blocked", "spool_refused", "free room on its disk"],
            causes: ["something else fills the disk", "spool.max_bytes is larger than the disk"],
            confirm: "df DIRECTORY; fleet-telemetry spool status DIRECTORY.",
            remedy: "Make room; the server goes on by itself. Vehicles are held back and lose nothing."
        ),
        Symptom(
            .spoolLimitReached,
            "The spool has reached its limit",
            .server,
            texts: ["raise spool.max_bytes", "limit_reached … spool"],
            causes: ["a dispatcher has been down for long", "spool.max_bytes is small"],
            confirm: "fleet-telemetry spool status DIRECTORY shows who lags.",
            remedy: "Mend that dispatcher, or raise spool.max_bytes."
        ),
        Symptom(
            .spoolUnwritable,
            "The spool cannot be written",
            .server,
            texts: [
                "spool_file_failed", "Read-only file system", "spool directory … Permission denied",
                "spool.directory",
            ],
            causes: ["the directory belongs to another user", "the file system is read-only, e.g. after an error"],
            confirm: "touch DIRECTORY/x as the server's user; mount | grep ro; dmesg.",
            remedy: "Give the directory to the server's user, or mount its file system writable."
        ),
        Symptom(
            .spoolDamaged,
            "The spool was damaged",
            .server,
            texts: ["spool_damaged", "spool_repaired"],
            causes: ["a crash or power failure while writing", "a failing disk"],
            confirm: "fleet-telemetry spool inspect DIRECTORY.",
            remedy: "Nothing after a crash: a torn end was never acknowledged. With more than that look at the disk."
        ),
        Symptom(
            .spoolLocked,
            "Another process has the spool",
            .server,
            texts: ["spool directory … is in use by", "is in use by another process", "spool is locked"],
            causes: ["a second server with the same directory", "the old one still stops"],
            confirm: "fuser -v DIRECTORY/*.",
            remedy: "Give each server a directory of its own."
        ),
        Symptom(
            .spoolRoomLow,
            "The disk is smaller than the spool may become",
            .server,
            texts: ["bytes are allowed, and the disk has … left"],
            causes: ["spool.max_bytes is larger than what is free"],
            confirm: "df DIRECTORY.",
            remedy: "Write less than the disk has, or use a larger disk."
        ),
        Symptom(
            .spoolSlow,
            "The spool's disk is slower than the vehicles send",
            .server,
            texts: ["bytes wait for the disk already", "it is slower than the vehicles send"],
            causes: ["a slow or busy disk: each batch is synced", "a network file system"],
            confirm: "spool_sync_seconds on /metrics; iostat -x 1.",
            remedy: "Use a local SSD; vehicles are held back meanwhile and lose nothing."
        ),
    ]
}
