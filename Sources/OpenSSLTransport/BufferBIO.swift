internal import COpenSSL

// A BIO whose other end is a TLSBuffers. The callbacks check, find the object and forward; no logic lives here.
// See the manual page BIO_meth_new(3).

/// SAFETY: made once, never freed, only read afterwards.
nonisolated(unsafe) let bufferBIOMethod: OpaquePointer = {
    guard let method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "fleet-telemetry buffers") else {
        fatalError("out of memory")
    }
    BIO_meth_set_read(method, readCallback)
    BIO_meth_set_write(method, writeCallback)
    BIO_meth_set_ctrl(method, controlCallback)
    return method
}()

/// SAFETY: the data pointer is the TLSBuffers that owns the BIO, see there.
func buffers(of bio: OpaquePointer) -> TLSBuffers? {
    guard let data = BIO_get_data(bio) else { return nil }
    return Unmanaged<TLSBuffers>.fromOpaque(data).takeUnretainedValue()
}

private func readCallback(
    _ bio: OpaquePointer?,
    _ destination: UnsafeMutablePointer<CChar>?,
    _ count: Int32
) -> Int32 {
    guard let bio, let destination, let buffers = buffers(of: bio) else { return -1 }
    fleet_BIO_clear_retry(bio)
    let read = buffers.read(into: destination, count: Int(count))
    if read == 0 {
        fleet_BIO_set_retry_read(bio)
        return -1
    }
    return Int32(read)
}

private func writeCallback(_ bio: OpaquePointer?, _ source: UnsafePointer<CChar>?, _ count: Int32) -> Int32 {
    guard let bio, let source, let buffers = buffers(of: bio) else { return -1 }
    fleet_BIO_clear_retry(bio)
    buffers.write(from: source, count: Int(count))
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
