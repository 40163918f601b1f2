import TelemetryModel
import Testing

@Suite struct VINShapeTests {
    @Test(arguments: ["5YJ3E1EA7KF000316", "1M8GDM9AXKP042788", "LRWYGCEK9PC000000"])
    func `a VIN has 17 capital letters and digits without I, O and Q`(_ text: String) {
        #expect(VIN(text).hasVehicleShape)
        for index in 0..<17 {
            var letters = Array(text)
            for wrong in "IOQa é-" {
                letters[index] = wrong
                #expect(!VIN(String(letters)).hasVehicleShape)
            }
        }
        #expect(!VIN(String(text.dropLast())).hasVehicleShape)
        #expect(!VIN(text + "0").hasVehicleShape)
        #expect(!VIN("").hasVehicleShape)
    }

    /// 1M8GDM9AXKP042788 is the example of the standard; 1 seventeen times sums up to 89, which is 1 modulo 11.
    @Test func `the check digit is what the others give`() {
        for text in ["1M8GDM9AXKP042788", "11111111111111111"] { #expect(VIN(text).hasFittingCheckDigit, "\(text)") }
        for digit in "0123456789X" {
            var letters = Array("1M8GDM9AXKP042788")
            letters[8] = digit
            #expect(VIN(String(letters)).hasFittingCheckDigit == (digit == "X"))
        }
        for text in ["", "1M8GDM9AXKP04278", "1M8GDM9AXKP0427880", "1M8GDM9AXKP04278I"] {
            #expect(!VIN(text).hasFittingCheckDigit)
        }
    }

    @Test func `North America and China demand a check digit`() {
        for text in ["1", "5YJ3", "7SAY", "LRW3"] { #expect(VIN(text).needsCheckDigit) }
        for text in ["", "XP7Y", "6", "WVWZ", "SFZR"] { #expect(!VIN(text).needsCheckDigit) }
    }
}
