import Symptoms
import Testing

struct SymptomCodeTests {
    @Test func `codes have an area and three digits, and stand in order`() {
        for area in SymptomArea.allCases {
            let numbers = SymptomCode.allCases.filter { $0.area == area }.map { code in
                let digits = code.rawValue.split(separator: "-").last ?? ""
                #expect(digits.count == 3, "\(code.rawValue)")
                return Int(digits) ?? -1
            }
            #expect(!numbers.isEmpty)
            #expect(numbers == numbers.sorted(), "\(area.rawValue)")
        }
    }
}
