package import Diagnosis
package import RecordRules
package import Symptoms

/// What only the machine can say about a configuration: files, certificates, ports, the time.
///
/// The checks ask through this, so that they can be tested without a disk and a clock.
package protocol ConfigurationEnvironment: Sendable {
    /// The certificates of a PEM file, in the order of the file.
    func certificates(at path: String) -> CertificateReading

    /// Which certificate of one PEM file the private key in another belongs to.
    func privateKey(at path: String, matchesCertificateAt certificatePath: String) -> KeyReading

    /// What is wrong with the `ca` that vehicles hold, for the chain of another file; empty when they accept it.
    ///
    /// - Parameter marginSeconds: how long before its end an authority is mentioned.
    func vehicleAuthorityFindings(
        at path: String,
        forChainAt certificatePath: String,
        marginSeconds: Int64
    ) -> [AuthorityFinding]

    /// Whether every user of the machine may read a file.
    func isReadableByAll(_ path: String) -> Bool

    /// Whether anything stands at a path.
    func exists(_ path: String) -> Bool

    /// Why lines could not be appended to a file, or nil when they could.
    func complaintAboutAppending(to path: String) -> MachineComplaint?

    /// Why files could not be kept in a directory, which is made when it is missing; nil when they could.
    func complaintAboutKeepingFiles(in directory: String) -> MachineComplaint?

    /// What the disk of a directory, or of the nearest one above it, has left; nil where nobody knows.
    func freeBytes(at directory: String) -> Int?

    /// Whether a port could be listened on now. An empty host means all addresses.
    func portCondition(host: String, port: Int) -> PortCondition

    /// The VINs of a list file.
    func vehicles(inListAt path: String) -> VehicleListReading

    /// What vehicles are configured to send, by the files that a section names.
    func vehicleConfigurations(of settings: ValidationSettings) -> VehicleConfigurationReading

    /// Seconds since 1970-01-01T00:00:00Z.
    var now: Int64 { get }
}

/// Something the machine refuses, in words for an operator.
package struct MachineComplaint: Sendable, Hashable {
    package let problem: String
    package let remedy: String
    /// Nil where the caller knows better what it is about.
    package let symptom: SymptomCode?

    package init(problem: String, remedy: String, symptom: SymptomCode? = nil) {
        self.problem = problem
        self.remedy = remedy
        self.symptom = symptom
    }
}

/// What reading a file of certificates brought.
package enum CertificateReading: Sendable, Hashable {
    case chain([CertificateSummary])
    case failed(MachineComplaint)
}

/// What holding a private key against a certificate brought.
package enum KeyReading: Sendable, Hashable {
    case matches
    /// It belongs to another certificate of the file, at this place from 1.
    case belongsTo(position: Int)
    case differs
    case failed(MachineComplaint)
}

/// What reading a file of VINs brought.
package enum VehicleListReading: Sendable, Hashable {
    case vins([String])
    case failed(MachineComplaint)
}

/// What reading the files of vehicles' configurations brought.
package struct VehicleConfigurationReading: Sendable, Hashable {
    /// A file that can't be used, and whether the setting for one file or for a directory names it.
    package struct Failure: Sendable, Hashable {
        package let path: String
        package let isInDirectory: Bool
        package let problem: String

        package init(path: String, isInDirectory: Bool, problem: String) {
            self.path = path
            self.isInDirectory = isInDirectory
            self.problem = problem
        }
    }

    package var failures: [Failure] = []
    /// Names that no field has, each with the file that it stands in first.
    package var unknownFields: [String: String] = [:]

    package init() {}
}

/// Whether a port can be listened on, and why not.
package enum PortCondition: Sendable, Hashable {
    case free
    case taken
    /// Ports below 1024 need a privilege.
    case forbidden
    /// The address is none of this machine's, or a name that nobody knows; in the system's words.
    case unusableHost(String)
}
