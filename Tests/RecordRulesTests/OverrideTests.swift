import RecordRules
import TelemetryModel
import Testing

/// Which of several sections wins.
@Suite struct OverrideTests {
    private let broken = Datum("VehicleSpeed", .double(1000))

    private func outcome(_ change: (inout ValidationSettings) -> Void) -> String {
        let outcome = RuleBench(change).judge(broken)
        return outcome.findings.first?.outcome.name ?? "off"
    }

    @Test func `a rule, a category, a type and a vehicle each win over what stands before`() {
        #expect(outcome { $0.mode = .observe } == "observed")
        #expect(outcome { $0.rules[.outOfRange] = .enforce } == "stripped")
        #expect(
            outcome { settings in
                settings.mode = .enforce
                settings.categories["Driving"] = CategorySettings()
                settings.categories["Driving"]?.mode = .observe
            } == "observed"
        )
        #expect(
            outcome { settings in
                settings.mode = .enforce
                settings.categories["Driving"] = CategorySettings()
                settings.categories["Driving"]?.mode = .observe
                settings.types["V"] = TypeSettings()
                settings.types["V"]?.rules[.outOfRange] = .enforce
            } == "stripped"
        )
        #expect(
            outcome { settings in
                settings.types["V"] = TypeSettings()
                settings.types["V"]?.mode = .enforce
                settings.vehicles[RuleBench.vin.text] = VehicleSettings()
                settings.vehicles[RuleBench.vin.text]?.mode = .off
            } == "off"
        )
    }

    @Test func `a single rule wins over the mode beside it`() {
        #expect(
            outcome { settings in
                settings.vehicles[RuleBench.vin.text] = VehicleSettings()
                settings.vehicles[RuleBench.vin.text]?.mode = .off
                settings.vehicles[RuleBench.vin.text]?.rules[.outOfRange] = .observe
            } == "observed"
        )
    }

    @Test func `sections of others do not matter`() {
        #expect(
            outcome { settings in
                settings.mode = .observe
                settings.categories["Charging"] = CategorySettings()
                settings.categories["Charging"]?.mode = .enforce
                settings.types["alerts"] = TypeSettings()
                settings.types["alerts"]?.mode = .enforce
                settings.vehicles["5YJ3E1EA7KF000316"] = VehicleSettings()
                settings.vehicles["5YJ3E1EA7KF000316"]?.mode = .enforce
            } == "observed"
        )
    }

    @Test func `a vehicle may have a plan of its own`() {
        let bench = RuleBench(.planRate, .enforce) { settings in
            settings.vehicles[RuleBench.vin.text] = VehicleSettings()
            settings.vehicles[RuleBench.vin.text]?.plan = PlanSettings.legacy
        }
        let data = Array(repeating: Datum.soc, count: 11)
        #expect(bench.judge(data).passed?.count == 10)
        var other = RuleBench(.planRate, .enforce)
        other.settings = bench.settings
        other.vin = VIN("5YJ3E1EA7KF000316")
        #expect(other.judge(data).passed?.count == 11)
    }

    @Test func `what is known of a vehicle's configuration is its own before that of all`() throws {
        var bench = RuleBench(.notConfigured, .enforce)
        func add(_ text: String, of vin: VIN? = nil) throws {
            let file = try VehicleConfigurationFile(Array(text.utf8))
            if let vin { bench.configurations.add(file, of: vin) } else { bench.configurations.add(file) }
        }
        #expect(bench.judge(.soc, .speed).isClean, "nothing is known")
        try add(#"{"fields": {"Soc": {"interval_seconds": 1}}}"#)
        #expect(bench.judge(.soc, .speed, .unknown).passed == [.soc])
        try add(#"{"vins": ["1M8GDM9AXKP042788"], "config": {"fields": {"VehicleSpeed": {}}}}"#)
        #expect(bench.judge(.soc, .speed).passed == [.speed])
        try add(#"{"response": {"config": {"fields": {"Gear": {"include_fields": ["Soc"]}}}}}"#, of: bench.vin)
        #expect(bench.judge(.soc, .speed).passed == [.soc])
        bench.vin = VIN("5YJ3E1EA7KF000316")
        #expect(bench.judge(.soc, .speed).passed == [.soc])
    }

    @Test func `files of configurations that are none say why`() throws {
        for text in ["", "{", "[]", "{}", #"{"config": {}}"#, #"[{"fields": {}}, {"vins": []}]"#, #"{"fields": []}"#] {
            #expect(throws: VehicleConfigurationFile.Fault.self) { try VehicleConfigurationFile(Array(text.utf8)) }
        }
        let text = #"[{"fields": {"Sock": {}, "Gear": null}}, {"vins": ["A"], "fields": {"Sock": {}, "X": 1}}]"#
        let file = try VehicleConfigurationFile(Array(text.utf8))
        #expect(file.unknownFields == ["Sock", "X"])
        #expect(file.parts.count == 2 && file.parts[1].vins == [VIN("A")])
        #expect(VehicleConfigurationFile.suggestion(for: "VehicleSped") == "VehicleSpeed")
    }
}
