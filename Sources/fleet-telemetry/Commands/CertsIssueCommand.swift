internal import CommandLineInterface
internal import JSONText
internal import LinuxSystem
internal import OpenSSLTransport

/// Options of the commands that make certificates with the operator's own CA.
private enum IssueOptions {
    static let out = Option<String>.requiredFolder(
        "out",
        "DIR",
        "Where server.pem and server.key are; made when missing"
    )
    static let ca = Option<String?>.file("ca", "FILE", "The CA that 'certs init' made; DIR/ca.pem when not given")
    static let key = Option<String?>.file("ca-key", "FILE", "Its key; beside the CA, ending with .key, when not given")
    static let days = Option<Int?>.integer(
        "days",
        "N",
        in: 1...825,
        without: "90, or as long as the one that is renewed",
        "How long the certificate is valid"
    )
    static let json = Option.flag("json", "One JSON object")

    static func authority(_ command: ParsedCommand) throws(OwnAuthorityError) -> OwnAuthority {
        let path = command[ca] ?? "\(command[out])/ca.pem"
        let stem = path.hasSuffix(".pem") || path.hasSuffix(".crt") ? String(path.dropLast(4)) : path
        let files = AuthorityFiles(path: path, keyPath: command[key] ?? "\(stem).key")
        return try OwnAuthority.open(files, now: WallClock.seconds)
    }

    static func write(_ certificate: Certificate, _ command: ParsedCommand, _ writer: inout JSONWriter) {
        let files = ServerFiles(directory: command[out])
        writer.member("certificate", files.path)
        writer.member("key", files.keyPath)
        writer.member("hosts", certificate.dnsNames + certificate.ipAddresses)
        writer.member("issuer", certificate.issuer)
        CertificateWords.writeValidity(of: certificate, at: WallClock.seconds, &writer)
    }
}

/// `certs issue`: the server's certificate, of one's own CA.
enum CertsIssueCommand: Command {
    private static let hosts = Option.texts(
        "host",
        "NAME",
        isRequired: true,
        "A DNS name or IP address that the server's certificate is for"
    )

    static let specification = CommandSpecification(
        name: "issue",
        summary: "Make the server's certificate with your own CA",
        discussion: """
            Writes server.pem (the certificate, then what stands between it and the CA's root) and server.key (mode
            0600), for "tls": {"server_cert": …, "server_key": …}. An older certificate of the same CA is replaced, both
            files in one go and with their owner kept, so that a running server takes them over; one of another CA is
            never touched. Vehicles connect to one of the names, and it stands as "hostname" in their configuration.
            """,
        options: [
            IssueOptions.out.specification, hosts.specification, IssueOptions.ca.specification,
            IssueOptions.key.specification, IssueOptions.days.specification, IssueOptions.json.specification,
        ],
        examples: [
            .init(
                "\(Program.name) certs issue --ca /root/fleet-telemetry-ca/ca.pem --host cars.example.com "
                    + "--out /etc/fleet-telemetry",
                "Once; afterwards 'certs renew' does it."
            )
        ]
    )

    static func run(_ command: ParsedCommand) -> ExitCode {
        let files = ServerFiles(directory: command[IssueOptions.out])
        do throws(OwnAuthorityError) {
            let certificate = try IssueOptions.authority(command).issue(
                files,
                hosts: command[hosts],
                days: command[IssueOptions.days] ?? OwnAuthority.defaultServerDays,
                now: WallClock.seconds
            )
            if command[IssueOptions.json] { return Console.print { IssueOptions.write(certificate, command, &$0) } }
            Console.print("wrote \(files.path)\nwrote \(files.keyPath)\n")
            Console.say(CertificateWords.validity(of: certificate, at: WallClock.seconds))
            if Files.isOwnedByRoot(files.keyPath) {
                Console.say(
                    "the key is root's: chown \(files.keyPath) to the user that the server runs as; renewals keep that"
                )
            }
            return .fine
        } catch {
            return CertificateWords.complain(error, "certs issue")
        }
    }
}

/// `certs renew`: in time, and with the same CA.
enum CertsRenewCommand: Command {
    private static let within = Option<Int?>.integer(
        "within",
        "DAYS",
        in: 0...825,
        without: "a third of the time it was made for",
        "Renew when fewer than DAYS days are left"
    )

    static let specification = CommandSpecification(
        name: "renew",
        summary: "Renew the server's certificate when it is about to end",
        discussion: """
            To be started every day, e.g. by deploy/fleet-telemetry-renew.timer. The new certificate has the same names
            and comes from the same CA, so vehicles notice nothing; a running server takes it over by itself. Says what
            it did, and exits with 0 also when there was nothing to do. Refuses a certificate that would outlive its CA.
            """,
        options: [
            IssueOptions.out.specification, IssueOptions.ca.specification, IssueOptions.key.specification,
            within.specification, IssueOptions.days.specification, IssueOptions.json.specification,
        ],
        examples: [
            .init(
                "\(Program.name) certs renew --ca /root/fleet-telemetry-ca/ca.pem --out /etc/fleet-telemetry",
                "From cron or a systemd timer."
            )
        ]
    )

    static func run(_ command: ParsedCommand) -> ExitCode {
        if let within = command[within], let days = command[IssueOptions.days], within >= days {
            Console.complain(
                "certs renew: --within \(within) and --days \(days): it would be renewed each time; give fewer days "
                    + "for --within"
            )
            return .usage
        }
        do throws(OwnAuthorityError) {
            let renewal = try IssueOptions.authority(command).renew(
                ServerFiles(directory: command[IssueOptions.out]),
                within: command[within],
                days: command[IssueOptions.days],
                now: WallClock.seconds
            )
            return say(renewal, command)
        } catch {
            return CertificateWords.complain(error, "certs renew")
        }
    }

    private static func say(_ renewal: Renewal, _ command: ParsedCommand) -> ExitCode {
        let path = ServerFiles(directory: command[IssueOptions.out]).path
        switch renewal {
        case .kept(let certificate, let daysLeft):
            guard command[IssueOptions.json] else {
                return Console.print("kept \(path): good for \(daysLeft) more days\n")
            }
            return Console.print { writer in
                writer.member("renewed", false)
                IssueOptions.write(certificate, command, &writer)
            }
        case .renewed(let certificate, let reason):
            guard command[IssueOptions.json] else {
                let validity = CertificateWords.validity(of: certificate, at: WallClock.seconds)
                return Console.print("renewed \(path), because \(words(reason)): \(validity)\n")
            }
            return Console.print { writer in
                writer.member("renewed", true)
                writer.member("reason", words(reason))
                IssueOptions.write(certificate, command, &writer)
            }
        }
    }

    private static func words(_ reason: RenewalReason) -> String {
        switch reason {
        case .daysLeft(0): "it had less than a day left"
        case .daysLeft(1): "it had 1 day left"
        case .daysLeft(let days): "it had \(days) days left"
        case .expired: "it had expired"
        case .keyDoesNotFit: "the key beside it was not its own"
        }
    }
}
