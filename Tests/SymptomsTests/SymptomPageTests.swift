import Foundation
import Symptoms
import TelemetryFixtures
import Testing

struct SymptomPageTests {
    @Test func `the page of symptoms is the one that the table makes`() throws {
        let url = Fixtures.repository.appending(path: "Sources/FleetTelemetry/FleetTelemetry.docc/Symptoms.md")
        let text = try String(contentsOf: url, encoding: .utf8)
        #expect(text == SymptomPage.markdown, "run make generate")
    }

    @Test func `the table's words are whole and fit a terminal's habits`() {
        for symptom in SymptomTable.all {
            let code = symptom.code.rawValue
            #expect(!symptom.title.hasSuffix("."), "\(code)")
            #expect(symptom.causes.allSatisfy { !$0.isEmpty && !$0.hasSuffix(".") }, "\(code)")
            #expect(symptom.confirm.hasSuffix(".") && symptom.remedy.hasSuffix("."), "\(code)")
            #expect(!(symptom.causes + [symptom.confirm, symptom.remedy]).contains { $0.contains("  ") }, "\(code)")
        }
        #expect(Set(SymptomTable.all.map(\.title)).count == SymptomTable.all.count)
    }
}
