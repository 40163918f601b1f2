import JSONText
import LinuxSystem
import TelemetryModel
import Testing

@testable import SignalMetering

/// 2026-11-02, so that the month has two days and the days before are of another one.
private let last = UTCDate(UnixMilliseconds(rawValue: 1_793_577_600_000))
private let price = SignalPrice(amount: 1, signals: 150_000, currency: "USD", freePerMonth: 10, readOn: "2026-10-01")

@Suite final class CostReportTests {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory(prefix: "signals")
        var archive = try SignalArchive(directory: directory.path)
        let numbers: [(Int, String, Int32, Int)] = [
            (0, "A", 4, 100_000), (0, "A", 21, 50_000), (0, "B", 8, 30_000), (-1, "A", 4, 1_000), (-2, "A", 4, 7),
            (-2, "", 100, 3), (-40, "A", 4, 11),
        ]
        for (offset, vehicle, field, count) in numbers {
            var counts = SignalCounts()
            counts.add(count, SignalCode(Field(number: field)), of: vehicle)
            if offset == 0 { counts.add(40, .resent, of: vehicle) }
            try archive.append(counts, to: last.adding(days: offset))
        }
    }

    private func report(
        _ days: Int,
        _ grouping: CostReport.Grouping,
        vehicle: String? = nil,
        budget: Double? = nil,
        price: SignalPrice? = price
    ) throws -> CostReport {
        try CostReport(
            directory: directory.path,
            days: days,
            upTo: last,
            by: grouping,
            vehicle: vehicle,
            price: price,
            monthlyBudget: budget
        )
    }

    private func rows(_ report: CostReport) -> [String] { report.rows.map { "\($0.name) \($0.signals)" } }

    @Test func `signals are added up by what was asked for`() throws {
        #expect(last.description == "2026-11-02")
        #expect(try rows(report(3, .vehicle)) == ["A 151007", "B 30000", "other vehicles 3"])
        #expect(
            try rows(report(3, .field)) == [
                "VehicleSpeed 101007", "Location 50000", "Soc 30000", "\(Field(number: 100).name!) 3",
            ]
        )
        #expect(try rows(report(3, .day)) == ["2026-10-31 10", "2026-11-01 1000", "2026-11-02 180000"])
        #expect(try rows(report(41, .day)).first == "2026-09-23 11")
        let categories = try report(3, .category)
        #expect(categories.rows.map(\.signals).reduce(0, +) == 181_010 && categories.signals == 181_010)
        #expect(categories.rows.first.map(\.name) == FieldCategory.driving.name)
        #expect(try rows(report(1, .field, vehicle: "B")) == ["Soc 30000"])
        #expect(try rows(report(1, .field, vehicle: "C")) == [])
    }

    @Test func `the month is whole, whatever days were asked for`() throws {
        for days in [1, 2, 3, 400] { #expect(try report(days, .day).monthSignals == 181_000) }
        #expect(try report(1, .day).month == "2026-11")
    }

    @Test func `money follows from the price`() throws {
        #expect(price.cost(of: 150_000) == 1 && price.cost(of: 0) == 0)
        #expect(price.charge(9.99) == 0 && price.charge(10) == 0 && price.charge(12.5) == 2.5)
        let report = try report(1, .category, budget: 1)
        #expect(report.monthCost == 181_000.0 / 150_000)
        #expect(report.budgetPercent == 120)
        #expect(try self.report(1, .category, budget: 2).budgetPercent == 60)
        #expect(try self.report(1, .category, budget: 1, price: nil).budgetPercent == nil)
    }

    @Test func `scripts read one object`() throws {
        let bytes = try report(1, .category, budget: 4).json
        #expect(bytes.last == 10 && bytes.count { $0 == 10 } == 1)
        let root = try JSONReader.read(String(decoding: bytes, as: UTF8.self)).root
        let members = Dictionary(uniqueKeysWithValues: try #require(root.members).map { ($0.name, $0.value) })
        #expect(members["signals"]?.decimal == 180_000)
        #expect(members["resent"]?.decimal == 120)
        #expect(members["cost"]?.decimal == 1.2)
        #expect(Set(members.keys).isSuperset(of: ["from", "to", "by", "rows", "month", "price", "broken_files"]))
        let bare = try JSONReader.read(String(decoding: report(1, .category, price: nil).json, as: UTF8.self)).root
        #expect(try #require(bare.members).allSatisfy { !["cost", "price"].contains($0.name) })
    }

    @Test func `a damaged file is named`() throws {
        let path = "\(directory.path)/\(DayFile.name(of: last))"
        var bytes = try Files.read(path, limitBytes: 1 << 20)
        bytes[bytes.count - 1] ^= 1
        try Files.write(bytes, to: path, mode: 0o600)
        let report = try report(1, .category)
        #expect(report.brokenFiles == ["2026-11-02.signals"])
    }

    @Test func `a directory that is not there is an error`() {
        #expect(throws: SystemCallError.self) {
            _ = try CostReport(
                directory: "\(directory.path)/none",
                days: 1,
                upTo: last,
                by: .day,
                price: nil,
                monthlyBudget: nil
            )
        }
    }

    @Test(arguments: [
        (0.0, 2, "0.00"), (1.005, 1, "1.0"), (12.345, 2, "12.35"), (0.00004, 4, "0.0000"), (0.00005, 4, "0.0001"),
        (1234567.891, 2, "1234567.89"), (-0.001, 2, "0.00"), (-1.5, 0, "-2"), (1e20, 2, "1e+20"),
    ])
    func `sums of money have fixed decimals`(amount: Double, decimals: Int, text: String) {
        #expect(MoneyText.fixed(amount, decimals: decimals) == text)
    }
}
