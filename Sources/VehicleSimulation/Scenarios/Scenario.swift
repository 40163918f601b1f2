package import TelemetryModel

/// What a simulated vehicle does for as long as it is asked.
package enum ScenarioKind: String, Sendable, CaseIterable {
    case drive
    case charge
    case park
    /// Parks, drives and charges in turn, beginning anywhere.
    case mixed
}

/// A record as a vehicle would send it, not yet in bytes.
package struct ScenarioRecord: Sendable, Hashable {
    package let type: RecordType
    package let content: RecordContent
    /// When the vehicle made it; the content says the same.
    package let createdAt: Timestamp
    /// How long after the record before, in milliseconds, by the vehicle's clock.
    package let pauseMilliseconds: Int
}

/// The endless stream of records of one vehicle. The same seed and start give the same records, always.
///
/// The first record carries every signal, as a real car's does after start or a new configuration; after that a
/// record carries what has changed in its half second, mostly one to three signals. Now and then come alerts,
/// rarely errors. No record carries a VIN: the server takes it from the certificate.
package struct Scenario: Sendable {
    private let kind: ScenarioKind
    private var state: VehicleState
    private var clock: Timestamp
    /// Per signal of the catalogue: what was sent last, and from which step on it may be sent again.
    private var sent: [SignalValue?]
    private var dueAtStep: [Int]
    private var stepsWithoutRecord = 0
    private var hasStarted = false
    private var activityEnd: Int
    private var waiting: [(RecordType, RecordContent)] = []
    private var alerts: [VehicleAlerts.Alert] = []

    /// - Parameter startedAt: time of the first record. Nanoseconds keep their phase, as a car's clock does.
    package init(_ kind: ScenarioKind, seed: UInt64, startedAt: Timestamp) {
        self.kind = kind
        var random = SeededNumbers(seed: seed)
        let activity: Activity =
            switch kind {
            case .drive: .driving
            case .charge: .charging
            case .park: .parked
            case .mixed: [Activity.parked, .driving, .charging][random.number(in: 0...2)]
            }
        activityEnd = random.number(in: 120...1200)
        state = VehicleState(activity: activity, random: random)
        clock = startedAt
        sent = Array(repeating: nil, count: SignalCatalogue.signals.count)
        dueAtStep = Array(repeating: 0, count: SignalCatalogue.signals.count)
    }

    /// The next record. Steps over silent moments; a vehicle says something at least once a minute.
    package mutating func next() -> ScenarioRecord {
        if !waiting.isEmpty {
            let (type, content) = waiting.removeFirst()
            return record(type, content)
        }
        while true {
            if hasStarted { advance() }
            hasStarted = true
            let data = changedData()
            queueAlertsAndErrors()
            if !data.isEmpty {
                return record(.vehicleData, .vehicleData(VehicleData(data: data, createdAt: clock)))
            }
        }
    }

    private mutating func record(_ type: RecordType, _ content: RecordContent) -> ScenarioRecord {
        let pause = stepsWithoutRecord * 1000 / VehicleState.stepsPerSecond
        stepsWithoutRecord = 0
        return ScenarioRecord(type: type, content: content, createdAt: clock, pauseMilliseconds: pause)
    }

    /// Signals whose interval is over and whose value is not the one sent last.
    private mutating func changedData() -> [Datum] {
        var data: [Datum] = []
        let isFirst = state.step == 0
        for index in dueAtStep.indices where state.step >= dueAtStep[index] {
            let signal = SignalCatalogue.signals[index]
            let value = signal.read(state)
            guard value != sent[index] else { continue }
            sent[index] = value
            // After the first record each signal finds a rhythm of its own, or all would change together for ever.
            let pause = isFirst ? state.random.number(in: 1...signal.interval) : signal.interval
            dueAtStep[index] = state.step + pause
            data.append(Datum(field: signal.field, value: value))
        }
        // The position is sent again when nothing else was said for a minute.
        if data.isEmpty, stepsWithoutRecord >= 60 * VehicleState.stepsPerSecond,
            let place = sent[SignalCatalogue.locationIndex]
        {
            data.append(Datum(field: .location, value: place))
        }
        return data
    }

    private mutating func advance() {
        if kind == .mixed, state.step >= activityEnd {
            switch state.activity {
            case .parked: state.begin(state.charge < 0.4 ? .charging : .driving)
            case .driving, .charging: state.begin(.parked)
            }
            activityEnd = state.step + state.random.number(in: 120...2400)
        }
        state.advance()
        stepsWithoutRecord += 1
        let nanos = clock.nanos + 1_000_000_000 / Int32(VehicleState.stepsPerSecond)
        clock = Timestamp(seconds: clock.seconds + Int64(nanos / 1_000_000_000), nanos: nanos % 1_000_000_000)
    }

    private mutating func queueAlertsAndErrors() {
        if state.random.oncePer(450) {
            beginAlert()
            waiting.append((.alerts, .alerts(VehicleAlerts(alerts: alerts, createdAt: clock))))
        } else if let open = alerts.firstIndex(where: { $0.endedAt == nil }), state.random.oncePer(40) {
            alerts[open].endedAt = clock
            waiting.append((.alerts, .alerts(VehicleAlerts(alerts: alerts, createdAt: clock))))
        }
        if state.random.oncePer(1500) {
            waiting.append((.errors, .errors(VehicleErrors(errors: [fault()], createdAt: clock))))
        }
    }

    private mutating func beginAlert() {
        let (name, audiences): (String, [Int32]) = [
            ("DI_a183_holdReleaseRqrd", [1, 2]),
            ("VCSEC_a133_alarmTriggered", [1]),
            ("BCCEN_w095_AlarmTriggered", [2]),
            ("VCSEC_a211_handlePullWithoutAuth", [2]),
            ("VCFRONT_a361_washerFluidLowMomentary", [1, 2]),
        ][state.random.number(in: 0...4)]
        alerts.insert(VehicleAlerts.Alert(name: name, audiences: audiences, startedAt: clock), at: 0)
        // An alert message lists recent alerts, not all there ever were.
        if alerts.count > 4 { alerts.removeLast() }
    }

    private mutating func fault() -> VehicleErrors.Fault {
        if state.random.oncePer(2) {
            return VehicleErrors.Fault(
                createdAt: clock,
                name: "unsupported_field",
                tags: [Tag(key: "field_name", value: "TonneauTentMode")],
                body: "field is not supported by this vehicle"
            )
        }
        // Spelled as vehicles spell it.
        return VehicleErrors.Fault(
            createdAt: clock,
            name: "unsuported_interval",
            tags: [
                Tag(key: "authorized", value: "60"), Tag(key: "field_name", value: "RouteLine"),
                Tag(key: "requested", value: "1"),
            ],
            body: "interval is shorter than authorized"
        )
    }
}

extension ScenarioRecord {
    /// The same record as if it had been made at another time. Moments inside of alerts and errors stay.
    package func stamped(_ moment: Timestamp) -> ScenarioRecord {
        let stamped: RecordContent
        switch content {
        case .vehicleData(var data):
            data.createdAt = moment
            stamped = .vehicleData(data)
        case .alerts(var alerts):
            alerts.createdAt = moment
            stamped = .alerts(alerts)
        case .errors(var errors):
            errors.createdAt = moment
            stamped = .errors(errors)
        case .connectivity, .metrics, .opaque:
            stamped = content
        }
        return ScenarioRecord(type: type, content: stamped, createdAt: moment, pauseMilliseconds: pauseMilliseconds)
    }
}
