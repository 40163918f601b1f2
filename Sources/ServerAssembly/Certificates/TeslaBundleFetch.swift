package import HTTPClient
internal import HTTPCodec
internal import LinuxSystem
package import OpenSSLTransport

/// Brings Tesla's vehicle CAs into a file that the server can use: from the reference server's public repository, or
/// from a file that the operator has.
///
/// Wherever they come from, only certificates whose fingerprints are compiled in are accepted. Nothing is written
/// unless all of them are.
package struct TeslaBundleFetch: Sendable {
    package enum Origin: Sendable, Hashable {
        /// The reference project's repository on GitHub.
        case repository
        case address(HTTPAddress)
        case file(String)
    }

    package struct Report: Sendable {
        /// Subject and last day of each certificate, in the order of the file.
        package let certificates: [TeslaPin]
        /// Pinned certificates that the origin lacks; mostly because Tesla took out an expired one.
        package let missing: [TeslaPin]
        /// Where they came from.
        package let origin: String
    }

    package var bundle: TeslaBundle
    package var origin: Origin
    /// Where the bundle is written; replaced in one step, readable by all.
    package var out: String
    /// PEM file of the authorities that the web server is verified against.
    package var webAuthoritiesPath: String
    /// Which certificates are accepted.
    package var pins: [TeslaPin]

    /// - Parameter environment: of the process; `SSL_CERT_FILE` names another file of web authorities.
    package init(_ bundle: TeslaBundle, from origin: Origin, to out: String, environment: [String: String] = [:]) {
        self.bundle = bundle
        self.origin = origin
        self.out = out
        pins = TeslaPins.pins(of: bundle)
        webAuthoritiesPath = WebAuthorities.path(environment)
    }

    /// Largest bundle that is read; Tesla's have a few kilobytes.
    private static let limitBytes = 1 << 20

    /// Where the reference project keeps its bundles.
    package static func repositoryAddress(of bundle: TeslaBundle) -> String {
        let name = bundle == .production ? "prod_ca.crt" : "eng_ca.crt"
        return "https://raw.githubusercontent.com/teslamotors/fleet-telemetry/main/config/files/\(name)"
    }

    /// Fetches, verifies and writes.
    package func run() throws(TeslaBundleError) -> Report {
        let (bytes, name) = try read()
        let verdict: TeslaPins.Verdict
        do throws(CertificateError) {
            verdict = TeslaPins.verify(
                try Certificate.readAll(pem: bytes, from: name),
                pins: pins,
                name: bundle.rawValue
            )
        } catch {
            throw TeslaBundleError(.unreadable("\(error)"), origin: name)
        }
        guard verdict.refused.isEmpty else {
            throw TeslaBundleError(.refused(verdict.refused.map(\.reason)), origin: name)
        }
        do throws(SystemCallError) {
            try Files.write(verdict.pem, to: out, mode: 0o644)
        } catch {
            throw TeslaBundleError(.unwritable(path: out, error.reason), origin: name)
        }
        return Report(certificates: verdict.accepted.map(\.pin), missing: verdict.missing, origin: name)
    }

    private func read() throws(TeslaBundleError) -> (bytes: [UInt8], name: String) {
        switch origin {
        case .file(let path):
            do throws(SystemCallError) {
                return (try Files.read(path, limitBytes: Self.limitBytes), path)
            } catch {
                throw TeslaBundleError(.unreadable(error.reason), origin: path)
            }
        case .address(let address):
            return (try download(address), address.text)
        case .repository:
            let text = Self.repositoryAddress(of: bundle)
            guard let address = try? HTTPAddress(text) else {
                throw TeslaBundleError(.unreadable("no HTTPS address"), origin: text)
            }
            return (try download(address), text)
        }
    }

    private func download(_ address: HTTPAddress) throws(TeslaBundleError) -> [UInt8] {
        let authorities: [Certificate]
        do throws(CertificateError) {
            authorities = try Certificate.readAll(path: webAuthoritiesPath)
        } catch {
            throw TeslaBundleError(.noWebAuthorities("\(error)"), origin: address.text)
        }
        var settings = HTTPClientSettings()
        settings.answerMilliseconds = 60_000
        settings.answerLimitBytes = Self.limitBytes
        let client = HTTPClient(address, settings, trusting: authorities)
        let answer: HTTPAnswer
        do throws(HTTPClientError) {
            answer = try client.send(HTTPCall(method: "GET", headers: [.init("Accept", "*/*")]))
        } catch {
            throw TeslaBundleError(.download(error), origin: address.text)
        }
        guard answer.status == 200 else {
            let location = answer.headers.first("Location")
            throw TeslaBundleError(.answered(status: answer.status, location: location), origin: address.text)
        }
        return answer.body
    }
}

extension HTTPAddress {
    /// With its path: nothing in it is secret here.
    fileprivate var text: String { origin + target }
}

/// Why there is no bundle, with what to do about it.
package struct TeslaBundleError: Error, Sendable, Hashable, CustomStringConvertible {
    package enum Reason: Sendable, Hashable {
        /// The file of web authorities cannot be used.
        case noWebAuthorities(String)
        case download(HTTPClientError)
        /// Another status than 200; `location` is where the server wants us to go.
        case answered(status: Int, location: String?)
        /// What came is no PEM text of certificates.
        case unreadable(String)
        /// Certificates that are in no pin, a sentence each.
        case refused([String])
        case unwritable(path: String, String)
    }

    package let reason: Reason
    /// The address or file.
    package let origin: String

    init(_ reason: Reason, origin: String) {
        self.reason = reason
        self.origin = origin
    }

    /// Whether certificates came that are not Tesla's, as opposed to none at all.
    package var isRefusal: Bool { if case .refused = reason { true } else { false } }

    package var description: String {
        switch reason {
        case .noWebAuthorities(let text):
            "the web server cannot be verified: \(text); install ca-certificates, or name a PEM file of authorities in "
                + "SSL_CERT_FILE"
        case .download(let error):
            "\(origin): \(error.words); or \(Self.otherWay)"
        case .answered(let status, let location):
            "\(origin): answered with status \(status)" + (location.map { " and points to \($0)" } ?? "")
                + "; \(Self.otherWay)"
        case .unreadable(let text):
            "\(origin): \(text)"
        case .refused(let sentences):
            "\(origin): nothing was written, because \(sentences.joined(separator: "; ")); do not use this file. If "
                + "Tesla has published new CAs, a newer fleet-telemetry knows them"
        case .unwritable(let path, let text):
            "\(path): \(text); choose another --out, or run as a user who may write there"
        }
    }

    private static let otherWay = "fetch the file another way and give it with --file FILE"
}
