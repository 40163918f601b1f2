import Dispatching
import Foundation
import JSONText
import LinuxSystem
import Observability
import PayloadCodec
import Spooling
import TelemetryModel
import Testing

@testable import ServerAssembly

final class DeadLetterDeskTests {
    private let directory: LinuxSystem.TemporaryDirectory

    init() throws {
        directory = try LinuxSystem.TemporaryDirectory(prefix: "dead-letters")
    }

    private var folder: String { directory.path }
    private var desk: DeadLetterDesk { DeadLetterDesk(directory: folder) }

    private func keep(_ range: Range<Int>, dispatcher: String = "file") throws {
        let storage = DirectoryStorage(directory: folder)
        try storage.acquire()
        defer { storage.release() }
        var writer = PayloadWriter()
        let drafts = range.map { number in
            let content = RecordContent.vehicleData(
                VehicleData(data: [Datum(field: .vehicleSpeed, value: .double(Double(number)))])
            )
            let vin = "5YJ3E1EA1JF00000\(number % 2)"
            let record = Record(
                source: RecordSource(
                    device: DeviceIdentity(vin: VIN(vin), deviceType: "vehicle_device"),
                    connection: ConnectionID(loop: 0, slot: 1, generation: 1),
                    socketID: "socket"
                ),
                sequence: UInt64(number),
                type: .vehicleData,
                receivedAt: UnixMilliseconds(rawValue: 1_700_000_000_000),
                content: content,
                payload: writer.bytes(of: content),
                txid: Array("txid-\(number)".utf8)
            )
            return DeadLetterDraft(record: record, dispatcher: dispatcher, code: "too_large", detail: "413 of the sink")
        }
        try DeadLetterFile(storage).store(drafts)
    }

    private func configuration(path: String) throws -> ServerConfiguration {
        let text = """
            {"port": 4443, "records": {"V": ["file", "logger"], "alerts": ["queue"]}, "file": {"path": "\(path)"},
             "tls": {"server_cert": "c.pem", "server_key": "k.pem", "ca_file": "a.pem"}}
            """
        return try #require(ServerConfiguration.load(text: text, fileName: "c", environment: [:]).configuration)
    }

    private func replay(
        _ selection: DeadLetterSelection = DeadLetterSelection(),
        path: String,
        to name: String? = nil,
        milliseconds: Int = 20_000
    ) throws -> DeadLetterReplay.Outcome {
        try DeadLetterReplay(desk, configuration(path: path), log: .silent)
            .run(selection, to: name, patienceMilliseconds: milliseconds)
    }

    private func txids(_ path: String) throws -> [String] {
        try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map { line in
            try #require(try JSONReader.read(String(line)).root["txid"]?.text)
        }
    }

    @Test func `letters are listed and shown, also while a server has them`() throws {
        try keep(0..<3)
        try keep(3..<4, dispatcher: "http:home")
        let server = DirectoryStorage(directory: folder)
        try server.acquire()
        defer { server.release() }
        let letters = try desk.letters(DeadLetterSelection())
        #expect(letters.map(\.id) == [0, 1, 2, 3])
        #expect(try desk.letters(DeadLetterSelection(dispatcher: "http:home")).map(\.id) == [3])
        #expect(try desk.letters(DeadLetterSelection(vin: "5YJ3E1EA1JF000001")).map(\.id) == [1, 3])
        #expect(try desk.letters(DeadLetterSelection(ids: [0, 2, 9], vin: "5YJ3E1EA1JF000000")).map(\.id) == [0, 2])
        #expect(desk.summary(letters[1]).hasSuffix("file  too_large  V  5YJ3E1EA1JF000001  413 of the sink\n"))
        let short = try JSONReader.read(String(decoding: desk.line(letters[3], isWhole: false), as: UTF8.self)).root
        #expect(short["dispatcher"]?.text == "http:home" && short["txid"]?.text == "txid-3")
        let whole = try JSONReader.read(String(decoding: desk.line(letters[3], isWhole: true), as: UTF8.self)).root
        #expect(whole["record"]?["payload"]?["data"] != nil && whole["detail"]?.text == "413 of the sink")
    }

    @Test func `a directory without letters has none, and one that is not there is refused`() throws {
        #expect(try desk.letters(DeadLetterSelection()).isEmpty)
        #expect(try desk.drop(DeadLetterSelection()) == 0)
        let missing = DeadLetterDesk(directory: "\(folder)/missing")
        let refusal = #expect(throws: DeadLetterDesk.Refusal.self) { try missing.drop(DeadLetterSelection()) }
        #expect(refusal?.description.contains("no such directory") == true)
        #expect(throws: DeadLetterDesk.Refusal.self) { try missing.letters(DeadLetterSelection()) }
    }

    @Test func `dropping removes what is meant and nothing while a server has them`() throws {
        try keep(0..<4)
        let server = DirectoryStorage(directory: folder)
        try server.acquire()
        let refusal = #expect(throws: DeadLetterDesk.Refusal.self) { try desk.drop(DeadLetterSelection(ids: [1])) }
        #expect(refusal?.description.contains("stop the other server") == true)
        server.release()
        #expect(try desk.drop(DeadLetterSelection(ids: [1, 7])) == 1)
        #expect(try desk.letters(DeadLetterSelection()).map(\.id) == [0, 2, 3])
    }

    @Test func `a replay delivers in order and forgets what was taken`() throws {
        try keep(0..<50)
        let path = "\(folder)/records.jsonl"
        let outcome = try replay(DeadLetterSelection(vin: "5YJ3E1EA1JF000001"), path: path)
        #expect(outcome == DeadLetterReplay.Outcome(delivered: 25))
        #expect(try txids(path) == (0..<25).map { "txid-\($0 * 2 + 1)" })
        #expect(try desk.letters(DeadLetterSelection()).map(\.id) == (0..<25).map { UInt64($0 * 2) })
        #expect(try replay(path: path).delivered == 25)
        #expect(try desk.letters(DeadLetterSelection()).isEmpty)
        #expect(try replay(path: path) == DeadLetterReplay.Outcome())
    }

    @Test func `a replay that does not get through keeps the letters and says why`() throws {
        try keep(0..<3)
        let outcome = try replay(path: "/dev/full", milliseconds: 50)
        #expect(outcome.left == 3 && outcome.delivered == 0)
        #expect(outcome.failure?.contains("No space left on device") == true)
        #expect(try desk.letters(DeadLetterSelection()).count == 3)
    }

    @Test func `a replay goes to a dispatcher of the configuration only`() throws {
        try keep(0..<3, dispatcher: "http:gone")
        let path = "\(folder)/records.jsonl"
        for name in [nil, "queue", "kafka"] {
            let refusal = #expect(throws: DeadLetterDesk.Refusal.self) { try replay(path: path, to: name) }
            #expect(
                refusal?.description.contains("choose one with --deliver-to, the configuration has file, logger")
                    == true
            )
        }
        #expect(try replay(path: path, to: "file").delivered == 3)
        #expect(try txids(path) == ["txid-0", "txid-1", "txid-2"])
    }
}
