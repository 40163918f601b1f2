package import LinuxSystem
internal import TelemetryModel

/// A file of VINs: one per line, `#` begins a comment, empty lines mean nothing.
package enum VehicleListFile {
    /// Longest file, in bytes: more than a million VINs.
    package static let sizeLimitBytes = 32 << 20
    /// Longest name; a VIN has 17 letters, and test certificates carry other names.
    private static let nameLimitBytes = 64

    /// The names in the order of the file, repetitions included.
    package static func read(_ path: String) throws(VehicleListError) -> [String] {
        let bytes: [UInt8]
        do throws(SystemCallError) {
            bytes = try Files.read(path, limitBytes: sizeLimitBytes)
        } catch {
            throw VehicleListError(path: path, fault: .unreadable(error))
        }
        return try names(in: bytes, path: path)
    }

    /// ``read(_:)`` of bytes in memory.
    ///
    /// - Parameter path: for errors.
    package static func names(in bytes: [UInt8], path: String) throws(VehicleListError) -> [String] {
        var names: [String] = []
        var line = 0
        let lines = bytes.starts(with: [0xef, 0xbb, 0xbf]) ? bytes[3...] : bytes[...]
        for row in lines.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            line += 1
            var name = row.prefix { $0 != UInt8(ascii: "#") }
            while let first = name.first, isBlank(first) { name.removeFirst() }
            while let last = name.last, isBlank(last) { name.removeLast() }
            guard !name.isEmpty else { continue }
            guard name.count <= nameLimitBytes, name.allSatisfy(isNameByte) else {
                throw VehicleListError(path: path, fault: .noName(line: line))
            }
            names.append(String(decoding: name, as: UTF8.self))
        }
        return names
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0d }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"):
            true
        default: false
        }
    }

    /// As vehicles are called here: dots of a certificate's common name become dashes.
    static func vin(_ name: String) -> VIN {
        VIN(String(decoding: name.utf8.map { $0 == UInt8(ascii: ".") ? UInt8(ascii: "-") : $0 }, as: UTF8.self))
    }
}

/// Why a list of VINs cannot be used.
package struct VehicleListError: Error, Sendable, Hashable, CustomStringConvertible {
    package enum Fault: Sendable, Hashable {
        case unreadable(SystemCallError)
        /// A line, counted from 1, holds something else than a VIN.
        case noName(line: Int)
        /// An allow list without a VIN.
        case empty
    }

    package let path: String
    package let fault: Fault

    package init(path: String, fault: Fault) {
        self.path = path
        self.fault = fault
    }

    /// What is wrong, without the path.
    package var problem: String {
        switch fault {
        case .unreadable(let error): "cannot be read: \(error.reason)"
        case .noName(let line): "has something else than a VIN in line \(line)"
        case .empty: "holds no VIN, so that no vehicle could connect"
        }
    }

    package var remedy: String {
        switch fault {
        case .unreadable: "check the path, and let the user that the server runs as read it"
        case .noName: "write one VIN per line; # begins a comment"
        case .empty: "write at least one VIN, or remove vehicles.allow_file to let in every vehicle"
        }
    }

    /// Path, reason and remedy in one line.
    package var description: String { "\(path): \(problem); \(remedy)" }
}
