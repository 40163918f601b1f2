import TelemetryModel
import Testing

struct IdentityTests {
    /// An e with an accent, in one scalar and in two: the same text for Swift, other bytes for everybody else.
    private let composed = "5YJ3E1EA7KF00000\u{E9}"
    private let decomposed = "5YJ3E1EA7KF00000e\u{301}"

    @Test func `VINs are the same when their bytes are`() {
        #expect(composed == decomposed)
        #expect(VIN(composed) != VIN(decomposed))
        #expect(VIN(composed) == VIN(String(decoding: Array(composed.utf8), as: UTF8.self)))
        #expect(VIN("") == VIN(""))
        #expect(VIN("A") != VIN("AB"))
        #expect(VIN("5YJ3E1EA7KF000001") != VIN("5YJ3E1EA7KF000002"))
    }

    @Test func `a reordering of accents that Swift does not see is another VIN`() {
        let above = "a\u{301}\u{323}"
        let below = "a\u{323}\u{301}"
        #expect(above == below && above.utf8.count == below.utf8.count)
        #expect(VIN(above) != VIN(below))
    }

    @Test func `tables keep VINs apart and find them again`() {
        var counts: [VIN: Int] = [VIN(composed): 1]
        counts[VIN(decomposed), default: 0] += 2
        counts[VIN("5YJ3E1EA7KF000001"), default: 0] += 4
        counts[VIN(composed), default: 0] += 8
        #expect(counts == [VIN(composed): 9, VIN(decomposed): 2, VIN("5YJ3E1EA7KF000001"): 4])
    }

    @Test func `record types and senders are compared by bytes as well`() {
        #expect(RecordType(topic: composed) != RecordType(topic: decomposed))
        #expect(Set([RecordType(topic: "V"), .vehicleData, .alerts]).count == 2)
        let identity = DeviceIdentity(vin: VIN("A"), deviceType: composed)
        #expect(identity != DeviceIdentity(vin: VIN("A"), deviceType: decomposed))
        #expect(identity == DeviceIdentity(vin: VIN("A"), deviceType: composed))
    }
}
