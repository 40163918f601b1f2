internal import ConfigurationSchema
internal import Diagnosis
internal import LinuxSystem
internal import OpenSSLTransport
internal import Receiving
internal import ServerAssembly
internal import TelemetryModel
internal import VehicleSimulation

/// Reads the files that the request and the configuration name.
extension Examination {
    mutating func readInputs() {
        readConfiguration()
        readVehicleFile()
        readAuthorities()
        readVehicle()
    }

    private mutating func readConfiguration() {
        guard let path = request.configurationPath else { return }
        let bytes: [UInt8]
        do throws(SystemCallError) {
            bytes = try Files.read(path, limitBytes: ServerConfiguration.sizeLimitBytes + 1)
        } catch {
            configurationFindings = [
                ConfigurationFinding(
                    path: "",
                    code: .unreadable,
                    problem: "\(path) cannot be read: \(error.reason)",
                    reason: "Without a configuration there is nothing to start.",
                    remedy: "check the path, and let this user read it"
                )
            ]
            return
        }
        let loaded = ServerConfiguration.read(bytes, environment: environment.variables)
        configuration = loaded.configuration
        configurationFindings = loaded.findings
        guard let configuration else { return }
        configurationFindings += ConfigurationCheck.findings(
            for: configuration,
            positions: loaded.positions,
            directory: ConfigurationCommands.directory(of: path),
            machine: machine
        )
        do throws(CertificateError) {
            fileChain = try Certificate.readAll(path: configuration.tls.serverCert)
        } catch {
            fileComplaint = error
        }
    }

    private mutating func readVehicleFile() {
        guard let path = request.vehicleFilePath else { return }
        vehicleFile = try? VehicleFile(path: path)
    }

    private mutating func readAuthorities() {
        do throws(AuthorityFinding) {
            if let text = vehicleFile?.authorities {
                authorityText = .success(try AuthorityText(text, from: .value("ca")))
            } else if let path = request.authorityPath ?? configuration?.tls.vehicleAuthorityPath {
                authorityPlace = path
                authorityText = .success(try VehicleAuthorityFile.read(path: path).authorities)
            }
        } catch {
            authorityText = .failure(error)
        }
    }

    /// A vehicle's certificate to connect with: the one that is named, or one of a demo CA that the server trusts.
    private mutating func readVehicle() {
        if let path = request.certificatesPath {
            isVehicleNamed = true
            vehicle = try? VehicleCredentials.load(from: path).first { request.vin == nil || $0.vin == request.vin }
            return
        }
        guard let configuration, !configuration.tls.caFile.isEmpty else { return }
        let directory = ConfigurationCommands.directory(of: configuration.tls.caFile)
        let folder = directory.isEmpty ? "." : String(directory.dropLast())
        let lists = try? configuration.vehicles.lists()
        let found = (try? VehicleCredentials.load(from: folder, limit: 100)) ?? []
        vehicle =
            found.first { candidate in
                clientTrust?.refusal(of: candidate.identity.chain[0], at: environment.now()) == nil
                    && lists?.refusal(of: VIN(candidate.vin)) == nil
            } ?? demoVehicle(in: folder, lists)
    }

    /// Made for the moment, where the demo CA's key lies beside its certificate.
    private func demoVehicle(in folder: String, _ lists: VehicleLists?) -> VehicleCredentials? {
        guard let configuration, let key = try? PrivateKey.read(path: "\(folder)/ca.key"),
            let authority = try? Certificate.readAll(path: configuration.tls.caFile).first(where: key.matches)
        else { return nil }
        let vin = "FLEETDOCTOR000000"
        guard lists?.refusal(of: VIN(vin)) == nil else { return nil }
        let template = CertificateTemplate(role: .vehicle, commonName: vin, days: 1)
        guard let issued = try? CertificateIssuer(certificate: authority, key: key).issue(template),
            let identity = try? TLSIdentity(
                chain: [issued.certificate],
                key: issued.key,
                chainPath: "demo vehicle",
                keyPath: "demo vehicle"
            )
        else { return nil }
        return VehicleCredentials(vin: vin, identity: identity)
    }

    /// The authorities that the configuration's files hold, as far as they can be read.
    var clientTrust: ClientTrust? {
        let paths = clientAuthorityFiles.map(\.path)
        return paths.isEmpty ? nil : try? ClientTrust.load(paths: paths)
    }

    var clientAuthorityFiles: [ClientCAFile] {
        guard let configuration, let path = request.configurationPath else { return [] }
        return configuration.clientCAFiles(
            besides: ConfigurationCommands.directory(of: path),
            exists: Files.exists
        )
    }
}
