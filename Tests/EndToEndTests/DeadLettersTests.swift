import Foundation
import LinuxSystem
import Spooling
import TelemetryModel
import Testing

struct DeadLettersTests {
    @Test func `letters are listed, replayed and dropped from the command line`() throws {
        let workshop = try Workshop()
        let folder = workshop.path("letters")
        let storage = DirectoryStorage(directory: folder)
        try storage.acquire()
        let drafts = (0..<3).map { number in
            let record = Record(
                source: RecordSource(
                    device: DeviceIdentity(vin: VIN(Workshop.vins[0]), deviceType: "vehicle_device"),
                    connection: ConnectionID(loop: 0, slot: 1, generation: 1),
                    socketID: "socket"
                ),
                sequence: UInt64(number),
                type: .vehicleData,
                receivedAt: UnixMilliseconds(rawValue: 1_700_000_000_000),
                content: .opaque,
                payload: [],
                txid: Array("txid-\(number)".utf8)
            )
            return DeadLetterDraft(record: record, dispatcher: "file", code: "refused", detail: "never")
        }
        try DeadLetterFile(storage).store(drafts)
        let config = try workshop.write(workshop.configuration)

        let (locked, _, why) = try Child.run(["dead-letters", "drop", folder, "--all"])
        #expect(locked == 3 && why.contains("in use by process"))
        storage.release()

        let (listed, lines, _) = try Child.run(["dead-letters", "list", folder])
        #expect(listed == 0 && lines.split(separator: "\n").count == 3 && lines.contains("file  refused  V"))
        let (shown, line, _) = try Child.run(["dead-letters", "show", folder, "--id", "1"])
        #expect(shown == 0 && line.contains(#""txid":"txid-1""#))
        let (unknown, _, missing) = try Child.run(["dead-letters", "show", folder, "--id", "9"])
        #expect(unknown == 1 && missing.contains("no such letter"))

        let (replayed, _, said) = try Child.run(
            ["dead-letters", "replay", folder, "--config", config, "--id", "0", "--id", "1"]
        )
        #expect(replayed == 0 && said.contains("delivered 2 records, 0 refused again, 0 left"))
        #expect(try workshop.recordedLines().compactMap { $0["txid"] as? String } == ["txid-0", "txid-1"])

        let (undecided, _, which) = try Child.run(["dead-letters", "drop", folder])
        #expect(undecided == 2 && which.contains("which?"))
        let (dropped, _, count) = try Child.run(["dead-letters", "drop", folder, "--all"])
        #expect(dropped == 0 && count.contains("dropped 1 dead letters"))
        #expect(try Child.run(["dead-letters", "list", folder]).1.isEmpty)
    }
}
