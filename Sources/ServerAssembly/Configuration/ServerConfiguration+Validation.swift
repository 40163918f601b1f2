internal import ConfigurationSchema
internal import LinuxSystem
package import RecordRules
internal import TelemetryModel

extension ServerConfiguration {
    /// Whether the rules fit the rest.
    func examineValidation(_ reader: inout SettingReader) {
        guard let validation else { return }
        if deadLetterDirectory == nil, let path = validation.rejectingPaths.first {
            reader.report(
                .contradiction,
                at: "validation.\(path)",
                problem: "records that are refused have no place to go",
                reason: "A rule about whole records that enforces sends them to the dead letters, and without those "
                    + "the vehicle would send them for ever.",
                remedy: "set dead_letters.directory, or write observe for the rules about records"
            )
        }
        let known = Set(RecordType.decoded.map(\.topic)).union(records.keys)
        for topic in validation.types.keys.sorted() where !known.contains(topic) {
            reader.report(
                .ineffective,
                at: settingPath("validation.types", topic),
                severity: .warning,
                problem: "no dispatcher gets records of the type \"\(topic)\"",
                reason: "Only records that go somewhere are checked.",
                remedy: "write one of \(known.sorted().joined(separator: ", ")), or add the type to records"
            )
        }
    }
}

extension ValidationSettings {
    /// The most files of single vehicles.
    static let vehicleConfigurationLimit = 200_000

    /// The files of configurations of vehicles: of single ones with their VINs.
    func vehicleConfigurationFiles() throws(SystemCallError) -> [(path: String, vin: VIN?)] {
        var files: [(String, VIN?)] = vehicleConfigFile.isEmpty ? [] : [(vehicleConfigFile, nil)]
        guard !vehicleConfigDirectory.isEmpty else { return files }
        for name in try Files.list(vehicleConfigDirectory).sorted().prefix(Self.vehicleConfigurationLimit)
        where name.hasSuffix(".json") && !name.hasPrefix(".") {
            files.append(("\(vehicleConfigDirectory)/\(name)", VIN(String(name.dropLast(5)))))
        }
        return files
    }

    /// Files whose change makes other rules.
    var watchedFiles: [String] {
        let files = (try? vehicleConfigurationFiles().map(\.path)) ?? []
        return files + (vehicleConfigDirectory.isEmpty ? [] : [vehicleConfigDirectory])
    }

    /// The rules, with what the files say that vehicles are configured to send.
    package func ruleSet() throws(VehicleConfigurationError) -> RuleSet {
        var configurations = VehicleConfigurations()
        let files: [(path: String, vin: VIN?)]
        do throws(SystemCallError) {
            files = try vehicleConfigurationFiles()
        } catch {
            throw VehicleConfigurationError(path: vehicleConfigDirectory, problem: "cannot be read: \(error.reason)")
        }
        for (path, vin) in files {
            let file = try VehicleConfigurationFile.read(path)
            if let vin { configurations.add(file, of: vin) } else { configurations.add(file) }
        }
        return RuleSet(self, configurations: configurations)
    }
}

extension VehicleConfigurationFile {
    /// - Throws: with the path, when it can't be read or is none.
    static func read(_ path: String) throws(VehicleConfigurationError) -> VehicleConfigurationFile {
        let bytes: [UInt8]
        do throws(SystemCallError) {
            bytes = try Files.read(path, limitBytes: sizeLimitBytes)
        } catch {
            throw VehicleConfigurationError(path: path, problem: "cannot be read: \(error.reason)")
        }
        do throws(Fault) {
            return try VehicleConfigurationFile(bytes)
        } catch {
            throw VehicleConfigurationError(path: path, problem: "\(error)")
        }
    }
}

/// Why nobody knows what vehicles are configured to send.
package struct VehicleConfigurationError: Error, Sendable, Hashable, CustomStringConvertible {
    package let path: String
    /// What is wrong, without the path.
    package let problem: String

    package var description: String { "\(path) \(problem)" }
}
