extension SymptomTable {
    /// The process and the machine.
    static let running: [Symptom] = [
        Symptom(
            .portTaken,
            "The port is taken",
            .server,
            texts: [
                "Address already in use", "bind: address already in use", "port in use on 443", "port_unusable",
                "somebody listens on … already",
            ],
            causes: ["another server has the port", "an older process of this server still runs"],
            confirm: "ss -ltnp shows who has it.",
            remedy: "Stop that program, choose another port (vehicles take any), or share 443 by SNI with a proxy that "
                + "passes TCP through."
        ),
        Symptom(
            .portPrivileged,
            "This user may not listen on the port",
            .server,
            texts: [
                "permission denied/port in use on 443", "bind: permission denied",
                "listen tcp :443: bind: permission denied",
                "cannot listen on … (Permission denied)", "this user may not listen on",
            ],
            causes: ["ports below 1024 need a right that an ordinary user lacks"],
            confirm: "getcap on the executable; sysctl net.ipv4.ip_unprivileged_port_start.",
            remedy: "A systemd socket (deploy/ has one), setcap cap_net_bind_service=+ep on the executable, or another "
                + "port: vehicles take any."
        ),
        Symptom(
            .descriptorsTooFew,
            "The process may open too few files",
            .server,
            texts: ["descriptor_limit_low", "too many open files", "Too many open files", "EMFILE"],
            causes: ["the limit on open files is lower than max_connections"],
            confirm: "grep 'open files' /proc/PID/limits.",
            remedy: "LimitNOFILE= in the systemd unit, or ulimit -n; or lower max_connections."
        ),
        Symptom(
            .addressUnusable,
            "The machine has no such address",
            .server,
            texts: [
                "Cannot assign requested address", "this machine has no such address",
                "bind: cannot assign requested address",
            ],
            causes: ["host names an address of another machine, or one that is not up yet"],
            confirm: "ip addr.",
            remedy: "Leave host empty to listen on all addresses."
        ),
        Symptom(
            .probeRefused,
            "A liveness probe is refused on the metrics port",
            .server,
            texts: [
                "Liveness probe refused on metrics port", "Liveness probe failed", "Readiness probe failed",
                "http_request_refused",
            ],
            causes: ["the metrics port listens on 127.0.0.1 (the reference from 0.9.0 on, and this server)"],
            confirm: "curl from the place where the probe runs.",
            remedy:
                "Probe /healthz and /readyz on status_port; set monitoring.prometheus_metrics_host to be scraped from "
                + "outside."
        ),
        Symptom(
            .memoryGrows,
            "Memory grows until the process is killed",
            .server,
            texts: ["RAM grows to crash", "OOMKilled", "Out of memory: Killed process", "memory grows"],
            causes: ["a dispatcher of your own keeps records", "the reference buffers where a producer stalls"],
            confirm: "process_resident_memory_bytes on /metrics over a day.",
            remedy: "Let go of records after delivery; this server's queues are all bounded."
        ),
        Symptom(
            .connectionLimit,
            "There are as many connections as may be",
            .server,
            texts: ["connection_limit_reached", "http_connection_limit_reached"],
            causes: ["max_connections is too low for the fleet", "somebody holds connections open"],
            confirm: "num_connections on /metrics.",
            remedy: "Raise max_connections and the limit on open files; bound strangers with "
                + "connection.handshakes_per_second_per_address."
        ),
        Symptom(
            .handshakeRate,
            "An address begins more handshakes than it may",
            .server,
            texts: ["handshake_rate_exceeded"],
            causes: ["a scanner", "many vehicles behind one address: a proxy, or carrier NAT"],
            confirm: "remote_ip in the log line.",
            remedy: "Nothing for scanners; with a proxy use the PROXY protocol, else raise "
                + "connection.handshakes_per_second_per_address."
        ),
        Symptom(
            .kernelRefuses,
            "The kernel refuses the server something",
            .server,
            texts: ["accept_failed", "event_loop_failed", "http_server_failed"],
            causes: ["too few descriptors", "no memory"],
            confirm: "error in the log line; dmesg.",
            remedy: "Raise the limit on open files; give the machine more memory."
        ),
        Symptom(
            .statsDUnreachable,
            "Metrics do not reach StatsD",
            .server,
            texts: ["statsd_unreachable"],
            causes: ["monitoring.statsd.host is wrong, or nobody listens there"],
            confirm: "error in the log line.",
            remedy: "Correct it: name:port."
        ),
        Symptom(
            .controlSocketUnavailable,
            "There is no control socket",
            .server,
            texts: ["control_socket_unavailable"],
            causes: ["its directory is missing or not writable", "another server has it"],
            confirm: "error in the log line; ls -ld of the directory.",
            remedy: "Give the directory to the server's user, or set control.socket; vehicles are served all the same."
        ),
        Symptom(
            .costCountsUnusable,
            "Counted signals can't be written or read",
            .server,
            texts: ["cost_write_failed", "cost_read_failed", "cost_file_repaired", "costs.directory"],
            causes: [
                "the disk is full", "costs.directory is not the server's user's, or another server has it",
                "a crash cut a file of counts short",
            ],
            confirm: "error in the log line; ls -ld of costs.directory; df of it.",
            remedy:
                "Make room, or give the directory to the server's user. What was counted meanwhile is kept in memory "
                + "and written later; a damaged end stands beside its file."
        ),
    ]
}
