import ControlPlane
import Testing

@Suite struct StatusChecksTests {
    private static func ranges(_ warning: String?, _ critical: String?) -> Thresholds {
        Thresholds(warning: warning.flatMap { AlarmRange($0) }, critical: critical.flatMap { AlarmRange($0) })
    }

    private static func certificates(server: Int?, authority: Int?) -> CertificatesStatus {
        func end(_ days: Int?) -> CertificateEnd? {
            days.map { days in
                var end = CertificateEnd()
                end.subject = "CN=x"
                end.daysLeft = days
                return end
            }
        }
        var status = CertificatesStatus()
        status.server = end(server)
        status.authority = end(authority)
        return status
    }

    @Test func `one line carries state, words and numbers as monitoring systems read them`() {
        let result = StatusChecks.certificates(
            Self.certificates(server: 42, authority: 800),
            which: .server,
            Self.ranges("30:", "7:")
        )
        #expect(
            result.line(name: "CERT")
                == "CERT OK: the server's certificate ends in 42 days: CN=x | 'days'=42;30:;7:;0;\n"
        )
        let hostile = CheckResult(.warning, "a|b\nc", [PerformanceDatum("it's=a|b", 1.23456, unit: "s", maximum: 5)])
        #expect(hostile.line(name: "X") == "X WARNING: a/b c | 'it_s_a_b'=1.235s;;;0;5\n")
        #expect(CheckResult(.unknown, "nothing").line(name: "X") == "X UNKNOWN: nothing\n")
    }

    @Test(
        arguments: [
            (30, 800, .ok), (29, 800, .warning), (6, 800, .critical), (-1, 800, .critical), (42, 6, .critical),
            (42, -2, .critical), (0, 800, .critical),
        ] as [(Int, Int, CheckState)]
    )
    func `the certificate that ends first decides`(_ server: Int, _ authority: Int, _ state: CheckState) {
        let ends = Self.certificates(server: server, authority: authority)
        #expect(StatusChecks.certificates(ends, which: .both, Self.ranges("30:", "7:")).state == state)
    }

    @Test func `an ended certificate is critical without any range, and one that is not there is unknown`() {
        let none = Self.ranges(nil, nil)
        let ended = StatusChecks.certificates(Self.certificates(server: -3, authority: 1), which: .server, none)
        #expect(ended.state == .critical && ended.words.contains("ended 3 days ago"))
        let absent = Self.certificates(server: 9, authority: nil)
        #expect(StatusChecks.certificates(absent, which: .both, none).state == .unknown)
        #expect(StatusChecks.certificates(absent, which: .ca, none).state == .unknown)
        #expect(StatusChecks.certificates(absent, which: .server, none).state == .ok)
    }

    private static func spool(percent: Int, seconds: Double = 0, hasRoom: Bool = true) -> SpoolUse {
        var spool = SpoolUse()
        spool.bytes = percent
        spool.maximumBytes = 100
        spool.hasRoom = hasRoom
        spool.oldestSeconds = seconds
        return spool
    }

    @Test func `a spool is judged by what is measured, and without room in any case`() {
        let ranges = Self.ranges("~:80", "~:95")
        func state(_ spool: SpoolUse?, _ measure: StatusChecks.SpoolMeasure) -> CheckState {
            StatusChecks.spool(spool, by: measure, ranges).state
        }
        #expect(state(Self.spool(percent: 80), .percent) == .ok)
        #expect(state(Self.spool(percent: 81), .percent) == .warning)
        #expect(state(Self.spool(percent: 96), .percent) == .critical)
        #expect(state(Self.spool(percent: 96), .seconds) == .ok)
        #expect(state(Self.spool(percent: 1, seconds: 90), .seconds) == .warning)
        #expect(state(Self.spool(percent: 1, hasRoom: false), .percent) == .critical)
        #expect(state(nil, .percent) == .unknown)
        let line = StatusChecks.spool(Self.spool(percent: 81, seconds: 1.5), by: .percent, ranges).line(name: "SPOOL")
        #expect(
            line == "SPOOL WARNING: 81 % of 100 bytes used (warning above 80), oldest undelivered record 1.5 s old | "
                + "'used'=81%;~:80;~:95;0;100 'bytes'=81B;;;0;100 'oldest'=1.5s;;;0;\n"
        )
    }

    private static func lane(
        _ name: String,
        _ state: DispatcherStatus.State,
        records: Int = 0,
        seconds: Double = 0,
        isSpooled: Bool = false,
        isFull: Bool = false
    ) -> DispatcherStatus {
        var lane = DispatcherStatus()
        lane.name = name
        lane.state = state
        lane.records = records
        lane.lagSeconds = seconds
        lane.isSpooled = isSpooled
        lane.isFull = isFull
        if state == .retrying { lane.failure = "unreachable: gone" }
        return lane
    }

    @Test func `dispatchers are judged by state and by lag`() {
        let ranges = Self.ranges("~:60", "~:600")
        func state(_ lane: DispatcherStatus, _ measure: StatusChecks.LagMeasure = .seconds) -> CheckState {
            StatusChecks.dispatchers([lane], name: nil, by: measure, ranges).state
        }
        #expect(state(Self.lane("a", .healthy)) == .ok)
        #expect(state(Self.lane("a", .opening)) == .ok)
        #expect(state(Self.lane("a", .closed)) == .critical)
        #expect(state(Self.lane("a", .retrying)) == .critical)
        #expect(state(Self.lane("a", .retrying, isSpooled: true)) == .warning)
        #expect(state(Self.lane("a", .retrying, seconds: 601, isSpooled: true)) == .critical)
        #expect(state(Self.lane("a", .healthy, isFull: true)) == .critical)
        #expect(state(Self.lane("a", .healthy, seconds: 61)) == .warning)
        #expect(state(Self.lane("a", .healthy, records: 61), .seconds) == .ok)
        #expect(state(Self.lane("a", .healthy, records: 61), .records) == .warning)
    }

    @Test func `of several dispatchers the worst comes first, and one can be chosen`() {
        let lanes = [Self.lane("a", .healthy), Self.lane("b", .retrying, records: 5, seconds: 2)]
        let ranges = Self.ranges("~:60", nil)
        let all = StatusChecks.dispatchers(lanes, name: nil, by: .seconds, ranges)
        #expect(
            all.state == .critical && all.words.hasPrefix("b retrying (unreachable: gone), 5 records and 2 s behind")
        )
        #expect(
            all.numbers.map(\.text) == [
                "'a_lag'=0s;~:60;;0;", "'a_records'=0;;;0;", "'b_lag'=2s;~:60;;0;", "'b_records'=5;;;0;",
            ]
        )
        #expect(StatusChecks.dispatchers(lanes, name: "a", by: .seconds, ranges).state == .ok)
        let unknown = StatusChecks.dispatchers(lanes, name: "c", by: .seconds, ranges)
        #expect(unknown.state == .unknown && unknown.words.contains("a, b"))
    }

    private static func vehicle(last: Int?, isConnected: Bool = false, since: Int = 0) -> VehicleStatus {
        var vehicle = VehicleStatus()
        vehicle.lastRecordAt = last
        vehicle.lastRecordType = last.map { _ in "V" }
        vehicle.isConnected = isConnected
        vehicle.since = since
        return vehicle
    }

    @Test func `a vehicle is judged by its silence`() {
        func result(
            _ vehicle: VehicleStatus?,
            refusedAt: Int? = nil,
            known: Double = 0
        ) -> CheckResult {
            var refusal = RefusedVehicleStatus()
            refusal.count = 2
            refusal.lastAt = refusedAt ?? 0
            return StatusChecks.vehicle(
                "VIN",
                vehicle,
                refusal: refusedAt == nil ? nil : refusal,
                knownForSeconds: known,
                now: 1_000_000,
                Self.ranges("~:60", "~:600")
            )
        }
        #expect(result(Self.vehicle(last: 990_000)).state == .ok)
        #expect(result(Self.vehicle(last: 900_000)).state == .warning)
        #expect(result(Self.vehicle(last: 1)).state == .critical)
        // A clock that was set back is no silence.
        #expect(result(Self.vehicle(last: 2_000_000)).words.contains(" 0 s ago"))
        #expect(result(nil, known: 30).state == .unknown)
        #expect(result(nil, known: 61).state == .warning)
        #expect(result(Self.vehicle(last: nil), known: 601).state == .critical)
        #expect(result(nil, refusedAt: 999_000, known: 30).state == .critical)
        #expect(result(nil, refusedAt: 999_000).words.contains("refused 2 times, last 1 s ago"))
        #expect(result(Self.vehicle(last: 999_000, since: 5), refusedAt: 10).state == .critical)
        // It got in afterwards.
        #expect(result(Self.vehicle(last: 999_000, since: 20), refusedAt: 10).state == .ok)
        #expect(result(Self.vehicle(last: 999_000, isConnected: true), refusedAt: 10).state == .ok)
    }

    @Test func `the worst state wins, and the certain one over the uncertain`() {
        #expect(CheckState.allCases.sorted() == [.ok, .warning, .unknown, .critical])
        #expect(CheckState.allCases.map(\.rawValue) == [0, 1, 2, 3])
    }
}
