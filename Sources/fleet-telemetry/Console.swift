internal import CommandLineInterface
internal import JSONText
internal import LinuxSystem
internal import OpenSSLTransport
internal import TextCodec
internal import VehicleSimulation

/// Standard output for results, standard error for everything said about them.
enum Console {
    /// Writes a result. A reader that has seen enough and is gone is no fault; see ``hasReader``.
    ///
    /// - Returns: ``ExitCode/environment`` when it cannot be written, which was said then.
    @discardableResult
    static func print(_ text: String) -> ExitCode {
        print(Array(text.utf8))
    }

    @discardableResult
    static func print(_ bytes: [UInt8]) -> ExitCode {
        ProgressLine.makeRoom()
        if bytes.isEmpty || StandardStream.output.write(bytes) || !hasReader { return .fine }
        let error = SystemCallError(call: "write", code: StandardStream.output.failureCode ?? 0)
        return complain(error, doing: "standard output")
    }

    /// Writes one JSON object on a line of its own, for scripts.
    @discardableResult
    static func print(_ members: (inout JSONWriter) -> Void) -> ExitCode {
        var writer = JSONWriter()
        writer.beginObject()
        members(&writer)
        writer.endObject()
        writer.endLine()
        return print(writer.bytes)
    }

    /// Whether what is printed still reaches somebody: false after `head` or a pager has ended.
    static var hasReader: Bool { !StandardStream.output.isReaderGone }

    /// How texts on standard output look.
    static let outputStyle = TextStyle(
        isTerminal: StandardStream.output.isTerminal,
        environment: ProcessEnvironment.variables
    )

    /// How texts on standard error look.
    static let errorStyle = TextStyle(
        isTerminal: StandardStream.error.isTerminal,
        environment: ProcessEnvironment.variables
    )

    /// Writes lines about what goes on, each with its line feed.
    static func print(error text: String) {
        ProgressLine.makeRoom()
        _ = StandardStream.error.write(Array(text.utf8))
    }

    /// Says something to the person who looks on.
    static func say(_ text: String) {
        print(error: "\(text)\n")
    }

    /// Says what is wrong: what, where, why, and what to do next.
    static func complain(_ text: String) {
        let name = Program.name
        let line = "\(name): \(text)".replacingDoubledName
        say(errorStyle.verdict(.bad, name) + line.dropFirst(name.count))
    }

    /// Says why something outside of the program did not work, with a remedy, and gives the exit code for it.
    static func complain(_ error: any Error, doing what: String) -> ExitCode {
        switch error {
        case let error as SystemCallError:
            complain(
                "\(what): \(error.subject.isEmpty ? error.call : error.subject): \(error.reason); \(remedy(error))"
            )
            return .environment
        case let error as AddressError:
            complain("\(what): \(error.host): \(error.reason); check the host's name and the network")
            return .environment
        case let error as VehicleCredentials.NoneFound:
            complain(
                "\(what): \(error.directory): no VIN.pem in it; make some with '\(Program.name) certs demo --out DIR "
                    + "--vin VIN --host NAME' and give --certs DIR"
            )
            return .environment
        case let error as TLSContextError:
            complain("\(what): \(text(error))")
            return .environment
        case let error as CertificateError:
            complain("\(what): \(error)")
            return .environment
        default:
            complain("\(what): \(error)")
            return .environment
        }
    }

    private static func text(_ error: TLSContextError) -> String {
        switch error {
        case .certificate(let error): "\(error)"
        case .noCertificate(let path): "\(path): no certificate in it; name a PEM file"
        case .refused(let path, let reason):
            "\(path): OpenSSL refuses it: \(reason); use ECDSA P-256 or RSA with 2048 bits or more"
        case .keyDoesNotMatch(let certificate, let key):
            "\(key): does not belong to the certificate in \(certificate); name the key that it was made with"
        }
    }

    private static func remedy(_ error: SystemCallError) -> String {
        switch error.code {
        case SystemCallError.noSuchFile: "check the path"
        case SystemCallError.permissionDenied, SystemCallError.notPermitted: "let this user read or write it"
        case SystemCallError.isDirectory: "name a file in the directory"
        case SystemCallError.tooManyFiles: "raise the limit with 'ulimit -n', or ask for fewer vehicles"
        case SystemCallError.fileTooLarge: "cut the file into smaller ones"
        case SystemCallError.noSpace: "make room on the disk"
        case SystemCallError.addressInUse: "choose another port, or stop the program that has it"
        default: "check that it exists and that this user may use it"
        }
    }
}

extension String {
    /// Usage errors name the program already.
    fileprivate var replacingDoubledName: String {
        let doubled = "\(Program.name): \(Program.name)"
        return hasPrefix(doubled) ? String(dropFirst(Program.name.count + 2)) : self
    }
}
