internal import ConfigurationSchema
internal import Diagnosis
package import JSONText
internal import OpenSSLTransport
internal import Symptoms
package import TextCodec

/// Whether the server's certificate, its key, and what vehicles hold fit together, now and after the next renewal.
package struct CertificateCheck: Sendable {
    /// What is looked at.
    package struct Subjects: Sendable, Hashable {
        /// PEM of the server's chain: the one in use, or one that shall take its place.
        package var certificatePath: String
        /// Nil leaves the key out.
        package var keyPath: String?
        /// PEM of the `ca` that vehicles hold, or the JSON that they were configured with; nil leaves it out.
        package var vehicleAuthorityPath: String?
        /// What vehicles connect to; empty takes `hostname` of the JSON, if that is given.
        package var hosts: [String] = []
        /// How many days before an end it is mentioned.
        package var warningDays: Int

        package init(certificatePath: String, warningDays: Int) {
            self.certificatePath = certificatePath
            self.warningDays = warningDays
        }

        fileprivate var marginSeconds: Int64 { Int64(warningDays) * 86_400 }
    }

    /// One of the files.
    package struct Item: Sendable {
        /// As JSON has it: `certificate`, `key`, `vehicle_ca`.
        package let name: String
        package let path: String
        /// How it is, where nothing is wrong.
        package let words: String
        package let remarks: [CertificateRemark]
    }

    package let items: [Item]
    /// Whole days until the server's certificate ends; nil when there is none.
    package let daysLeft: Int?

    package var isFine: Bool { items.allSatisfy(\.remarks.isEmpty) }

    /// - Parameter now: Unix seconds.
    package static func run(_ subjects: Subjects, at now: Int64) -> CertificateCheck {
        var held: VehicleAuthorityFile?
        var heldFault: AuthorityFinding?
        if let path = subjects.vehicleAuthorityPath {
            do throws(AuthorityFinding) {
                held = try VehicleAuthorityFile.read(path: path)
            } catch {
                heldFault = error
            }
        }
        let key = subjects.keyPath.map { path in
            Result { () throws(CertificateError) in try PrivateKey.read(path: path) }
        }
        let chain: [Certificate]
        do throws(CertificateError) {
            chain = try Certificate.readAll(path: subjects.certificatePath)
        } catch {
            let item = Item(
                name: "certificate",
                path: subjects.certificatePath,
                words: "",
                remarks: [
                    CertificateRemark(
                        .problem,
                        "\(subjects.certificatePath) \(error.reasonText)",
                        remedy: error.remedy,
                        .certificateFileUnusable
                    )
                ]
            )
            return CertificateCheck(items: [item], daysLeft: nil)
        }
        let position = (try? key?.get()).flatMap { key in chain.firstIndex(where: key.matches) }.map { $0 + 1 }
        let leaf = chain[(position ?? 1) - 1]
        var hosts = subjects.hosts
        if hosts.isEmpty, let hostname = held?.hostname { hosts = [hostname] }
        var items = [certificateItem(subjects, chain, leaf, keyPosition: position, hosts, now)]
        if let path = subjects.keyPath, let key { items.append(keyItem(path, key, position, subjects.certificatePath)) }
        if let path = subjects.vehicleAuthorityPath {
            let item = heldFault.map { fault in
                Item(name: "vehicle_ca", path: path, words: "", remarks: [CertificateRemark(fault, in: path)])
            }
            let ordered = [leaf] + chain.filter { $0.sha256 != leaf.sha256 }
            let findings = held?.findings(for: ordered, marginSeconds: subjects.marginSeconds, at: now) ?? []
            items.append(item ?? vehicleAuthorityItem(path, findings))
        }
        return CertificateCheck(items: items, daysLeft: CertificateValidity(of: leaf, at: now).daysLeft)
    }

    private static func certificateItem(
        _ subjects: Subjects,
        _ chain: [Certificate],
        _ leaf: Certificate,
        keyPosition: Int?,
        _ hosts: [String],
        _ now: Int64
    ) -> Item {
        let summaries = CertificateSummary.of(chain)
        let margin = subjects.marginSeconds
        var findings: [ChainFinding] = []
        // What is wrong with the chain is wrong for every host.
        for host in hosts.isEmpty ? [nil] : hosts.map(Optional.some) {
            let found = ChainDiagnosis.findings(
                for: summaries,
                keyPosition: keyPosition,
                host: host,
                expiryMarginSeconds: margin,
                at: now
            )
            findings += found.filter { !findings.contains($0) }
        }
        let names = (leaf.dnsNames + leaf.ipAddresses).joined(separator: ", ")
        return Item(
            name: "certificate",
            path: subjects.certificatePath,
            words: "for \(names), of \(leaf.issuer), \(CertificateValidity(of: leaf, at: now).words)",
            remarks: findings.map { CertificateRemark($0, in: subjects.certificatePath) }
        )
    }

    private static func keyItem(
        _ path: String,
        _ key: Result<PrivateKey, CertificateError>,
        _ position: Int?,
        _ certificatePath: String
    ) -> Item {
        var remarks: [CertificateRemark] = []
        var words = ""
        switch key {
        case .failure(let error):
            let symptom: SymptomCode = error.reason == .encryptedKey ? .keyEncrypted : .keyUnreadable
            remarks.append(
                CertificateRemark(.problem, "\(path) \(error.reasonText)", remedy: error.remedy, symptom)
            )
        case .success(let key):
            words = "\(key.kind), of the certificate"
            guard position == nil else { break }
            remarks.append(
                CertificateRemark(
                    .problem,
                    "\(path) is not the key of any certificate in \(certificatePath)",
                    reason: "The server proves with it that the certificate is its own.",
                    remedy: "name the key that the certificate was made with",
                    .keyOfAnotherCertificate
                )
            )
        }
        if MachineEnvironment().isReadableByAll(path) {
            remarks.append(
                CertificateRemark(
                    .warning,
                    "every user of this machine may read \(path)",
                    reason: "Whoever has the key can pose as this server.",
                    remedy: "chmod 0600 \(path)",
                    .keyReadableByAll
                )
            )
        }
        return Item(name: "key", path: path, words: words, remarks: remarks)
    }

    private static func vehicleAuthorityItem(_ path: String, _ findings: [AuthorityFinding]) -> Item {
        Item(
            name: "vehicle_ca",
            path: path,
            words: "leads vehicles to the certificate, and to renewed ones of the same CA",
            remarks: findings.map { CertificateRemark($0, in: path) }
        )
    }

    // MARK: Showing

    /// For people; ends with a newline.
    package func text(_ style: TextStyle) -> String {
        items.map { item in
            guard item.remarks.isEmpty else { return item.remarks.map { $0.line(style) + "\n" }.joined() }
            return "\(style.verdict(.good, "ok")): \("\(item.path): \(item.words)".withVisibleControls)\n"
        }.joined()
    }

    /// For scripts: one object.
    package func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("ok", isFine)
        if let daysLeft { writer.member("days_left", daysLeft) }
        for item in items {
            writer.key(item.name)
            writer.beginObject()
            writer.member("file", item.path)
            writer.member("ok", item.remarks.isEmpty)
            if !item.words.isEmpty { writer.member("summary", item.words) }
            writer.key("remarks")
            writer.beginArray()
            for remark in item.remarks { remark.write(to: &writer) }
            writer.endArray()
            writer.endObject()
        }
        writer.endObject()
    }
}
