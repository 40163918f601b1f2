import Foundation
import TelemetryFixtures
import Testing

struct ValidateTests {
    private static let recording = Fixtures.url("recordings/drive-charge-park.jsonl").path

    private func object(_ words: [String]) throws -> (code: Int32, object: [String: Any]) {
        let (code, output, error) = try Child.run(["validate", "--json"] + words)
        #expect(error.isEmpty, "\(error)")
        return (code, try #require(try JSONSerialization.jsonObject(with: Data(output.utf8)) as? [String: Any]))
    }

    @Test func `a recording is judged by vehicle, category and rule`() throws {
        let (code, output, error) = try Child.run(["validate", Self.recording])
        #expect(code == 1 && error.isEmpty, "\(error)")
        #expect(output.contains("VIN                CATEGORY  RULE                OUTCOME   COUNT  MOST OF\n"))
        #expect(
            output.contains(
                "5YJ3E1EA7KF000316  Driving   not_finite          observed      5  VehicleSpeed 4, Location 1\n"
            )
        )
        #expect(
            output.contains("7SAYGDEE0PA000002       60        6        16      109         0        0         0\n")
        )
        let readme = try String(contentsOf: Fixtures.repository.appending(path: "README.md"), encoding: .utf8)
        #expect(readme.contains("drive-charge-park.jsonl\n\(output)```"), "the README shows another run")
    }

    @Test func `what 'decode' prints is judged like the recording, moments and acks included`() throws {
        let workshop = try Workshop()
        let (_, lines, _) = try Child.run(["decode", Self.recording])
        let decoded = try workshop.write(lines, to: "lines.jsonl")
        let (_, fromLines) = try object([decoded])
        let (code, fromFrames) = try object([Self.recording])
        #expect(code == 1 && fromFrames["records"] as? Int == 246)
        #expect(fromLines as NSDictionary == fromFrames as NSDictionary)
    }

    @Test func `rules come from a configuration`() throws {
        let workshop = try Workshop()
        var configuration = workshop.configuration
        configuration["validation"] = [
            "mode": "off", "categories": ["Driving": ["policy": "deny"]],
        ]
        let (code, object) = try object([Self.recording, "--config", try workshop.write(configuration)])
        #expect(code == 1)
        let vehicles = try #require(object["vehicles"] as? [[String: Any]])
        #expect(vehicles.map { $0["stripped_data"] as? Int } == [151, 25, 6, 6])
        configuration["validation"] = ["mode": "off"]
        let (fine, nothing) = try self.object([Self.recording, "--config", try workshop.write(configuration)])
        #expect(fine == 0 && nothing["findings"] as? Int == 0)
    }

    @Test func `a file without records, a missing one and a bad configuration are told`() throws {
        let workshop = try Workshop()
        let (empty, _, why) = try Child.run(["validate", try workshop.write("", to: "empty")])
        #expect(empty == 1 && why.contains("no records in it"))
        let (missing, _, reason) = try Child.run(["validate", workshop.path("none")])
        #expect(missing == 3 && reason.contains("check the path"))
        var configuration = workshop.configuration
        configuration["validation"] = ["mode": "strict"]
        let (bad, _, told) = try Child.run(
            ["validate", Self.recording, "--config", try workshop.write(configuration)]
        )
        #expect(bad == 2 && told.contains("validation.mode"))
        let lines = try workshop.write("{\"data\": []}\nnonsense\n", to: "lines")
        let (damaged, _, said) = try Child.run(["validate", lines])
        #expect(damaged == 1 && said.contains("line 2: "))
    }
}
