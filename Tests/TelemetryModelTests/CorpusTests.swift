import Testing
import TelemetryFixtures

@Test(arguments: Corpus.frameAreas)
func `every corpus area can be read`(area: String) throws {
    #expect(try !Corpus.cases(area).isEmpty)
}
