import Foundation
import TelemetryFixtures
import TelemetryModel
import Testing
import proto_tables

/// Generated files are checked in; these tests fail when `make generate` was forgotten.
@Suite struct GeneratedFilesTests {
    private static let generated = "Sources/TelemetryModel/Generated"

    private func text(_ path: String) throws -> String {
        try String(contentsOf: Fixtures.repository.appending(path: path), encoding: .utf8)
    }

    @Test func `the name tables are those of the proto files`() throws {
        let tables = try Tables { try text("proto/\($0)") }
        for file in tables.files {
            #expect(try text("\(Self.generated)/\(file.name)") == file.text, "run make generate: \(file.name)")
        }
        let folder = Fixtures.repository.appending(path: Self.generated)
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        #expect(names.sorted() == tables.files.map(\.name).sorted())
    }

    /// protoc-c writes its version into what it makes, so only the version that made the files can be compared.
    private static var compiler: String? {
        guard FileManager.default.fileExists(atPath: "/usr/bin/protoc-c") else { return nil }
        guard FileManager.default.fileExists(atPath: "/usr/include/protobuf-c/protobuf-c.proto") else { return nil }
        return (try? output(of: ["/usr/bin/protoc-c", "--version"]))?.contains("protobuf-c 1.4.1") == true
            ? "/usr/bin/protoc-c" : nil
    }

    @discardableResult
    private static func output(of command: [String]) throws -> String {
        let words = command.map { "'\($0)'" }.joined(separator: " ")
        let outcome = try Tool.run("cd '\(Fixtures.repository.path)' && \(words)")
        #expect(outcome.status == 0, "\(outcome.output)")
        return outcome.output
    }

    @Test(.enabled(if: compiler != nil, "needs protoc-c 1.4.1"))
    func `the C sources are those of the proto files`() throws {
        let compiler = try #require(Self.compiler)
        let folder = FileManager.default.temporaryDirectory.appending(path: "proto-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let protos = ["alert", "connectivity", "data", "error", "metric"].map { "vehicle_\($0)" }
        try Self.output(
            of: [compiler, "-Iproto", "-I/usr/include", "--c_out=\(folder.path)"]
                + protos.map { "proto/\($0).proto" } + ["google/protobuf/timestamp.proto"]
        )
        for name in protos + ["google/protobuf/timestamp"] {
            for (file, place) in [("\(name).pb-c.c", ""), ("\(name).pb-c.h", "include/")] {
                let fresh = try String(contentsOf: folder.appending(path: file), encoding: .utf8)
                #expect(try text("Sources/CTelemetryProtos/\(place)\(file)") == fresh, "run make generate: \(file)")
            }
        }
    }

    @Test func `names are found by number and numbers by name`() {
        #expect(Field.odometer.name == "Odometer")
        #expect(Field(name: "Odometer") == .odometer)
        #expect(Field(number: 0).name == "Unknown")
        #expect(Field(number: -1).name == nil)
        #expect(Field(number: 100_000).name == nil)
        #expect(Field(name: "odometer") == nil)
        #expect(Field(name: "") == nil)
        #expect(Field.odometer.isNumeric)
        #expect(!Field.location.isNumeric)
        #expect(!Field(number: 64).isNumeric)
        #expect(!Field(number: -4).isNumeric)
        #expect(!Field(number: .max).isNumeric)
        #expect(AlertAudience.name(3) == "ServiceFix")
        #expect(AlertAudience.name(4) == nil)
        #expect(VehicleConnectivity.Status.disconnected.name == "DISCONNECTED")
        #expect(VehicleConnectivity.Status(number: -1).name == nil)
    }

    @Test func `every enum member has its names`() {
        #expect(ChoiceKind.shiftState.memberName == "shiftStateValue")
        #expect(ChoiceKind.shiftState.protoMemberName == "shift_state_value")
        #expect(ChoiceKind.shiftState.enumName == "ShiftState")
        #expect(ChoiceKind.shiftState.valueName(2) == "ShiftStateP")
        #expect(ChoiceKind.shiftState.valueName(7) == nil)
        #expect(ChoiceKind.shiftState.valueName(-1) == nil)
        #expect(ChoiceKind.shiftState.number(named: "ShiftStateD") == 5)
        #expect(ChoiceKind.shiftState.number(named: "SentryModeStateOff") == nil)
        #expect(ChoiceKind(tag: 1).memberName.isEmpty)
        #expect(ChoiceKind(tag: 255).valueName(0) == nil)
        #expect(ChoiceKind(memberName: "") == nil)
        #expect(ChoiceKind.all.count == 43)
        for kind in ChoiceKind.all {
            #expect(ChoiceKind(memberName: kind.memberName) == kind)
            #expect(kind.valueName(0)?.hasSuffix("Unknown") == true)
        }
    }

    @Test func `the catalogue has a line for every field`() throws {
        let catalogue = try FieldCatalogue(text: text("proto/field_catalogue.csv"))
        let fields = try ProtoFile(text: text("proto/vehicle_data.proto")).enumType("Field").values
        #expect(catalogue.rows.map(\.number) == fields.map(\.number))
        #expect(catalogue.rows.map { $0[.name] } == fields.map(\.name))
    }

    @Test func `a proto that the tables can't read is refused with its line`() {
        #expect(throws: ProtoProblem.self) { try ProtoFile(text: "message A {\n  map<string, string> b = 1;\n}\n") }
        #expect(throws: ProtoProblem.self) { try ProtoFile(text: "message A {\n") }
        #expect(throws: ProtoProblem.self) { try ProtoFile(text: "}\n") }
    }
}
