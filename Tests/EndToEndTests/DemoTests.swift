import Foundation
import Testing

struct DemoTests {
    @Test func `two seconds of demo end with a line of JSON that counts no loss`() throws {
        let (code, output, error) = try Child.run(["demo", "--seconds", "2", "--json"])
        #expect(code == 0, "\(error)")
        let lines = try Workshop.objects(output)
        let summary = try #require(lines.last)
        #expect(output.split(separator: "\n").last?.hasPrefix(#"{"vehicles":3,"sent":"#) == true)
        #expect(summary["lost"] as? Int == 0)
        let sent = try #require(summary["sent"] as? Int)
        #expect(sent > 3)
        #expect(summary["acked"] as? Int == sent)
        #expect(summary["dispatched"] as? Int == sent)
        let signals = try #require(summary["signals"] as? [String: Int])
        #expect(Set(signals.keys) == ["Driving", "Charging", "Default"])
        // The first record of each vehicle has a signal of every kind.
        #expect(signals.values.allSatisfy { $0 >= 1 }, "\(signals)")
        #expect(lines.dropLast().contains { ($0["payload"] as? [String: Any])?["data"] != nil })
        #expect(error.contains("receiver      127.0.0.1:"))
    }

    @Test func `ctrl-C ends the endless demo with a summary, and nothing stays behind`() throws {
        let child = try Child(["demo"])
        let place = try child.line(.error, containing: "certificates")
        let directory = try #require(
            place.split(separator: " ").map(String.init).first { $0.contains("/") }?.dropLast()
        )
        #expect(FileManager.default.fileExists(atPath: "\(directory)/ca.pem"))
        try child.line(.output, containing: "VehicleSpeed")
        child.send(.interrupt)
        #expect(try child.exitCode() == 0)
        let records = try child.line(.output, containing: "  records ")
        #expect(records.hasSuffix(" 0 lost"))
        let signals = try child.line(.output, containing: "  signals ")
        #expect(signals.contains(/Driving [1-9]\d*, Charging \d+, Default [1-9]/))
        #expect(!FileManager.default.fileExists(atPath: String(directory)))
        // No line is longer than a terminal is wide.
        #expect(child.lines(.output).allSatisfy { $0.count <= 120 }, "\(child.text(.output))")
    }
}
