internal import Glibc
package import LinuxSystem

/// What `DemoPKI.write` shall make.
package struct DemoPKIOptions: Sendable, Hashable {
    package var directory: String
    /// One vehicle certificate each; used as file names too.
    package var vins: [String]
    /// DNS names and IP addresses of the server's certificate; empty makes no server certificate.
    package var hosts: [String]
    package var algorithm: KeyAlgorithm = .ecdsaP256
    /// How long server and vehicles stay valid, from 1 to 36,500. The authority lives ten years or longer.
    package var days: Int = 365
    /// With this name the identity rules take the demo's vehicles for real ones.
    package var authorityCommonName = "Tesla Motors Products CA"

    package init(directory: String, vins: [String], hosts: [String]) {
        self.directory = directory
        self.vins = vins
        self.hosts = hosts
    }

    package var authorityPath: String { "\(directory)/ca.pem" }
    package var authorityKeyPath: String { "\(directory)/ca.key" }
    package var serverPath: String { "\(directory)/server.pem" }
    package var serverKeyPath: String { "\(directory)/server.key" }
    /// Where a vehicle's certificate stands.
    package func vehiclePath(_ vin: String) -> String { "\(directory)/vehicles/\(vin).pem" }
    /// Where a vehicle's private key stands.
    package func vehicleKeyPath(_ vin: String) -> String { "\(directory)/vehicles/\(vin).key" }
}

/// What `DemoPKI.write` did.
package struct DemoPKIReport: Sendable, Hashable {
    /// Whether the authority was there already.
    package var reusedAuthority = false
    /// Files written, in order.
    package var written: [String] = []
    /// Certificates that were there already and are still good.
    package var kept: [String] = []
}

/// Why the demo's certificates were not made.
package enum DemoPKIError: Error, Sendable, Hashable, CustomStringConvertible {
    case unusableVIN(String, reason: String)
    case unusableHost(String)
    case unusableDays(Int)
    /// Something stands there that the directory's authority did not make.
    case foreignFile(path: String, reason: String)
    /// The directory's authority cannot be used any more.
    case unusableAuthority(path: String, reason: String)
    case certificate(CertificateError)
    case file(SystemCallError)

    package var description: String {
        switch self {
        case .unusableVIN(let vin, let reason):
            "VIN \(vin.debugDescription): \(reason); give 1 to 64 printable characters without a slash"
        case .unusableHost(let host):
            "host \(host.debugDescription): neither a DNS name nor an IP address; give it without scheme, port or path"
        case .unusableDays(let days): "days \(days): out of range; give a number from 1 to 36500"
        case .foreignFile(let path, let reason): "\(path): \(reason); move it away, or choose another directory"
        case .unusableAuthority(let path, let reason):
            "\(path): \(reason); choose another directory, or remove this one to start afresh"
        case .certificate(let error): error.description
        case .file(let error):
            "\(error.subject): \(error.call) failed (\(error.reason)); choose a directory that you may write to"
        }
    }
}

/// A small public key infrastructure in a directory, for demos, simulations and tests.
package enum DemoPKI {
    /// Makes `ca.pem`, `ca.key`, `server.pem` (leaf, then its chain), `server.key`, and `vehicles/VIN.pem`,
    /// `vehicles/VIN.key` per VIN. Keys get mode 0600. Directories are made as needed.
    ///
    /// An authority that is there already is used again, so that vehicles can be added later. Certificates that it
    /// issued and that are still good are kept (the server's: when it names the same hosts); others of its own are
    /// made anew. A file that it did not make is never touched: the call fails before anything is written.
    package static func write(_ options: DemoPKIOptions) throws(DemoPKIError) -> DemoPKIReport {
        try check(options)
        var report = DemoPKIReport()
        let authority = try openAuthority(options)
        report.reusedAuthority = authority != nil

        var slots: [Slot] = []
        if !options.hosts.isEmpty {
            slots.append(Slot(options.serverPath, options.serverKeyPath, .server(hosts: options.hosts)))
        }
        var seen: Set<String> = []
        for vin in options.vins where seen.insert(vin).inserted {
            slots.append(Slot(options.vehiclePath(vin), options.vehicleKeyPath(vin), .vehicle(vin: vin)))
        }
        var missing: [Slot] = []
        for slot in slots {
            if try slot.isStillGood(under: authority?.certificate) {
                report.kept.append(slot.path)
            } else {
                missing.append(slot)
            }
        }

        let issuer: CertificateIssuer
        if let authority {
            issuer = authority
        } else {
            issuer = try makeAuthority(options)
            try makeDirectory(options.directory)
            try write(issuer.certificate.pem, issuer.key, options.authorityPath, options.authorityKeyPath, &report)
        }
        if !seen.isEmpty { try makeDirectory("\(options.directory)/vehicles") }
        for slot in missing {
            let issued = try issue(slot, by: issuer, options)
            try write(issued.chainPEM, issued.key, slot.path, slot.keyPath, &report)
        }
        return report
    }

    private static func check(_ options: DemoPKIOptions) throws(DemoPKIError) {
        guard (1...36_500).contains(options.days) else { throw .unusableDays(options.days) }
        for host in options.hosts where ServerHost(host) == nil { throw .unusableHost(host) }
        for vin in options.vins {
            guard !vin.isEmpty else { throw .unusableVIN(vin, reason: "is empty") }
            guard vin != ".", vin != ".." else { throw .unusableVIN(vin, reason: "is the name of a directory") }
            guard vin.unicodeScalars.count <= 64 else { throw .unusableVIN(vin, reason: "is too long") }
            guard !vin.utf8.contains(UInt8(ascii: "/")) else { throw .unusableVIN(vin, reason: "contains a slash") }
            let isPrintable = vin.unicodeScalars.allSatisfy { scalar in
                switch scalar.properties.generalCategory {
                case .control, .format, .lineSeparator, .paragraphSeparator, .unassigned, .surrogate: false
                default: true
                }
            }
            guard isPrintable else { throw .unusableVIN(vin, reason: "contains a control character") }
        }
    }

    /// The authority of the directory; nil when there is none yet.
    private static func openAuthority(_ options: DemoPKIOptions) throws(DemoPKIError) -> CertificateIssuer? {
        let (path, keyPath) = (options.authorityPath, options.authorityKeyPath)
        switch (Files.exists(path), Files.exists(keyPath)) {
        case (false, false): return nil
        case (true, false): throw .unusableAuthority(path: path, reason: "its key \(keyPath) is missing")
        case (false, true): throw .unusableAuthority(path: keyPath, reason: "its certificate \(path) is missing")
        case (true, true): break
        }
        let authority: CertificateIssuer
        do throws(AuthorityError) {
            authority = try AuthorityFiles(path: path, keyPath: keyPath).open(now: Int64(time(nil)))
        } catch {
            switch error {
            case .unusable(let path, let reason): throw .unusableAuthority(path: path, reason: reason)
            case .certificate(let error): throw .certificate(error)
            }
        }
        guard authority.certificate.subjectCommonName == options.authorityCommonName else {
            let name = authority.certificate.subjectCommonName.debugDescription
            throw .unusableAuthority(path: path, reason: "is the authority \(name), which another one was asked for")
        }
        return authority
    }

    private static func makeAuthority(_ options: DemoPKIOptions) throws(DemoPKIError) -> CertificateIssuer {
        try rethrow { () throws(CertificateError) in
            try CertificateIssuer.makeRoot(
                commonName: options.authorityCommonName,
                algorithm: options.algorithm,
                days: max(3650, options.days)
            )
        }
    }

    private static func issue(
        _ slot: Slot,
        by issuer: CertificateIssuer,
        _ options: DemoPKIOptions
    ) throws(DemoPKIError) -> IssuedCertificate {
        try rethrow { () throws(CertificateError) in
            try issuer.issue(slot.template(days: options.days), algorithm: options.algorithm)
        }
    }

    private static func makeDirectory(_ path: String) throws(DemoPKIError) {
        do {
            try Files.makeDirectories(path)
        } catch {
            throw .file(error)
        }
    }

    /// The certificate first: alone it is recognised as ours and replaced later, where a key alone is not.
    private static func write(
        _ chain: [UInt8],
        _ key: PrivateKey,
        _ path: String,
        _ keyPath: String,
        _ report: inout DemoPKIReport
    ) throws(DemoPKIError) {
        do {
            try Files.write(chain, to: path, mode: 0o644)
            try Files.write(key.pem, to: keyPath, mode: 0o600)
        } catch {
            throw .file(error)
        }
        report.written += [path, keyPath]
    }
}

/// A certificate of the directory, with its key.
private struct Slot {
    enum Holder {
        case server(hosts: [String])
        case vehicle(vin: String)
    }

    let path: String
    let keyPath: String
    let holder: Holder

    init(_ path: String, _ keyPath: String, _ holder: Holder) {
        self.path = path
        self.keyPath = keyPath
        self.holder = holder
    }

    func template(days: Int) -> CertificateTemplate {
        switch holder {
        case .vehicle(let vin): return CertificateTemplate(role: .vehicle, commonName: vin, days: days)
        case .server(let hosts): return .server(hosts: hosts, days: days)
        }
    }

    /// Whether nothing needs to be made.
    ///
    /// - Throws: when something stands there that is not ours to replace.
    func isStillGood(under authority: Certificate?) throws(DemoPKIError) -> Bool {
        guard Files.exists(path) else {
            guard !Files.exists(keyPath) else {
                throw .foreignFile(path: keyPath, reason: "is a key without its certificate \(path)")
            }
            return false
        }
        guard let authority, let certificate = try? Certificate.readAll(path: path).first,
            certificate.isIssued(by: authority)
        else { throw .foreignFile(path: path, reason: "was not issued by the authority of this directory") }
        guard Files.exists(keyPath) else { return false }
        guard let key = try? PrivateKey.read(path: keyPath), key.matches(certificate) else {
            throw .foreignFile(path: keyPath, reason: "is not the key of \(path)")
        }
        // A day's margin, so that a demo does not expire while it runs.
        guard certificate.notAfter > Int64(time(nil)) + secondsPerDay else { return false }
        switch holder {
        case .vehicle(let vin): return certificate.subjectCommonName == vin
        case .server(let hosts):
            // Addresses have several spellings: as many as there are names is all that is compared of them.
            let names = hosts.filter { if case .dns = ServerHost($0) { true } else { false } }
            return certificate.dnsNames == names && certificate.ipAddresses.count == hosts.count - names.count
                && hosts.allSatisfy { names.contains($0) || certificate.ipAddresses.contains($0) }
        }
    }
}

private func rethrow<Value>(_ body: () throws(CertificateError) -> Value) throws(DemoPKIError) -> Value {
    do {
        return try body()
    } catch {
        throw .certificate(error)
    }
}
