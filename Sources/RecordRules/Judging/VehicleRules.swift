package import TelemetryModel

/// The rules as they hold for one vehicle. Shared by its records; asked on event loops.
package final class VehicleRules: Sendable {
    /// Which rules these are, to tell whether they still hold.
    package let set: RuleSet
    private let book: RuleBook
    /// What the vehicle is configured to send; nil when nobody knows.
    private let configured: FieldSet?
    private let history: VehicleHistory
    /// What the VIN itself breaks.
    private let ofVIN: RuleMask

    init(
        _ set: RuleSet,
        _ book: RuleBook,
        vin: VIN,
        configured: FieldSet?,
        history: VehicleHistory
    ) {
        self.set = set
        self.book = book
        self.configured = configured
        self.history = history
        var ofVIN: RuleMask = []
        if !vin.hasVehicleShape {
            ofVIN.insert(RuleMask(.vinShape))
        } else if vin.needsCheckDigit, !vin.hasFittingCheckDigit {
            ofVIN.insert(RuleMask(.vinCheckDigit))
        }
        self.ofVIN = ofVIN
    }

    /// Whether no record can break anything, because everything is off.
    package var isIdle: Bool { book.isIdle }

    /// How much memory it takes, in bytes, what it shares with other vehicles and the history left out.
    package var bytes: Int {
        // An object begins with 16 bytes of the runtime's.
        let own = 16 + 3 * MemoryLayout<RuleSet>.size + MemoryLayout<FieldSet?>.size + MemoryLayout<RuleMask>.size
        return own + (book.isShared ? 0 : book.bytes)
    }

    /// What a record breaks; nil, without an allocation, when it is nothing.
    ///
    /// - Parameter tally: gets every finding, those beyond ``RecordFindings/limit`` included.
    package func judge(_ record: Record, _ tally: inout FindingTally) -> Judgement? {
        switch record.content {
        case .vehicleData(let data):
            return judge(record, data, book.vehicleData, &tally)
        case .alerts(let alerts):
            return judge(record, alerts.createdAt, alerts.alerts.count, book.alerts.record, &tally)
        case .errors(let errors):
            return judge(record, errors.createdAt, errors.errors.count, book.errors.record, &tally)
        case .connectivity(let event):
            return judge(record, event.createdAt, 1, book.modes(of: record.type).record, &tally)
        case .metrics(let metrics):
            return judge(record, metrics.createdAt, metrics.metrics.count, book.modes(of: record.type).record, &tally)
        case .opaque:
            // Nobody knows when it was made.
            var modes = book.modes(of: record.type).record
            modes.active.subtract([RuleMask(.createdAtMissing)])
            return judge(record, nil, 0, modes, &tally)
        }
    }

    // MARK: Whole records

    private func judge(
        _ record: Record,
        _ createdAt: Timestamp?,
        _ count: Int,
        _ modes: RuleModes,
        _ tally: inout FindingTally
    ) -> Judgement? {
        let broken = faults(of: record, createdAt, count).intersection(modes.active)
        guard !broken.isEmpty else { return nil }
        return judgement(ofRecord: broken, modes, &tally)
    }

    @inline(__always)
    private func faults(of record: Record, _ createdAt: Timestamp?, _ count: Int) -> RuleMask {
        var faults = ofVIN
        if record.payloadCount > set.maxRecordBytes { faults.insert(RuleMask(.recordSize)) }
        if count > set.maxDatums { faults.insert(RuleMask(.datumCount)) }
        if let createdAt, createdAt.isValid {
            let age = record.receivedAt.rawValue &- createdAt.milliseconds
            if 0 &- age > set.futureMilliseconds { faults.insert(RuleMask(.createdAtFuture)) }
            if age > set.staleMilliseconds { faults.insert(RuleMask(.createdAtStale)) }
        } else {
            faults.insert(RuleMask(.createdAtMissing))
        }
        return faults
    }

    private func judgement(ofRecord broken: RuleMask, _ modes: RuleModes, _ tally: inout FindingTally) -> Judgement {
        let rejecting = broken.intersection(modes.enforced)
        var findings: [RecordFinding] = []
        for rule in broken.rules {
            let finding = RecordFinding(rule: rule, outcome: rejecting.contains(RuleMask(rule)) ? .rejected : .observed)
            findings.append(finding)
            tally.add(finding, isKnown: true)
        }
        return Judgement(
            findings: RecordFindings(findings),
            rejectedBy: rejecting.rules.first,
            isStripped: [],
            strippedCount: 0
        )
    }

    // MARK: Vehicle data

    private func judge(
        _ record: Record,
        _ data: VehicleData,
        _ modes: ModeTable,
        _ tally: inout FindingTally
    ) -> Judgement? {
        let ofRecord = faults(of: record, data.createdAt, data.data.count).intersection(modes.record.active)
        if !ofRecord.isDisjoint(with: modes.record.enforced) {
            // It goes as it is; what its data are like does not matter any more.
            return judgement(ofRecord: ofRecord, modes.record, &tally)
        }
        var broken: [RuleMask] = []
        if !modes.ofAnyDatum.isEmpty {
            look(at: data.data, modes, &broken)
            if !book.ofHistory.isDisjoint(with: modes.ofAnyDatum) {
                let time = clock(record, data.createdAt)
                history.judge { lookBack(at: data.data, modes, time, &$0, &broken) }
            }
        }
        guard !ofRecord.isEmpty || !broken.isEmpty else { return nil }
        return judgement(ofRecord, data.data, broken, modes, &tally)
    }

    /// The vehicle's own time of the record, unless it can't be believed: records that waited in a vehicle come
    /// together, and were not made together.
    private func clock(_ record: Record, _ createdAt: Timestamp?) -> Int64 {
        guard let createdAt, createdAt.isValid else { return record.receivedAt.rawValue }
        let time = createdAt.milliseconds
        return time &- record.receivedAt.rawValue > set.futureMilliseconds ? record.receivedAt.rawValue : time
    }

    /// What the data break by themselves.
    ///
    /// - Parameter broken: stays empty when nothing is broken, else gets one set for each datum.
    private func look(at data: [Datum], _ modes: ModeTable, _ broken: inout [RuleMask]) {
        let data = data.span
        var met = FieldSet()
        var strangers = 0
        var hasRepeated = false
        for index in data.indices {
            let field = data[index].field
            let number = UInt32(bitPattern: field.number)
            var faults: RuleMask = []
            let active: RuleMask
            if number < UInt32(set.fields.count), set.fields[Int(number)].isKnown {
                let check = set.fields[Int(number)]
                active = modes[check.category].active
                if !active.isDisjoint(with: .ofValue) { faults = check.faults(of: data[index].value) }
                if check.isDenied { faults.insert(.denied) }
                if let configured, !configured.contains(field) { faults.insert(.notConfigured) }
                if !met.insert(field) { hasRepeated = true }
            } else {
                active = modes.other.active
                faults = .unknownField
                if let configured, !configured.contains(field) { faults.insert(.notConfigured) }
                strangers += 1
            }
            faults = faults.intersection(active)
            if !faults.isEmpty { Self.note(faults, at: index, of: data.count, &broken) }
        }
        guard hasRepeated || strangers > 1, modes.ofAnyDatum.contains(.duplicateField) else { return }
        lookForRepetitions(data, modes, &broken)
    }

    /// Marks every datum whose field stands again later.
    private func lookForRepetitions(_ data: Span<Datum>, _ modes: ModeTable, _ broken: inout [RuleMask]) {
        var met = FieldSet()
        var strangers: Set<Int32> = []
        for index in data.indices.reversed() {
            let field = data[index].field
            let isLast =
                UInt32(bitPattern: field.number) < UInt32(FieldSet.capacity)
                ? met.insert(field) : strangers.insert(field.number).inserted
            guard !isLast, modes[check(of: field).category].active.contains(.duplicateField) else { continue }
            Self.note(.duplicateField, at: index, of: data.count, &broken)
        }
    }

    /// What the data break beside what came before; what is taken out already counts for nothing.
    private func lookBack(
        at data: [Datum],
        _ modes: ModeTable,
        _ time: Int64,
        _ history: inout VehicleHistory.State,
        _ broken: inout [RuleMask]
    ) {
        for index in data.indices {
            let field = data[index].field
            let check = check(of: field)
            let modes = modes[check.category]
            let asked = book.ofHistory.intersection(modes.active)
            guard !asked.isEmpty else { continue }
            if !broken.isEmpty, !broken[index].isDisjoint(with: modes.enforced) { continue }
            var faults: RuleMask = []
            if asked.contains(.sampled), check.intervalMilliseconds > 0,
                history.isTooSoon(field, at: time, interval: check.intervalMilliseconds, fields: set.fields.count)
            {
                faults.insert(.sampled)
            }
            if faults.isDisjoint(with: modes.enforced), asked.contains(.planFields),
                history.isSurplus(field, check.category, at: time, book.plan, set.fields)
            {
                faults.insert(.planFields)
            }
            if faults.isDisjoint(with: modes.enforced), asked.contains(.planRate),
                history.isOverRate(check.category, at: time, book.plan)
            {
                faults.insert(.planRate)
            }
            if !faults.isEmpty { Self.note(faults, at: index, of: data.count, &broken) }
        }
    }

    @inline(__always)
    private func check(of field: Field) -> FieldCheck {
        let number = UInt32(bitPattern: field.number)
        return number < UInt32(set.fields.count) ? set.fields[Int(number)] : set.unknownField
    }

    @inline(never)
    private static func note(_ faults: RuleMask, at index: Int, of count: Int, _ broken: inout [RuleMask]) {
        if broken.isEmpty { broken = Array(repeating: [], count: count) }
        broken[index].formUnion(faults)
    }

    private func judgement(
        _ ofRecord: RuleMask,
        _ data: [Datum],
        _ broken: [RuleMask],
        _ modes: ModeTable,
        _ tally: inout FindingTally
    ) -> Judgement {
        var findings: [RecordFinding] = []
        var omitted = 0
        func add(_ finding: RecordFinding, isKnown: Bool) {
            if findings.count < RecordFindings.limit { findings.append(finding) } else { omitted += 1 }
            tally.add(finding, isKnown: isKnown)
        }
        for rule in ofRecord.rules { add(RecordFinding(rule: rule, outcome: .observed), isKnown: true) }
        var isStripped = Array(repeating: false, count: broken.count)
        var stripped = 0
        for (index, faults) in broken.enumerated() where !faults.isEmpty {
            let field = data[index].field
            let check = check(of: field)
            let acting = faults.intersection(modes[check.category].enforced)
            for rule in faults.rules {
                let outcome: RecordFinding.Outcome = acting.contains(RuleMask(rule)) ? .stripped : .observed
                add(RecordFinding(rule: rule, field: field, outcome: outcome), isKnown: check.isKnown)
            }
            if !acting.isEmpty {
                isStripped[index] = true
                stripped += 1
            }
        }
        return Judgement(
            findings: RecordFindings(findings, omitted: omitted),
            rejectedBy: nil,
            isStripped: isStripped,
            strippedCount: stripped
        )
    }
}

extension Timestamp {
    /// Only for a valid one.
    fileprivate var milliseconds: Int64 { seconds * 1000 + Int64(nanos) / 1_000_000 }
}
