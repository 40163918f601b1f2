import Foundation
import TelemetryFixtures
import Testing

@testable import TelemetryModel

@Suite struct FieldCatalogueTests {
    /// Tesla's Fleet Telemetry documentation, "Available Fields": what is in neither list is of category Default.
    private static let driving: Set<String> = [
        "VehicleSpeed", "Odometer", "Location", "GpsState", "GpsHeading", "PedalPosition", "BrakePedal",
        "BrakePedalPos", "Gear", "LateralAcceleration", "LongitudinalAcceleration",
    ]
    private static let charging: Set<String> = [
        "TimeToFullCharge", "ChargeAmps", "ChargerPhases", "ChargeState", "BmsFullchargecomplete", "DCChargingEnergyIn",
        "ACChargingEnergyIn", "DCChargingPower", "ACChargingPower",
    ]

    /// `Name = number;` of the enum `Field`, read without the generator.
    private func fieldsOfProto() throws -> [String: Int32] {
        let file = Fixtures.repository.appending(path: "proto/vehicle_data.proto")
        let text = try String(contentsOf: file, encoding: .utf8)
        let start = try #require(text.range(of: "enum Field {"))
        let body = text[start.upperBound...].prefix { $0 != "}" }
        var fields: [String: Int32] = [:]
        for line in body.split(separator: "\n") where !line.contains("//") {
            let parts = line.split { " =;".contains($0) }
            if parts.count == 2, let number = Int32(parts[1]) { fields[String(parts[0])] = number }
        }
        return fields
    }

    @Test func `the catalogue has exactly the fields of the proto`() throws {
        let fields = try fieldsOfProto()
        #expect(fields.count == 272)
        #expect(FieldCatalogue.fields.count == fields.count)
        #expect(FieldCatalogue.summaries.count == fields.count)
        for facts in FieldCatalogue.fields {
            #expect(fields[facts.name] == facts.number)
            #expect(FieldCatalogue.facts(of: facts.field)?.name == facts.name)
            #expect(FieldCatalogue.facts(named: facts.name)?.number == facts.number)
            #expect(!facts.summary.isEmpty || facts.kind == nil)
        }
        #expect(FieldCatalogue.fields.map(\.number) == FieldCatalogue.fields.map(\.number).sorted())
    }

    @Test func `categories are those of the three lists`() {
        for facts in FieldCatalogue.fields {
            let expected: FieldCategory =
                Self.driving.contains(facts.name)
                ? .driving : Self.charging.contains(facts.name) ? .charging : .default
            #expect(facts.category == expected, "\(facts.name)")
            #expect(facts.field.category == expected)
        }
        #expect(FieldCatalogue.fields.count { $0.category == .driving } == Self.driving.count)
        #expect(FieldCatalogue.fields.count { $0.category == .charging } == Self.charging.count)
        #expect(Field(number: 9999).category == .default)
        #expect(Field(number: -1).category == .default)
        #expect(FieldCategory(name: "driving") == .driving)
        #expect(FieldCategory(name: "Drivin") == nil)
        for category in FieldCategory.allCases { #expect(FieldCategory(name: category.name) == category) }
    }

    @Test func `numbers of no field have no facts`() {
        for number: Int32 in [-1, .min, 272, 10_000, .max] {
            #expect(FieldCatalogue.facts(of: Field(number: number)) == nil)
        }
        #expect(FieldCatalogue.facts(named: "") == nil)
        #expect(FieldCatalogue.facts(named: "vehiclespeed") == nil)
    }

    @Test func `kinds, units and ranges agree with each other`() {
        for facts in FieldCatalogue.fields {
            #expect((facts.kind?.isNumeric ?? false) == facts.field.isNumeric, "\(facts.name)")
            if facts.unit != nil, facts.kind?.isNumeric != true {
                #expect(facts.kind == .location, "only numbers and places have a unit: \(facts.name)")
            }
            if let range = facts.range {
                #expect(range.lowest < range.highest, "\(facts.name)")
                #expect(range.widest.upperBound >= range.highest)
                #expect(facts.kind?.isNumeric == true || facts.name == "CruiseFollowDistance")
            }
            if facts.name.hasPrefix("Semi") { #expect(facts.isSemiOnly, "\(facts.name)") }
            switch (facts.kind, facts.legacyText) {
            case (.integer, .decimal), (.real, .decimal), (.boolean, .boolean), (.choice, .name), (.doors, .doors),
                (.text, .text), (.timestamp, .text), (.time, .text), (_, nil):
                break
            case (let kind, let text):
                Issue.record("\(facts.name): a \(kind.map(\.name) ?? "-") written as \(text?.rawValue ?? "-")")
            }
            if facts.status == .active { #expect(facts.kind != nil && facts.certainty != .unknown, "\(facts.name)") }
        }
    }

    @Test func `facts are those of the specification`() throws {
        let speed = try #require(FieldCatalogue.facts(named: "VehicleSpeed"))
        #expect(speed.kind == .real && speed.unit == .milePerHour && speed.range?.widest == 0...163)
        #expect(speed.legacyText == .decimal && speed.minimumFirmware == FieldFacts.programmeMinimum)
        #expect(speed.certainty == .observed && speed.range?.certainty == .guess && speed.extraScope == nil)
        let gear = try #require(FieldCatalogue.facts(named: "Gear"))
        #expect(gear.kind == .choice(.shiftState) && gear.kind?.name == "ShiftState" && gear.legacyText == .name)
        let location = try #require(FieldCatalogue.facts(of: .location))
        #expect(location.kind == .location && location.extraScope == "vehicle_location")
        let energy = try #require(FieldCatalogue.facts(named: "EnergyRemaining"))
        #expect(energy.range?.highest == 130 && energy.range?.widest == 0...1000)
        #expect(FieldCatalogue.facts(named: "BrakePedalPos")?.isUnitCertain == false)
        #expect(FieldCatalogue.facts(named: "DriverSeatBelt")?.otherKind == .boolean)
        #expect(FieldCatalogue.facts(named: "ScheduledDepartureTime")?.otherKind == .timestamp)
        #expect(FieldCatalogue.facts(named: "RouteLastUpdated")?.status == .broken)
        #expect(FieldCatalogue.facts(named: "Unknown")?.isSendable == false)
        #expect(FieldCatalogue.facts(named: "Deprecated_1")?.kind == nil)
        let firmware = FieldCatalogue.facts(named: "ChargerVoltage")?.minimumFirmware
        #expect(firmware == "2024.44.32 or 2024.45.32")
        #expect(Set(FieldCatalogue.fields.compactMap(\.unit)).count == FieldUnit.allCases.count)
    }
}
