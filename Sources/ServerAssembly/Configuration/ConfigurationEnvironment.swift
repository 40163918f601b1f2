/// What only the machine can say about a configuration: files, certificates, ports, the time.
///
/// The checks ask through this, so that they can be tested without a disk and a clock.
package protocol ConfigurationEnvironment: Sendable {
    /// The certificates of a PEM file, in the order of the file.
    func certificates(at path: String) -> CertificateReading

    /// Whether the private key in one PEM file belongs to the first certificate of another.
    func privateKey(at path: String, matchesCertificateAt certificatePath: String) -> KeyReading

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

    /// Seconds since 1970-01-01T00:00:00Z.
    var now: Int64 { get }
}

/// Something the machine refuses, in words for an operator.
package struct MachineComplaint: Sendable, Hashable {
    package let problem: String
    package let remedy: String

    package init(problem: String, remedy: String) {
        self.problem = problem
        self.remedy = remedy
    }
}

/// What reading a file of certificates brought.
package enum CertificateReading: Sendable, Hashable {
    case chain([CertificateSummary])
    case failed(MachineComplaint)
}

/// What a check needs to know of a certificate.
package struct CertificateSummary: Sendable, Hashable {
    package var subject: String
    package var issuer: String
    /// Seconds since 1970-01-01T00:00:00Z, both ends included.
    package var validity: ClosedRange<Int64>
    package var isAuthority: Bool
    package var isSelfSigned: Bool
    /// Whether the next certificate of the file signed this one; nil for the last.
    package var isSignedByNext: Bool?
    /// Whether its extended key usages, if it has any, let a TLS server use it.
    package var isForServers = true
    /// Whether its subject alternative name holds a DNS name or an IP address.
    package var namesHosts = true

    package init(
        subject: String,
        issuer: String,
        validity: ClosedRange<Int64>,
        isAuthority: Bool,
        isSelfSigned: Bool,
        isSignedByNext: Bool?
    ) {
        self.subject = subject
        self.issuer = issuer
        self.validity = validity
        self.isAuthority = isAuthority
        self.isSelfSigned = isSelfSigned
        self.isSignedByNext = isSignedByNext
    }
}

/// What holding a private key against a certificate brought.
package enum KeyReading: Sendable, Hashable {
    case matches
    case differs
    case failed(MachineComplaint)
}

/// What reading a file of VINs brought.
package enum VehicleListReading: Sendable, Hashable {
    case vins([String])
    case failed(MachineComplaint)
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
