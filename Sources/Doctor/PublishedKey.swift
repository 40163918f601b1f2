internal import Diagnosis
internal import HTTPClient
internal import HTTPCodec
internal import LinuxSystem
internal import OpenSSLTransport
internal import Symptoms

/// The app's public key as its domain serves it.
struct PublishedKey: Sendable {
    let key: AppKey
    /// The server's Date header, in Unix seconds.
    let date: Int64?
    let address: String

    /// Source: fleet_telemetry_config.md, section 7.
    static let path = "/.well-known/appspecific/com.tesla.3p.public-key.pem"

    /// - Parameter domain: a host name, with a port if it is not 443.
    static func fetch(from domain: String, _ environment: DoctorEnvironment) -> Result<PublishedKey, DoctorFinding> {
        let text = "https://\(domain)\(path)"
        func failure(_ problem: String, _ remedy: String) -> Result<PublishedKey, DoctorFinding> {
            .failure(DoctorFinding(.problem, .publicKeyNotServed, "\(text): \(problem)", remedy: remedy))
        }
        guard !domain.contains("/"), let address = try? HTTPAddress(text) else {
            return failure("this is no domain", "give it without scheme and path, e.g. --domain example.com")
        }
        let answer: HTTPAnswer
        do {
            var settings = HTTPClientSettings()
            settings.connectMilliseconds = environment.timeoutMilliseconds
            settings.answerMilliseconds = environment.timeoutMilliseconds
            settings.redirectLimit = 3
            let authorities = try WebAuthorities.read(environment.variables)
            let client = HTTPClient(address, settings, trusting: authorities)
            answer = try client.send(HTTPCall(method: "GET"))
        } catch let error as HTTPClientError {
            return failure(error.words, "mend the web server, and serve the key there for good")
        } catch {
            return failure("\(error)", "install ca-certificates, or name the authorities in SSL_CERT_FILE")
        }
        guard answer.status == 200 else {
            return failure("HTTP status \(answer.status)", "serve the PEM of the public key at this path for good")
        }
        let words = String(decoding: answer.body.prefix(2048), as: UTF8.self)
        if words.contains("PRIVATE KEY-----") {
            return failure(
                "a PRIVATE key is published there",
                "remove it at once, make a new pair, publish its public half"
            )
        }
        do throws(CertificateError) {
            guard let key = try AppKey(answer.body, from: text) else {
                return failure("no key is served there", "serve the PEM of the public key there")
            }
            let date = answer.headers.first("Date").flatMap(RetryAfter.date)
            return .success(PublishedKey(key: key, date: date, address: text))
        } catch {
            let isPage = words.lowercased().contains("<html")
            return failure(
                isPage ? "an HTML page is served there" : error.reasonText,
                "serve the PEM of the public key there, from -----BEGIN PUBLIC KEY----- on"
            )
        }
    }
}

/// The public half of the app's key.
struct AppKey: Sendable, Hashable {
    let kind: KeyKind
    /// Of the key with its algorithm, in hexadecimal digits.
    let sha256: String

    /// Nil when there is no key in it.
    ///
    /// - Parameter bytes: PEM of a public or private key.
    init?(_ bytes: [UInt8], from path: String) throws(CertificateError) {
        try self.init(try Credential.readAll(bytes, from: path), path)
    }

    init?(path: String) throws(CertificateError) {
        try self.init(try Credential.readAll(path: path), path)
    }

    private init?(_ credentials: [Credential], _ path: String) throws(CertificateError) {
        for credential in credentials {
            switch credential {
            case .publicKey(let key): (kind, sha256) = (key.kind, key.sha256)
            case .privateKey(let key): (kind, sha256) = (key.kind, key.publicKeySHA256)
            case .encryptedKey: throw CertificateError(path: path, reason: .encryptedKey)
            default: continue
            }
            return
        }
        return nil
    }
}

extension DoctorFinding: Error {}

extension Examination {
    func publicKeyResult() -> StepResult {
        guard request.domain != nil || request.appKeyPath != nil else {
            return .skipped(.publicKey, "no --domain")
        }
        var result = StepResult(.publicKey)
        var published: AppKey?
        switch keyAnswer {
        case .failure(let finding)?: result.findings.append(finding)
        case .success(let answer)?:
            published = answer.key
            result.see("\(answer.address) serves a key (\(answer.key.kind))")
            judge(answer.key, "the published key", &result)
        case nil: break
        }
        guard let path = request.appKeyPath else { return result }
        do throws(CertificateError) {
            guard let own = try AppKey(path: path) else {
                result.find(.problem, .keyUnreadable, "\(path) holds no key", remedy: "name the app's key")
                return result
            }
            if published == nil { judge(own, path, &result) }
            guard let published else { return result }
            if published.sha256 == own.sha256 {
                result.see("it belongs to \(path)")
            } else {
                result.find(
                    .problem,
                    .publicKeyOfAnotherPair,
                    "the published key (SHA-256 \(published.sha256.prefix(16))…) does not belong to \(path) "
                        + "(\(own.sha256.prefix(16))…)",
                    remedy: "publish the public half of the key that signs; register and pair again if it changed"
                )
            }
        } catch {
            result.find(.problem, error.keySymptom, "\(path) \(error.reasonText)", remedy: error.remedy)
        }
        return result
    }

    private func judge(_ key: AppKey, _ place: String, _ result: inout StepResult) {
        if case .ellipticCurve("P-256", _) = key.kind { return }
        result.find(
            .problem,
            .wrongCurve,
            "\(place) is \(key.kind); vehicles take P-256 only",
            remedy:
                "make a pair on P-256 (openssl ecparam -name prime256v1 -genkey -noout), publish it, register and pair "
                + "again"
        )
    }
}
