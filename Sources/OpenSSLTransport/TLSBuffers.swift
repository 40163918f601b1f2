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
    /// The most ciphertext that one `recv` takes, in bytes. A whole TLS record (16 KiB and its header) fits several
    /// times.
    package static let inboundBytes = 64 * 1024

    // SAFETY: owned; allocated in init, freed in deinit; only used on the loop's thread.
    private let inbound: UnsafeMutablePointer<UInt8>
    private var inboundPosition = 0
    private var inboundCount = 0
    // SAFETY: one BIO with one reference per session plus ours; its data pointer is this object, unretained, and
    // sessions hold a strong reference to the object, so it outlives every use.
    let bio: OpaquePointer

    /// Ciphertext to be sent to the connection at hand; sent or taken by the session.
    ///
    /// Memory of ours rather than an array: Swift checks each use of a class's array for overlapping accesses, which
    /// took 800 instructions per record here.
    // SAFETY: owned; the first `outboundCount` of `outboundCapacity` bytes are initialised; freed in deinit.
    private(set) var outbound: UnsafeMutablePointer<UInt8>
    private(set) var outboundCount = 0
    private var outboundCapacity = 32 * 1024
    /// A larger buffer is given back once it is empty: it was for a vehicle with uncommonly much to hear.
    private static let keptOutboundBytes = 1 << 20

    /// What the certificate check of the handshake at hand had to say, when it refused.
    var refusal: CertificateRefusal?
    /// Whether the server asked for a certificate, in a handshake of ours as its client.
    var wasAskedForCertificate = false

    package init() {
        inbound = .allocate(capacity: Self.inboundBytes)
        outbound = .allocate(capacity: outboundCapacity)
        guard let bio = BIO_new(bufferBIOMethod) else { fatalError("out of memory") }
        self.bio = bio
        BIO_set_init(bio, 1)
        // SAFETY: unretained, because this object owns the BIO; the sessions that use the BIO keep the object alive.
        BIO_set_data(bio, Unmanaged.passUnretained(self).toOpaque())
    }

    deinit {
        BIO_free(bio)
        inbound.deallocate()
        outbound.deallocate()
    }

    /// Forgets what the previous connection left, which is nothing unless its session failed.
    func clear() {
        inboundPosition = 0
        inboundCount = 0
        clearOutbound()
        if refusal != nil { refusal = nil }
    }

    /// The ciphertext has been sent or copied.
    func clearOutbound() {
        outboundCount = 0
        if outboundCapacity > Self.keptOutboundBytes { resizeOutbound(to: 32 * 1024) }
    }

    /// A copy of the ciphertext from `start` on.
    func copyOutbound(from start: Int = 0) -> [UInt8] {
        // SAFETY: what is initialised is copied during the call.
        Array(UnsafeBufferPointer(start: outbound + start, count: outboundCount - start))
    }

    /// Whether OpenSSL has taken everything that was received.
    var isInboundEmpty: Bool { inboundPosition == inboundCount }

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

    /// Called by OpenSSL through the BIO.
    func read(into destination: UnsafeMutablePointer<CChar>, count: Int) -> Int {
        // SAFETY: `destination` has room for `count` bytes by BIO_read's contract.
        let available = min(count, inboundCount - inboundPosition)
        guard available > 0 else { return 0 }
        memcpy(destination, inbound + inboundPosition, available)
        inboundPosition += available
        return available
    }

    /// Called by OpenSSL through the BIO.
    func write(from source: UnsafePointer<CChar>, count: Int) {
        if outboundCapacity - outboundCount < count {
            resizeOutbound(to: max(outboundCapacity * 2, outboundCount + count))
        }
        // SAFETY: `source` holds `count` bytes by BIO_write's contract; there is room for them.
        memcpy(outbound + outboundCount, source, count)
        outboundCount += count
    }

    @inline(never)
    private func resizeOutbound(to capacity: Int) {
        // SAFETY: the new memory takes the place of the old one, whose initialised bytes it gets.
        let resized = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity)
        resized.update(from: outbound, count: outboundCount)
        outbound.deallocate()
        outbound = resized
        outboundCapacity = capacity
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
