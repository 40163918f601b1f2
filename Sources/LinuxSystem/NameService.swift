internal import Glibc

/// The system's name service: hosts file, DNS, whatever the machine is set up with.
package enum NameService {
    /// The numeric addresses of a host, in the order in which the system would try them. Blocks.
    package static func addresses(of host: String) throws(AddressError) -> [String] {
        guard !host.isEmpty, !host.utf8.contains(0) else { throw AddressError(host: host, reason: "no host name") }
        var found: [String] = []
        for candidate in try resolve(host, port: 0, passive: false) {
            guard let address = candidate.socketAddress?.host, !found.contains(address) else { continue }
            found.append(address)
        }
        return found
    }
}

extension ResolvedAddress {
    /// The address as text.
    var socketAddress: SocketAddress? {
        var storage = sockaddr_storage()
        let count = min(bytes.count, MemoryLayout<sockaddr_storage>.size)
        // SAFETY: the storage is larger than any address, and no more than its size is copied.
        bytes.withUnsafeBytes { source in
            withUnsafeMutableBytes(of: &storage) { target in
                target.copyMemory(from: UnsafeRawBufferPointer(rebasing: source[..<count]))
            }
        }
        return SocketAddress(&storage)
    }
}
