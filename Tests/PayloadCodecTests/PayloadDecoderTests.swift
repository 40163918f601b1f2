import PayloadCodec
import TelemetryFixtures
import TelemetryModel
import Testing

/// How unusual wire forms are read: as Go's protobuf reads them, whatever protobuf-c would do.
@Suite struct PayloadDecoderTests {
    /// The bytes of hexadecimal digits, which may be spaced.
    private func bytes(_ hex: String) -> [UInt8] {
        Bytes.fromHex(hex.filter { $0 != " " })
    }

    /// Decodes vehicle data and writes it again.
    private func normalised(_ hex: String) throws(PayloadError) -> String {
        var decoder = PayloadDecoder()
        var writer = PayloadWriter()
        return Bytes.hex(writer.bytes(of: .vehicleData(try decoder.decodeVehicleData(bytes(hex).span))))
    }

    /// Wire form and the form it is written in again; nil when it is refused.
    static let forms: [(String, String?)] = [
        // A known field with another wire type is unknown: vin as a number, data as a fixed32, key as a text.
        ("1805", "1805"),
        ("0d01020304", "0d01020304"),
        ("0a050a016112000a020808", "0a0512000a01610a020808"),
        // Unknown fields keep their order among each other, wherever they stand, and come last.
        ("18057a0161781a0a0208081a0178", "0a0208081a017818057a0161781a"),
        // Groups are unknown fields.
        ("7b08017c0a020808", "0a0208087b08017c"),
        ("0a050808 7b7c00", nil),
        ("0a06080812007b7c", "0a06080812007b7c"),
        // Tags, lengths and numbers that are longer than needed get their shortest form.
        ("8a8080808000 02 0808", "0a020808"),
        ("0a8280808080800008 08", "0a020808"),
        ("0a0388 0008 ", "0a020808"),
        ("0a0a 08ffffffff1f 1200 1001", "0a0f 08ffffffffffffffffff01 1200 1001"),
        // Inside an unknown field nothing is touched.
        ("788180808000", "788180808000"),
        ("f88080808000 01", "7801"),
        // The last scalar wins; sub-messages that come twice are merged.
        ("1a01611a0162", "1a0162"),
        ("20012000", ""),
        ("120408051001120208 00", "12021001"),
        ("0a0c 0808 1202 0801 1204 10017a00", "0a0a0808120610010801 7a00"),
        // The last member of the oneof wins, members before it are forgotten.
        ("0a07 1205 0a0161 1001", "0a04 12021001"),
        ("0a0d 120b 3a09 090000000000000000", "0a041202 3a00"),
        // The same message twice in a oneof is merged, unless another member stands between.
        ("0a0c 120a aa01020801 aa01021001", "0a09 1207 aa0104 08011001"),
        ("0a0e 120c aa01020801 1001 aa01021001", "0a07 1205 aa0102 1001"),
        // A field with the number that wrapped fields are carried in.
        ("f8ffffff0f05", "f8ffffff0f05"),
        ("faffffff0f0161", "faffffff0f0161"),
        // A value of a kind that this build doesn't know.
        ("0a06 0808 1202 7801", "0a06 0808 1202 7801"),
        ("0a070808 1203 c00301", "0a070808 1203 c00301"),
        // Unknown fields inside a timestamp, doors, and a time.
        ("12047801 0805", "1204 0805 7801"),
        ("0a09 1207 aa0104 08017801", "0a09 1207 aa0104 08017801"),
        // Unknown numbers of enums, negative ones too.
        ("0a0608ffff7f1200", "0a0608ffff7f1200"),
        ("0a0b08ffffffffffffffffff01", "0a0b08ffffffffffffffffff01"),
        ("0a051203 488f4e", "0a051203 488f4e"),
        // A value message that was sent empty stays; one that was not sent is not made up.
        ("0a021200", "0a021200"),
        ("0a00", "0a00"),
        // -0 is a value, +0 is the default.
        ("0a0d 120b 3a09 090000000000000080", "0a0d 120b 3a09 090000000000000080"),
    ]

    @Test(arguments: forms)
    func `is read as Go reads it`(wire: String, expected: String?) throws {
        guard let expected else {
            #expect(throws: PayloadError.self) { try normalised(wire) }
            return
        }
        #expect(try normalised(wire) == Bytes.hex(bytes(expected)))
    }

    static let refusals: [(String, PayloadError)] = [
        ("0000", .malformed(.fieldNumber, offset: 0)),
        ("7801 0200", .malformed(.fieldNumber, offset: 2)),
        ("8080808010 00", .malformed(.fieldNumber, offset: 0)),
        ("7e00", .malformed(.wireType, offset: 1)),
        ("7c", .malformed(.unbalancedGroup, offset: 1)),
        ("7b0801", .malformed(.truncated, offset: 3)),
        ("7b6c", .malformed(.unbalancedGroup, offset: 1)),
        ("78ffffffffffffffffff02", .malformed(.oversizedNumber, offset: 1)),
        ("78ffffffffffffffffffff01", .malformed(.oversizedNumber, offset: 1)),
        ("78ff", .malformed(.truncated, offset: 1)),
        ("0a", .malformed(.truncated, offset: 1)),
        ("0a05", .malformed(.truncated, offset: 1)),
        ("0affffffffffffffffff01", .malformed(.truncated, offset: 1)),
        ("0a02 1205", .malformed(.truncated, offset: 3)),
        ("79010203", .malformed(.truncated, offset: 1)),
        ("1a01ff", .invalidUTF8(field: "vin")),
        ("1a01ff 1a0161", .invalidUTF8(field: "vin")),
        ("0a00 0a05 1203 0a01ff", .invalidUTF8(field: "data[1].value.string_value")),
        ("0a07 1205 0a01ff 1001", .invalidUTF8(field: "string_value")),
    ]

    @Test(arguments: refusals)
    func `is refused as Go refuses it`(wire: String, error: PayloadError) {
        #expect(throws: error) { try normalised(wire) }
    }

    @Test func `a text keeps what follows a zero byte`() throws {
        var decoder = PayloadDecoder()
        let data = try decoder.decodeVehicleData(bytes("0a0912070a05 6100620063").span)
        #expect(data.data == [Datum(field: Field(number: 0), value: .text("a\0b\0c"))])
    }

    @Test func `an unpacked and a packed list of audiences are the same`() throws {
        var decoder = PayloadDecoder()
        let unpacked = try decoder.decodeAlerts(bytes("0a0410011002").span)
        let packed = try decoder.decodeAlerts(bytes("0a0412020102").span)
        let mixed = try decoder.decodeAlerts(bytes("0a05120101 1002").span)
        #expect(unpacked.alerts.map(\.audiences) == [[1, 2]])
        #expect(unpacked == packed)
        #expect(unpacked == mixed)
    }

    @Test func `of equal keys in a map the last value stays at the first place`() throws {
        var decoder = PayloadDecoder()
        let wire = "0a18 1a060a0161120131 1a060a0162120132 1a060a0161120133"
        let errors = try decoder.decodeErrors(bytes(wire).span)
        #expect(errors.errors.first?.tags == [Tag(key: "a", value: "3"), Tag(key: "b", value: "2")])
    }

    @Test func `keys of a map are compared by their bytes`() throws {
        var writer = PayloadWriter()
        var decoder = PayloadDecoder()
        for count in [2, 40] {
            var tags = (2..<count).map { Tag(key: "k\($0)", value: "") }
            tags += [Tag(key: "\u{e9}", value: "one"), Tag(key: "e\u{301}", value: "two")]
            let bytes = writer.bytes(of: .errors(VehicleErrors(errors: [.init(name: "", tags: tags)])))
            #expect(try decoder.decodeErrors(bytes.span).errors.first?.tags.count == count)
            #expect(try writer.bytes(of: .errors(decoder.decodeErrors(bytes.span))) == bytes)
        }
    }

    @Test func `a map of many keys keeps their order and the last of equal ones`() throws {
        let tags = (0..<300).map { Tag(key: "k\($0 % 100)", value: "\($0)") }
        var writer = PayloadWriter()
        var decoder = PayloadDecoder()
        let bytes = writer.bytes(of: .errors(VehicleErrors(errors: [.init(name: "", tags: tags)])))
        let read = try decoder.decodeErrors(bytes.span).errors.first?.tags
        #expect(read == (0..<100).map { Tag(key: "k\($0)", value: "\($0 + 200)") })
    }

    @Test func `types that are not decoded pass unseen`() throws {
        var decoder = PayloadDecoder()
        #expect(try decoder.decode(RecordType(topic: "custom"), ([0xff] as [UInt8]).span) == .opaque)
        #expect(try decoder.decode(RecordType(topic: "metrics"), ([0xff] as [UInt8]).span) == .opaque)
    }

    @Test func `a decoder that refused a payload reads the next one`() throws {
        var decoder = PayloadDecoder()
        for _ in 0..<3 {
            #expect(throws: PayloadError.self) { try decoder.decodeVehicleData(([0xff] as [UInt8]).span) }
            #expect(try decoder.decodeVehicleData(bytes("0a020808").span).data.count == 1)
        }
    }
}
