/// Judges a server's status as monitoring systems want it. Pure.
package enum StatusChecks {
    /// Which certificates count.
    package enum Certificates: String, Sendable, CaseIterable {
        case server, ca, both
    }

    /// Days until a certificate ends.
    package static func certificates(
        _ status: CertificatesStatus,
        which: Certificates,
        _ thresholds: Thresholds
    ) -> CheckResult {
        var ends: [(label: String, what: String, end: CertificateEnd?)] = []
        if which != .ca { ends.append(("days", "the server's certificate", status.server)) }
        if which != .server { ends.append((which == .ca ? "days" : "ca_days", "a vehicle CA", status.authority)) }
        var result = CheckResult(.ok, "")
        var words: [String] = []
        for (label, what, end) in ends {
            guard let end else {
                result.state = max(result.state, .unknown)
                words.append("\(what): the server names none")
                continue
            }
            let days = Double(end.daysLeft)
            // Whatever the ranges say, one that has ended lets nobody in.
            let state = end.daysLeft < 0 ? .critical : thresholds.judge(days).state
            result.state = max(result.state, state)
            words.append(
                end.daysLeft < 0
                    ? "\(what) ended \(-end.daysLeft) days ago: \(end.subject)"
                    : "\(what) ends in \(end.daysLeft) days\(thresholds.remark(days)): \(end.subject)"
            )
            result.numbers.append(
                PerformanceDatum(label, days, warning: thresholds.warning, critical: thresholds.critical)
            )
        }
        result.words = words.joined(separator: "; ")
        return result
    }

    /// What of a spool is measured.
    package enum SpoolMeasure: String, Sendable, CaseIterable {
        case percent, seconds
    }

    /// How full the spool is, or how old its oldest record that some dispatcher has not got.
    package static func spool(_ spool: SpoolUse?, by measure: SpoolMeasure, _ thresholds: Thresholds) -> CheckResult {
        guard let spool else {
            return CheckResult(.unknown, "the server has no spool; set \"spool\" in its configuration")
        }
        let value = measure == .percent ? spool.percent : spool.oldestSeconds
        let (isPercent, remark) = (measure == .percent, thresholds.remark(value))
        var result = CheckResult(
            thresholds.judge(value).state,
            "\(NumberShape.short((spool.percent * 10).rounded() / 10)) % of \(spool.maximumBytes) bytes used"
                + "\(isPercent ? remark : ""), oldest undelivered record "
                + "\(NumberShape.short(spool.oldestSeconds)) s old\(isPercent ? "" : remark)"
        )
        if !spool.hasRoom {
            result.state = .critical
            result.words =
                "vehicles are held back: \(spool.blocked ?? "the disk is slower than they send"); "
                + result.words
        }
        func ranges(_ isMeasured: Bool) -> (AlarmRange?, AlarmRange?) {
            isMeasured ? (thresholds.warning, thresholds.critical) : (nil, nil)
        }
        let (percent, seconds) = (ranges(isPercent), ranges(!isPercent))
        result.numbers = [
            PerformanceDatum("used", spool.percent, unit: "%", warning: percent.0, critical: percent.1, maximum: 100),
            PerformanceDatum("bytes", Double(spool.bytes), unit: "B", maximum: Double(spool.maximumBytes)),
            PerformanceDatum("oldest", spool.oldestSeconds, unit: "s", warning: seconds.0, critical: seconds.1),
        ]
        return result
    }

    /// What of a dispatcher's lag is measured.
    package enum LagMeasure: String, Sendable, CaseIterable {
        case seconds, records
    }

    /// How far dispatchers are behind, and whether they take records.
    ///
    /// One that fails is critical while vehicles wait for it, a warning while the spool keeps its records; so is one
    /// that is full. The lag is judged in any case.
    ///
    /// - Parameter name: nil for all.
    package static func dispatchers(
        _ all: [DispatcherStatus],
        name: String?,
        by measure: LagMeasure,
        _ thresholds: Thresholds
    ) -> CheckResult {
        let chosen = all.filter { name == nil || $0.name == name }
        guard !chosen.isEmpty else {
            let known = all.map(\.name).joined(separator: ", ")
            return CheckResult(.unknown, "no dispatcher is named \(name ?? "so"); there is \(known)")
        }
        var result = CheckResult(.ok, "")
        var words: [(state: CheckState, text: String)] = []
        for dispatcher in chosen {
            let value = measure == .seconds ? dispatcher.lagSeconds : Double(dispatcher.records)
            let state = max(health(of: dispatcher), thresholds.judge(value).state)
            result.state = max(result.state, state)
            let lag = "\(dispatcher.records) records and \(NumberShape.short(dispatcher.lagSeconds)) s behind"
            let failure = dispatcher.failure.map { " (\($0))" } ?? ""
            let full = dispatcher.isFull ? ", full" : ""
            words.append(
                (
                    state,
                    "\(dispatcher.name) \(dispatcher.state.rawValue)\(failure)\(full), \(lag)"
                        + thresholds.remark(value)
                )
            )
            let isTime = measure == .seconds
            result.numbers += [
                PerformanceDatum(
                    "\(dispatcher.name)_lag",
                    dispatcher.lagSeconds,
                    unit: "s",
                    warning: isTime ? thresholds.warning : nil,
                    critical: isTime ? thresholds.critical : nil
                ),
                PerformanceDatum(
                    "\(dispatcher.name)_records",
                    Double(dispatcher.records),
                    warning: isTime ? nil : thresholds.warning,
                    critical: isTime ? nil : thresholds.critical
                ),
            ]
        }
        // The worst first: a pager shows the beginning of a line.
        let order = words.indices.sorted { (words[$1].state, $0) < (words[$0].state, $1) }
        result.words = order.map { words[$0].text }.joined(separator: "; ")
        return result
    }

    private static func health(of dispatcher: DispatcherStatus) -> CheckState {
        switch dispatcher.state {
        case .closed: .critical
        case .retrying: dispatcher.isSpooled ? .warning : .critical
        case .opening, .healthy: dispatcher.isFull && !dispatcher.isSpooled ? .critical : .ok
        }
    }

    /// Seconds since a vehicle's last record.
    ///
    /// - Parameters:
    ///   - vehicle: nil when the server knows nothing of it.
    ///   - refusal: why the lists keep it out, if they do.
    ///   - knownForSeconds: how long the server would have remembered it.
    package static func vehicle(
        _ vin: String,
        _ vehicle: VehicleStatus?,
        refusal: RefusedVehicleStatus?,
        knownForSeconds: Double,
        now: Int,
        _ thresholds: Thresholds
    ) -> CheckResult {
        // One that got in afterwards is refused no more.
        if let refusal, vehicle.map({ !$0.isConnected && $0.since <= refusal.lastAt }) ?? true {
            let list = refusal.reason == .denied ? "on the deny list" : "not on the allow list"
            let ago = NumberShape.short((Double(max(0, now - refusal.lastAt)) / 1000).rounded())
            return CheckResult(.critical, "\(vin) was refused \(refusal.count) times, last \(ago) s ago: \(list)")
        }
        let connected = vehicle.map { $0.isConnected ? "connected" : "not connected" } ?? "not seen"
        if let last = vehicle?.lastRecordAt {
            let seconds = Double(max(0, now - last)) / 1000
            let type = vehicle?.lastRecordType.map { " of type \($0)" } ?? ""
            return CheckResult(
                thresholds.judge(seconds).state,
                "\(vin) \(connected), last record\(type) \(NumberShape.short(seconds)) s ago"
                    + thresholds.remark(seconds),
                [
                    PerformanceDatum(
                        "age",
                        seconds,
                        unit: "s",
                        warning: thresholds.warning,
                        critical: thresholds.critical
                    ),
                    PerformanceDatum("unacknowledged", Double(vehicle?.unacknowledged ?? 0)),
                ]
            )
        }
        // It has been silent for at least so long; what was before, nobody here knows.
        let (state, _) = thresholds.judge(knownForSeconds)
        let silence = "no record for the \(NumberShape.short(knownForSeconds.rounded())) s that the server looks back"
        return CheckResult(
            state == .ok ? .unknown : state,
            "\(vin) \(connected), \(silence)\(thresholds.remark(knownForSeconds))"
        )
    }
}
