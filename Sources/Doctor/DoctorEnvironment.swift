package import LinuxSystem
package import OpenSSLTransport

/// What an examination asks the world for, so that tests can answer in its place.
package struct DoctorEnvironment: Sendable {
    /// Seconds since 1970-01-01T00:00:00Z.
    package var now: @Sendable () -> Int64 = { WallClock.milliseconds / 1000 }
    /// Numeric addresses of a host name.
    package var resolve: @Sendable (String) throws -> [String] = { try NameService.addresses(of: $0) }
    /// Opens a connection to a numeric address; nil when the deadline came first.
    package var connect: @Sendable (String, UInt16, MonotonicTime) throws -> FileDescriptor? = {
        try TCP.connect(host: $0, port: $1, until: $2)
    }
    /// Of the process.
    package var variables: [String: String] = ProcessEnvironment.variables
    /// Fingerprints of Tesla's vehicle CAs; nil for the built-in ones.
    package var pins: [TeslaPin]?
    /// The longest wait for one answer.
    package var timeoutMilliseconds = 5_000
    /// Hears what is being waited for.
    package var progress: @Sendable (String) -> Void = { _ in }

    package init() {}

    var deadline: MonotonicTime { .now.adding(milliseconds: timeoutMilliseconds) }
}
