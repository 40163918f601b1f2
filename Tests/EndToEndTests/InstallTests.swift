import Foundation
import TelemetryFixtures
import Testing

struct InstallTests {
    @Test func `make install puts everything where Linux looks for it`() throws {
        let shop = try Workshop()
        let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..").standardized.path
        let outcome = try Tool.run(
            "make -s -C '\(root)' install 'DESTDIR=\(shop.folder)' PREFIX=/usr 'EXECUTABLE=\(Child.executable)'"
        )
        #expect(outcome.status == 0, "\(outcome.output)")
        func installed(_ name: String) throws -> String {
            try String(contentsOfFile: shop.path("usr/\(name)"), encoding: .utf8)
        }
        #expect(FileManager.default.isExecutableFile(atPath: shop.path("usr/bin/fleet-telemetry")))
        #expect(try installed("share/man/man8/fleet-telemetry.8") == Child.run(["man"]).output)
        for (name, shell) in [
            ("bash-completion/completions/fleet-telemetry", "bash"), ("zsh/site-functions/_fleet-telemetry", "zsh"),
            ("fish/vendor_completions.d/fleet-telemetry.fish", "fish"),
        ] {
            #expect(try installed("share/\(name)") == Child.run(["completions", shell]).output)
        }
        for unit in try FileManager.default.contentsOfDirectory(atPath: "\(root)/deploy") {
            let text = try installed("lib/systemd/system/\(unit)")
            #expect(!text.contains("/usr/local/"))
            if unit.hasSuffix(".service") { #expect(text.contains("\nExecStart=/usr/bin/fleet-telemetry ")) }
        }
    }

    /// What the units start must be good command lines.
    @Test func `the units' command lines are understood`() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../deploy").standardized
        for unit in try FileManager.default.contentsOfDirectory(atPath: root.path) where unit.hasSuffix(".service") {
            let text = try String(contentsOf: root.appending(path: unit), encoding: .utf8)
            let lines = text.split(separator: "\n").filter {
                $0.contains("bin/fleet-telemetry ") && $0.hasPrefix("Exec")
            }
            #expect(!lines.isEmpty)
            for line in lines {
                // Names of files that are not there are complained of later than options that are none.
                let words = line.split(separator: " ").dropFirst().map(String.init)
                let result = try Child.run(words + ["--help"])
                #expect(result.code == 0, "\(line): \(result.error)")
            }
        }
    }
}
