/// What a payload may cost, whoever sent it.
package enum WireLimits {
    /// Bytes of unpacked messages allowed for each byte of the payload.
    ///
    /// The densest datums that say anything (a key and a small number, 8 bytes) take up to 20 times their size in
    /// protobuf-c, datums with a key alone up to 28 times, empty ones 40 to 56 times.
    package static let unpackedBytesPerByte = 32

    /// Allowed for any payload, so that short ones are never refused.
    package static let unpackedBytesAlways = 64 * 1024

    /// Groups within groups that are followed; as many as Go's protobuf follows.
    package static let groupDepth = 10_000

    /// The largest field number that protobuf allows.
    static let lastFieldNumber: UInt64 = (1 << 29) - 1
}

/// The wire types of protobuf, named as its encoding guide does.
enum WireType {
    static let varint: UInt8 = 0
    static let fixed64: UInt8 = 1
    static let lengthDelimited: UInt8 = 2
    static let startGroup: UInt8 = 3
    static let endGroup: UInt8 = 4
    static let fixed32: UInt8 = 5
}
