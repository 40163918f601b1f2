internal import CLinux

/// The checksum CRC-32C (Castagnoli), by the processor's own instruction where it has one.
///
/// Source: RFC 3720, appendix B.4, which also gives the known answers.
package enum CRC32C {
    /// - Parameter salt: mixed into the start; a checksum fits only to bytes that were written with the same salt.
    package static func checksum(_ bytes: borrowing Span<UInt8>, salt: UInt32 = 0) -> UInt32 {
        // SAFETY: the call reads as many bytes as there are, and keeps no pointer.
        bytes.withUnsafeBufferPointer { ~fleet_crc32c(~salt, $0.baseAddress, $0.count) }
    }

    /// The same without the instruction.
    package static func checksumByTables(_ bytes: borrowing Span<UInt8>, salt: UInt32 = 0) -> UInt32 {
        // SAFETY: the call reads as many bytes as there are, and keeps no pointer.
        bytes.withUnsafeBufferPointer { ~fleet_crc32c_by_tables(~salt, $0.baseAddress, $0.count) }
    }
}
