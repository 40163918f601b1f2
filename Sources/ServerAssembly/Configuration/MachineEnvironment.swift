package import Diagnosis
internal import LinuxSystem
internal import OpenSSLTransport
package import RecordRules

/// This machine, asked for real: files are opened, keys compared, ports tried.
package struct MachineEnvironment: ConfigurationEnvironment {
    private let clock: @Sendable () -> Int64

    /// - Parameter clock: seconds since 1970-01-01T00:00:00Z.
    package init(clock: @escaping @Sendable () -> Int64 = { WallClock.milliseconds / 1000 }) {
        self.clock = clock
    }

    package func certificates(at path: String) -> CertificateReading {
        let certificates: [Certificate]
        do throws(CertificateError) {
            certificates = try Certificate.readAll(path: path)
        } catch {
            return .failed(MachineComplaint(problem: error.reasonText, remedy: error.remedy))
        }
        return .chain(CertificateSummary.of(certificates))
    }

    package func privateKey(at path: String, matchesCertificateAt certificatePath: String) -> KeyReading {
        let key: PrivateKey
        do throws(CertificateError) {
            key = try PrivateKey.read(path: path)
        } catch {
            return .failed(
                MachineComplaint(problem: error.reasonText, remedy: error.remedy, symptom: error.keySymptom)
            )
        }
        // A certificate that cannot be read has a finding of its own.
        guard let chain = try? Certificate.readAll(path: certificatePath) else { return .matches }
        guard let index = chain.firstIndex(where: key.matches) else { return .differs }
        return index == 0 ? .matches : .belongsTo(position: index + 1)
    }

    package func vehicleAuthorityFindings(
        at path: String,
        forChainAt certificatePath: String,
        marginSeconds: Int64
    ) -> [AuthorityFinding] {
        do throws(AuthorityFinding) {
            let held = try VehicleAuthorityFile.read(path: path)
            // A chain that cannot be read has a finding of its own.
            guard let chain = try? Certificate.readAll(path: certificatePath) else { return [] }
            return held.findings(for: chain, marginSeconds: marginSeconds, at: now)
        } catch {
            return [error]
        }
    }

    package func isReadableByAll(_ path: String) -> Bool {
        (Files.mode(of: path) ?? 0) & 0o004 != 0 && !Files.isDirectory(path)
    }

    package func exists(_ path: String) -> Bool { Files.exists(path) }

    package func complaintAboutAppending(to path: String) -> MachineComplaint? {
        if Files.isDirectory(path) {
            return MachineComplaint(problem: "is a directory", remedy: "name a file in it")
        }
        if Files.exists(path) {
            return Files.isWritable(path)
                ? nil
                : MachineComplaint(
                    problem: "cannot be written to by this user",
                    remedy: "let the user that the server runs as write it"
                )
        }
        let directory = path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        if !Files.isDirectory(directory) {
            return MachineComplaint(
                problem: "cannot be made, because there is no directory \(directory)",
                remedy: "mkdir -p \(directory)"
            )
        }
        return Files.isWritable(directory)
            ? nil
            : MachineComplaint(
                problem: "cannot be made, because this user may not write to \(directory)",
                remedy: "let the user that the server runs as write there"
            )
    }

    package func complaintAboutKeepingFiles(in directory: String) -> MachineComplaint? {
        if Files.exists(directory), !Files.isDirectory(directory) {
            return MachineComplaint(problem: "is a file", remedy: "name a directory")
        }
        let nearest = Self.nearestExisting(directory)
        guard Files.isDirectory(nearest), Files.isWritable(nearest) else {
            return MachineComplaint(
                problem: nearest == directory
                    ? "cannot be written to by this user"
                    : "cannot be made, because this user may not write to \(nearest)",
                remedy: "mkdir -p \(directory), and give it to the user that the server runs as, mode 0700"
            )
        }
        return nil
    }

    package func freeBytes(at directory: String) -> Int? {
        (try? DirectoryHandle(path: Self.nearestExisting(directory)))?.freeBytes
    }

    /// The path, or the part of it that is there.
    private static func nearestExisting(_ path: String) -> String {
        var path = path
        while !Files.exists(path) {
            guard let slash = path.lastIndex(of: "/") else { return "." }
            guard slash > path.startIndex else { return "/" }
            path = String(path[..<slash])
        }
        return path
    }

    package func portCondition(host: String, port: Int) -> PortCondition {
        guard let number = UInt16(exactly: port) else { return .unusableHost("there is no port \(port)") }
        do {
            _ = try TCP.listen(host: host, port: number, sharesPort: false)
            return .free
        } catch let error as SystemCallError {
            switch error.code {
            case SystemCallError.addressInUse: return .taken
            case SystemCallError.permissionDenied, SystemCallError.notPermitted: return .forbidden
            default: return .unusableHost(error.reason)
            }
        } catch let error as AddressError {
            return .unusableHost(error.reason)
        } catch {
            return .unusableHost("\(error)")
        }
    }

    package func vehicles(inListAt path: String) -> VehicleListReading {
        do throws(VehicleListError) {
            return .vins(try VehicleListFile.read(path))
        } catch {
            return .failed(MachineComplaint(problem: error.problem, remedy: error.remedy))
        }
    }

    package func vehicleConfigurations(of settings: ValidationSettings) -> VehicleConfigurationReading {
        var reading = VehicleConfigurationReading()
        func fail(_ path: String, _ isInDirectory: Bool, _ problem: String) {
            reading.failures.append(
                VehicleConfigurationReading.Failure(path: path, isInDirectory: isInDirectory, problem: problem)
            )
        }
        do throws(SystemCallError) {
            for (path, vin) in try settings.vehicleConfigurationFiles() {
                do throws(VehicleConfigurationError) {
                    for name in try VehicleConfigurationFile.read(path).unknownFields
                    where reading.unknownFields[name] == nil {
                        reading.unknownFields[name] = path
                    }
                } catch {
                    fail(path, vin != nil, error.problem)
                }
            }
        } catch {
            fail(settings.vehicleConfigDirectory, true, "cannot be read: \(error.reason)")
        }
        return reading
    }

    package var now: Int64 { clock() }
}
