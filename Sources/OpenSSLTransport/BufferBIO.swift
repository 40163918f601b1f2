internal import COpenSSL

// A BIO whose other end is a TLSBuffers. The callbacks check, find the object and forward; no logic lives here.
// See the manual page BIO_meth_new(3).

// SAFETY: made once, never freed, only read afterwards.
nonisolated(unsafe) let bufferBIOMethod: OpaquePointer = {
    guard let method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "fleet-telemetry buffers") else {
        fatalError("out of memory")
    }
    BIO_meth_set_read(method, readCallback)
    BIO_meth_set_write(method, writeCallback)
    BIO_meth_set_ctrl(method, controlCallback)
    return method
}()

/// The object behind the BIO.
func buffers(of bio: OpaquePointer) -> TLSBuffers? {
    unmanagedBuffers(of: bio)?.takeUnretainedValue()
}

private func unmanagedBuffers(of bio: OpaquePointer) -> Unmanaged<TLSBuffers>? {
    guard let data = BIO_get_data(bio) else { return nil }
    // SAFETY: the data pointer is the TLSBuffers that owns the BIO and outlives it, see there.
    return Unmanaged<TLSBuffers>.fromOpaque(data)
}

private func readCallback(
    _ bio: OpaquePointer?,
    _ destination: UnsafeMutablePointer<CChar>?,
    _ count: Int32
) -> Int32 {
    guard let bio, let destination, let buffers = unmanagedBuffers(of: bio) else { return -1 }
    fleet_BIO_clear_retry(bio)
    // SAFETY: the session that OpenSSL works for holds the object, so that it needn't be retained for the call.
    let read = buffers._withUnsafeGuaranteedRef { $0.read(into: destination, count: Int(count)) }
    if read == 0 {
        fleet_BIO_set_retry_read(bio)
        return -1
    }
    return Int32(read)
}

private func writeCallback(_ bio: OpaquePointer?, _ source: UnsafePointer<CChar>?, _ count: Int32) -> Int32 {
    guard let bio, let source, let buffers = unmanagedBuffers(of: bio) else { return -1 }
    fleet_BIO_clear_retry(bio)
    // SAFETY: as in `readCallback`.
    buffers._withUnsafeGuaranteedRef { $0.write(from: source, count: Int(count)) }
    return count
}

private func controlCallback(
    _ bio: OpaquePointer?,
    _ command: Int32,
    _ number: Int,
    _ pointer: UnsafeMutableRawPointer?
) -> Int {
    // Flushing has nothing to wait for; every other command is answered with "not supported".
    command == BIO_CTRL_FLUSH ? 1 : 0
}
