import Observability
import Symptoms
import Testing

struct SymptomFieldTests {
    private func line(_ event: EventName, _ fields: KeyValuePairs<String, LogValue> = [:]) -> String {
        let capture = LogCapture()
        let log = Log(level: .debug, format: .json, output: .capture(capture))
        log.observe(event, fields)
        return capture.lines.joined()
    }

    @Test func `a line says what its event is explained as`() {
        #expect(line(.reloadFailed).contains(#""code":"FT-CFG-010""#))
        #expect(line(.rateLimitExceeded).contains(#""code":"FT-DATA-016""#))
        #expect(!line(.startingServer).contains(#""code""#))
    }

    @Test func `a line that knows better keeps its own`() {
        let own = line(.vehicleRefused, ["code": .text(SymptomCode.vehicleNotAllowed.rawValue)])
        #expect(own.contains(#""code":"FT-VEH-026""#))
        #expect(!own.contains("FT-VEH-027"))
    }
}
