import Foundation
import Testing

struct FieldsTests {
    @Test func `fields are listed by category`() throws {
        let (code, output, error) = try Child.run(["fields", "--category", "Charging"])
        #expect(code == 0 && error.isEmpty)
        let lines = output.split(separator: "\n")
        #expect(lines.count == 10)
        #expect(lines[0].split(separator: " ") == ["NUMBER", "NAME", "CATEGORY", "KIND", "UNIT", "RANGE", "STATUS"])
        #expect(output.contains("    35  DCChargingPower        Charging  real     kW    0...350\n"))
        #expect(try Child.run(["fields"]).1.split(separator: "\n").count == 273)
    }

    @Test func `a field is described by name or number`() throws {
        let (code, output, _) = try Child.run(["fields", "Gear", "158"])
        #expect(code == 0)
        #expect(output.contains("Gear (10): ") && output.contains("typed value       shift_state_value\n"))
        #expect(output.contains("\n\nEnergyRemaining (158): ") && output.contains("0...130, Semi 1000 (observed)\n"))
    }

    @Test func `facts come as JSON lines`() throws {
        let (code, output, _) = try Child.run(["fields", "--json"])
        #expect(code == 0)
        let objects = try output.split(separator: "\n").map { line in
            try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        }
        #expect(objects.count == 272)
        let location = objects[21]
        #expect(location["name"] as? String == "Location" && location["kinds"] as? [String] == ["location"])
        #expect(location["scopes"] as? [String] == ["vehicle_device_data", "vehicle_location"])
        #expect(objects[4]["maximum"] as? Double == 163 && objects[4]["range_certainty"] as? String == "guess")
    }

    @Test(arguments: [
        (["fields", "VehicleSped"], "there is no field 'VehicleSped'; did you mean 'VehicleSpeed'?"),
        (["fields", "Gear", "-1"], "there is no option -1"),
        (["fields", "9999"], "there is no field '9999'; 'fleet-telemetry fields' lists all"),
        (["fields", "--category", "Drivin"], "no such category; did you mean 'Driving'?"),
        (["fields", "--category", "x"], "no such category; there are Driving, Charging, Default"),
    ])
    func `what is no field or category is named`(_ words: [String], _ says: String) throws {
        let (code, output, error) = try Child.run(words)
        #expect(code == 2 && output.isEmpty)
        #expect(error.contains(says), "\(error)")
    }
}
