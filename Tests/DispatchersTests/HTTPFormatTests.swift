import Dispatchers
import Foundation
import RecordEncoding
import TelemetryModel
import Testing
import VehicleFixtures

/// The exact body of each format, which the README and `HTTP.md` show as well.
@Suite struct HTTPFormatTests {
    private func request(
        _ format: HTTPFormat,
        _ records: [Record] = [HTTPRecords.vehicleData],
        form: TransmittedForm = .payload,
        maxRecords: Int = 0
    ) async throws -> TestWebServer.Request {
        let server = try TestWebServer { _ in .answer(200) }
        let bench = HTTPBench(server, form: form) {
            $0.format = format
            $0.batch.maxRecords = maxRecords
        }
        let requests = try await bench.requests(for: records)
        #expect(requests.count == 1 && requests[0].method == "POST" && requests[0].target == "/in")
        return requests[0]
    }

    /// Whether the page of documentation shows the body, and the README its first line.
    private func isDocumented(_ body: String) throws -> Bool {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let page = root.appending(path: "Sources/FleetTelemetry/FleetTelemetry.docc/HTTP.md")
        let line = body.prefix { $0 != "\n" }
        return try String(contentsOf: page, encoding: .utf8).contains("```json\n\(body)\n```")
            && String(contentsOf: root.appending(path: "README.md"), encoding: .utf8).contains("\n\(line)\n")
    }

    private func type(_ request: TestWebServer.Request) -> String? { request.headers.first("Content-Type") }

    static let protojson =
        #"{"data":[{"key":"Location","value":{"locationValue":{"latitude":30.2226645,"longitude":-97.6213806}}},"#
        + #"{"key":"VehicleSpeed","value":{"stringValue":"34.797"}}],"createdAt":"2024-02-24T04:58:44.983607402Z","#
        + #""vin":"5YJ3E1EA7LF000001","isResend":false}"#
    private static let map =
        #"{"Location":{"latitude":30.2226645,"longitude":-97.6213806},"VehicleSpeed":"34.797"}"#
    private static let line =
        #"{"vin":"5YJ3E1EA7LF000001","record_type":"V","txid":"txid-7","received_at":1708750725123,"#
        + #""device_client_version":"","payload":\#(protojson)}"#

    @Test func `protojson: one record, the first webhook format`() async throws {
        let request = try await request(.protojson)
        #expect(request.text == Self.protojson)
        #expect(try isDocumented(request.text))
        #expect(type(request) == "application/json")
    }

    @Test(arguments: HTTPFormat.allCases)
    func `each format has a place for findings, and none without them`(_ format: HTTPFormat) async throws {
        let finding = RecordFinding(rule: .outOfRange, field: .vehicleSpeed, outcome: .observed)
        let record = HTTPRecords.vehicleData.with(RecordFindings([finding]))
        let plain = try await request(format).text
        let server = try TestWebServer { _ in .answer(200) }
        let bench = HTTPBench(server) {
            $0.format = format
            $0.includesFindings = true
        }
        let requests = try await bench.requests(for: [record, HTTPRecords.vehicleData])
        let text = requests.map(\.text).joined(separator: "\n")
        let list = #"[{"category":"Driving","field":"VehicleSpeed","outcome":"observed","rule":"out_of_range"}]"#
        let member =
            format == .pubsubPush
            ? #""findings":"\#(list.replacing("\"", with: #"\""#))""# : #""findings":\#(list)"#
        #expect(text.components(separatedBy: member).count == 2, "\(text)")
        // The other record is told as ever.
        let bare = plain.drop { "[".contains($0) }.reversed().drop { "]\n".contains($0) }.reversed()
        #expect(text.contains(String(bare)), "\(text)")
        for line in requests.flatMap({ $0.text.split(separator: "\n") }) {
            #expect(throws: Never.self) { try JSONSerialization.jsonObject(with: Data(line.utf8)) }
        }
    }

    @Test func `teslemetry: a map of plain values, the second`() async throws {
        let request = try await request(.teslemetry)
        let end = #","createdAt":"2024-02-24T04:58:44.983607402Z","vin":"5YJ3E1EA7LF000001"}"#
        #expect(request.text == #"{"data":"# + Self.map + end)
        #expect(try isDocumented(request.text))
    }

    @Test func `splunk: events of the HTTP Event Collector, the third`() async throws {
        let request = try await request(.splunk, [HTTPRecords.vehicleData, HTTPRecords.connectivity])
        let events = request.text.split(separator: "\n")
        let host = try #require(events[0].split(separator: "\"").dropFirst(5).first)
        let start = #"{"time":1708750724.983607402,"host":"\#(host)","source":"5YJ3E1EA7LF000001","event":"#
        #expect(events[0] == start + Self.map + "}")
        #expect(try isDocumented(request.text.replacing("\"host\":\"\(host)\"", with: "\"host\":\"HOST\"")))
        #expect(
            events[1]
                == #"{"time":1708750724,"host":"\#(host)","source":"5YJ3E1EA7LF000001","event":{"vin":"#
                + #""5YJ3E1EA7LF000001","connectionId":"socket","status":"CONNECTED","#
                + #""createdAt":"2024-02-24T04:58:44Z","networkInterface":""}}"#
        )
    }

    @Test func `pubsub_push: what Google would push`() async throws {
        let body =
            #"{"message":{"attributes":{"device_client_version":"","receivedat":"1708750725123","timestamp":"0","#
            + #""txid":"txid-7","txtype":"V","version":"0","vin":"5YJ3E1EA7LF000001"},"data":"AQID","messageId":"#
            + #""7922732225728076962","message_id":"7922732225728076962","orderingKey":"5YJ3E1EA7LF000001","#
            + #""publishTime":"2024-02-24T04:58:45.123Z","publish_time":"2024-02-24T04:58:45.123Z"},"#
            + #""subscription":"projects/fleet-telemetry/subscriptions/fleet-telemetry"}"#
        #expect(try await request(.pubsubPush).text == body)
        #expect(try isDocumented(body))
        let decoded = try await request(.pubsubPush, form: .json(.standard)).text
        #expect(decoded.contains(#""data":"eyJkYXRh"#))
    }

    private static let event =
        #"{"specversion":"1.0","id":"txid-7","source":"/vehicles/5YJ3E1EA7LF000001","type":"fleet-telemetry.V","#
        + #""time":"2024-02-24T04:58:44.983607402Z","subject":"5YJ3E1EA7LF000001","#
        + #""datacontenttype":"application/json","data":\#(protojson)}"#

    @Test func `cloudevents: structured, one event or a batch`() async throws {
        let one = try await request(.cloudEvents)
        #expect(one.text == Self.event)
        #expect(try isDocumented(one.text))
        #expect(type(one) == "application/cloudevents+json")
        let two = try await request(
            .cloudEvents,
            [HTTPRecords.vehicleData, HTTPRecords.vehicleData],
            maxRecords: 10
        )
        #expect(two.text == "[\(Self.event),\(Self.event)]")
        #expect(type(two) == "application/cloudevents-batch+json")
    }

    @Test func `cloudevents_binary: the attributes in headers`() async throws {
        let request = try await request(.cloudEventsBinary)
        #expect(request.text == Self.protojson)
        #expect(type(request) == "application/json")
        let expected = [
            "ce-specversion": "1.0", "ce-id": "txid-7", "ce-source": "/vehicles/5YJ3E1EA7LF000001",
            "ce-type": "fleet-telemetry.V", "ce-time": "2024-02-24T04:58:44.983607402Z",
            "ce-subject": "5YJ3E1EA7LF000001",
        ]
        for (name, value) in expected { #expect(request.headers.first(name) == value) }
        #expect(request.headers.first("ce-datacontenttype") == nil)
    }

    @Test func `a record that is not decoded travels as bytes`() async throws {
        let record = HTTPRecords.record("a \"b\"%", .opaque, type: RecordType(topic: "new"))
        let binary = try await request(.cloudEventsBinary, [record])
        #expect(binary.body == [1, 2, 3] && type(binary) == "application/octet-stream")
        #expect(binary.headers.first("ce-id") == "a%20%22b%22%25")
        #expect(try await request(.cloudEvents, [record]).text.contains(#""data_base64":"AQID""#))
        #expect(try await request(.protojson, [record]).text == #"{"base64":"AQID"}"#)
    }

    @Test func `ndjson and json_array: the lines of the dispatcher file`() async throws {
        let records = [HTTPRecords.vehicleData, HTTPRecords.vehicleData]
        let lines = try await request(.ndjson, records)
        #expect(lines.text == "\(Self.line)\n\(Self.line)\n")
        #expect(try isDocumented(Self.line))
        #expect(type(lines) == "application/x-ndjson")
        let array = try await request(.jsonArray, records)
        #expect(array.text == "[\(Self.line),\(Self.line)]")
        #expect(type(array) == "application/json")
    }

    @Test func `connectivity records of one connection are told apart`() async throws {
        let first = try await request(.cloudEventsBinary, [HTTPRecords.connectivity])
        let again = try await request(.cloudEventsBinary, [HTTPRecords.connectivity])
        let id = try #require(first.headers.first("ce-id"))
        #expect(id.count == 32 && id == again.headers.first("ce-id"))
    }
}
