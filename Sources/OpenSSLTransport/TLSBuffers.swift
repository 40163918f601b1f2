internal import COpenSSL
internal import Glibc
package import LinuxSystem

/// The ciphertext of the connection that an event loop is working on: one buffer in, one buffer out, shared by
/// all sessions of the loop.
///
/// OpenSSL reads from and writes to these buffers through one BIO of our own, so a wake-up of a connection costs
/// one `recv` and one `send`, however many TLS records pass, and an idle connection owns no buffer of ours.
/// OpenSSL keeps an incomplete TLS record itself, so the inbound buffer is always drained before the next
/// connection's turn. Belongs to one thread.
package final class TLSBuffers {
    /// The most ciphertext that one `recv` takes, in bytes. A whole TLS record (16 KiB and its header) fits several times.
    package static let inboundBytes = 64 * 1024

    // SAFETY: owned; allocated in init, freed in deinit; only used on the loop's thread.
    private let inbound: UnsafeMutablePointer<UInt8>
    private var inboundPosition = 0
    private var inboundCount = 0
    // SAFETY: one BIO with one reference per session plus ours; its data pointer is this object, unretained, and
    // sessions hold a strong reference to the object, so it outlives every use.
    let bio: OpaquePointer

    /// Ciphertext to be sent to the connection at hand; sent or taken by the session.
    var outbound: [UInt8] = []

    /// What the certificate check of the handshake at hand had to say, when it refused.
    var refusal: CertificateRefusal?

    package init() {
        inbound = .allocate(capacity: Self.inboundBytes)
        guard let bio = BIO_new(bufferBIOMethod) else { fatalError("out of memory") }
        self.bio = bio
        outbound.reserveCapacity(32 * 1024)
        BIO_set_init(bio, 1)
        BIO_set_data(bio, Unmanaged.passUnretained(self).toOpaque())
    }

    deinit {
        BIO_free(bio)
        inbound.deallocate()
    }

    /// Forgets what the previous connection left, which is nothing unless its session failed.
    func clear() {
        inboundPosition = 0
        inboundCount = 0
        outbound.removeAll(keepingCapacity: true)
        refusal = nil
    }

    /// One `recv` into the inbound buffer.
    func receive(from descriptor: borrowing FileDescriptor) -> ReceiveProgress {
        clear()
        while true {
            // SAFETY: the kernel writes at most the buffer's capacity.
            let count = recv(descriptor.number, inbound, Self.inboundBytes, 0)
            if count > 0 {
                inboundCount = count
                return .received(bytes: count)
            }
            if count == 0 { return .endOfStream }
            switch errno {
            case EINTR: continue
            case EAGAIN: return .nothingYet
            case let code: return .failed(SystemCallError(call: "recv", code: code))
            }
        }
    }

    /// Puts bytes that were received by other means where OpenSSL reads them. At most ``inboundBytes``.
    func load(_ bytes: ArraySlice<UInt8>) {
        clear()
        precondition(bytes.count <= Self.inboundBytes)
        // SAFETY: the count was checked against the capacity.
        bytes.withUnsafeBufferPointer { inbound.update(from: $0.baseAddress!, count: $0.count) }
        inboundCount = bytes.count
    }

    /// The first received bytes, for telling TLS from something else.
    func inboundPrefix(_ count: Int) -> [UInt8] {
        // SAFETY: never more than was received.
        Array(UnsafeBufferPointer(start: inbound, count: min(count, inboundCount)))
    }

    /// Called by OpenSSL through the BIO. SAFETY: `destination` has room for `count` bytes by BIO_read's contract.
    func read(into destination: UnsafeMutablePointer<CChar>, count: Int) -> Int {
        let available = min(count, inboundCount - inboundPosition)
        guard available > 0 else { return 0 }
        memcpy(destination, inbound + inboundPosition, available)
        inboundPosition += available
        return available
    }

    /// Called by OpenSSL through the BIO. SAFETY: `source` holds `count` bytes by BIO_write's contract.
    func write(from source: UnsafePointer<CChar>, count: Int) {
        outbound.append(contentsOf: UnsafeRawBufferPointer(start: source, count: count))
    }
}

@available(*, unavailable)
extension TLSBuffers: Sendable {}

/// What one attempt to receive brought.
package enum ReceiveProgress: Sendable, Hashable {
    case received(bytes: Int)
    case nothingYet
    /// The peer closed its sending side, with or without saying so in TLS.
    case endOfStream
    case failed(SystemCallError)
}
