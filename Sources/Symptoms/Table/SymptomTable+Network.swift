extension SymptomTable {
    /// Names, addresses, ports, and what stands between.
    static let network: [Symptom] = [
        Symptom(
            .nameNotFound,
            "The host name is not found",
            .tool,
            texts: [
                "Name or service not known", "no such host", "NXDOMAIN", "Temporary failure in name resolution",
                "No address associated with hostname", "could not resolve host",
            ],
            causes: [
                "a typing mistake", "the DNS record is missing or not yet known everywhere",
                "this machine has no name service",
            ],
            confirm: "dig +short NAME A; dig +short NAME AAAA.",
            remedy: "Add an A (and AAAA) record for the telemetry host name that points to the public address."
        ),
        Symptom(
            .addressPrivate,
            "The host name leads to a private address",
            .tool,
            texts: ["private address", "address is not public"],
            causes: [
                "the public DNS record holds an address of the home network",
                "this machine's own name service answers with the inner address (split DNS)",
                "the provider uses carrier NAT (100.64.0.0/10)",
            ],
            confirm: "dig @1.1.1.1 +short NAME from anywhere; compare with what a 'what is my address' page shows.",
            remedy: "Publish the public address; vehicles come over cellular networks and cannot reach private ones."
        ),
        Symptom(
            .connectionRefused,
            "Nobody listens on the port",
            .tool,
            texts: ["Connection refused", "connect: connection refused", "ECONNREFUSED"],
            causes: [
                "the server does not run", "it listens on another port or address",
                "the port forward leads to another machine",
            ],
            confirm: "ss -ltnp on the server; fleet-telemetry doctor --config FILE tells what the configuration says.",
            remedy: "Start the server; give it the port that the vehicles' configuration names, or forward that one."
        ),
        Symptom(
            .unreachable,
            "The port does not answer",
            .tool,
            texts: [
                "Connection timed out", "i/o timeout", "No route to host", "Network is unreachable",
                "operation timed out",
            ],
            causes: ["a firewall drops the packets", "there is no port forward", "the address is of another network"],
            confirm: "Try from inside and from outside of the network; look at the firewall of host, router and cloud.",
            remedy: "Allow and forward the TCP port to this server."
        ),
        Symptom(
            .ipv6NotServed,
            "The name has an IPv6 address where nobody answers",
            .tool,
            texts: ["nothing listening on IPv6", "nothing listens on IPv6", "AAAA record … refused"],
            causes: [
                "the AAAA record is right, and the server listens on IPv4 only",
                "the AAAA record leads to a router or an old machine", "the firewall lets IPv4 through only",
            ],
            confirm: "fleet-telemetry doctor --host NAME tries each address.",
            remedy: "Let the server listen on all addresses (\"host\": \"\") and open IPv6, or remove the AAAA record: "
                + "vehicles may try IPv6 first."
        ),
        Symptom(
            .closedWithoutTLS,
            "The port accepts connections and closes them at once",
            .tool,
            texts: ["closed the connection before TLS", "connection reset by peer", "Connection reset by peer"],
            causes: [
                "a load balancer or forwarder without a healthy server behind it", "a TCP probe's counterpart",
                "a firewall that answers itself",
            ],
            confirm: "fleet-telemetry doctor against the server's own address and port, past the load balancer.",
            remedy:
                "Give the load balancer a healthy target: check its port, and its health check (status_port, /healthz)."
        ),
        Symptom(
            .upgradeRefused,
            "TLS is fine, and the WebSocket is refused",
            .server,
            texts: [
                "websocket_promotion_error", "Handshake fine, then 400 / no upgrade",
                "the client is not using the websocket protocol: 'upgrade' token not found in 'Connection' header",
                "websocket: the client is not using the websocket protocol", "request_refused", "400 Bad Request",
                "426 Upgrade Required", "bad handshake",
            ],
            causes: [
                "a proxy strips the Upgrade header or speaks HTTP/2 to the server", "a browser or curl, no vehicle",
                "a proxy rewrites the path; vehicles ask for /",
            ],
            confirm:
                "fleet-telemetry doctor --config FILE --certs DIR opens a WebSocket as a vehicle does; the log line "
                + "has status and reason.",
            remedy: "Pass TCP through instead of proxying HTTP."
        ),
        Symptom(
            .pathNotFound,
            "The path is not found",
            .server,
            texts: ["404 Not Found", "There is nothing at this path", "404 page not found"],
            causes: ["a proxy rewrites the path; vehicles ask for /", "another web server answers"],
            confirm: "fleet-telemetry doctor --host NAME --port N shows who answers.",
            remedy:
                "Pass TCP through, or let the proxy leave / as it is. nginx writes its log when a connection closes, "
                + "so look there only after a vehicle has gone."
        ),
        Symptom(
            .gatewayAnswer,
            "A load balancer answers instead of the server",
            .tool,
            texts: [
                "502 Bad Gateway", "502 at proxy", "503 Service Unavailable", "504 Gateway Timeout", "awselb", "502",
            ],
            causes: [
                "it ends TLS and cannot speak to a server that wants TLS and a client certificate",
                "no healthy server stands behind it",
            ],
            confirm: "fleet-telemetry doctor shows the answer and its Server header.",
            remedy:
                "Use one that passes TCP through (NLB instead of ALB), and let its health check ask the status port."
        ),
        Symptom(
            .clockWrong,
            "This machine's clock is wrong",
            .tool,
            texts: ["clock skew", "the clock here differs", "check this machine's clock", "clock is wrong"],
            causes: ["no NTP", "a virtual machine that slept", "a board without battery-backed clock"],
            confirm: "timedatectl; date -u.",
            remedy: "Switch NTP on (timedatectl set-ntp true): certificates are judged by this clock."
        ),
        Symptom(
            .unreachableFromOutside,
            "Reachable inside, not from outside",
            .tool,
            texts: [
                "Connect from doctor works inside, fails outside", "works inside, fails outside", "no port forward",
                "carrier NAT", "CGNAT", "double NAT",
            ],
            causes: [
                "no port forward", "the provider's carrier NAT, or a second router", "a firewall",
                "the name has an IPv6 address only, and the vehicle's network has none",
            ],
            confirm: "Run fleet-telemetry doctor --host NAME --port N --ca FILE from a machine outside, e.g. over a "
                + "telephone's network.",
            remedy:
                "A public address and a forwarded port; where there is none to be had, a small machine outside that "
                + "relays TCP."
        ),
    ]
}
