internal import PayloadCodec
internal import TelemetryModel

/// How exactly one dispatcher sees where vehicles are: the section `location`.
///
/// Each record is judged by itself, so that records that are delivered again, in another order, or after a restart are
/// seen the same. What cannot be judged is not passed on.
struct LocationView: Sendable {
    private let decimals: Int?
    private let scale: Double
    private let zones: [GroundZone]

    init(_ settings: LocationSettings) {
        decimals = settings.decimals
        scale = (0..<(settings.decimals ?? 0)).reduce(1.0) { scale, _ in scale * 10 }
        zones = settings.zones.values.map {
            GroundZone(latitude: $0.latitude, longitude: $0.longitude, radiusMeters: $0.radiusMeters)
        }
    }

    /// What has become of a record's data.
    struct Changes: Sendable, Hashable {
        /// Data that are gone: they tell of a place in a zone, or might.
        var dropped = 0
        /// Values that are marked as invalid now: they tell of a place, and cannot be rounded.
        var hidden = 0
        /// Whether the payload must be written anew.
        var isChanged = false
    }

    /// What becomes of a datum.
    private enum Verdict {
        case keep
        case replace(SignalValue)
        case hide
        case drop
    }

    /// What a value says of a place.
    private enum Whereabouts {
        /// It names none.
        case nowhere
        case outside(GroundPosition)
        case inside
        /// It may name one, in a way that is not understood.
        case unclear
    }

    func apply(to data: inout VehicleData) -> Changes {
        var changes = Changes()
        // Messages newer than this build may have positions in places of their own.
        if !data.unknown.isEmpty || !data.createdAtUnknown.isEmpty {
            data.unknown = []
            data.createdAtUnknown = []
            changes.isChanged = true
        }
        guard data.data.contains(where: { concerns($0) }) else { return changes }
        let vehicle = whereabouts(of: .location, in: data.data)
        let destination = whereabouts(of: .destinationLocation, in: data.data)
        var kept: [Datum] = []
        kept.reserveCapacity(data.data.count)
        for var datum in data.data {
            if concerns(datum) {
                let verdict = verdict(datum, vehicle, destination)
                if datum.unknown != nil {
                    datum.unknown = nil
                    changes.isChanged = true
                }
                switch verdict {
                case .keep: break
                case .replace(let value):
                    datum.value = value
                    changes.isChanged = true
                case .hide:
                    datum.value = .invalid(true)
                    changes.hidden += 1
                case .drop:
                    changes.dropped += 1
                    continue
                }
            }
            kept.append(datum)
        }
        if changes.dropped + changes.hidden > 0 { changes.isChanged = true }
        if changes.isChanged { data.data = kept }
        return changes
    }

    /// Whether a datum may tell of a place: by its field, by its value, or because nobody here knows the field.
    private func concerns(_ datum: Datum) -> Bool {
        if case .location = datum.value { return true }
        guard let plan = FieldPlan.of(datum.field) else { return true }
        return plan.place != nil
    }

    // MARK: Judging

    private func verdict(_ datum: Datum, _ vehicle: Whereabouts, _ destination: Whereabouts) -> Verdict {
        if case .location = datum.value { return ofPosition(datum) }
        guard let plan = FieldPlan.of(datum.field) else { return ofUnknown(datum) }
        if isSilent(datum) { return .keep }
        switch plan.place {
        case .position: return ofPosition(datum)
        case .fix:
            if case .inside = vehicle { return .drop }
            if case .unclear = vehicle, !zones.isEmpty { return .drop }
            return .keep
        case .heading:
            guard !zones.isEmpty else { return .keep }
            if case .outside = vehicle { return .keep }
            return .drop
        case .route: return ofRoute(datum, vehicle)
        case .name:
            if !zones.isEmpty {
                guard case .outside = destination else { return .drop }
            }
            return decimals == nil ? .keep : .hide
        case .other: return unclear
        case nil: return .keep
        }
    }

    /// Whether there is no value that could tell anything.
    private func isSilent(_ datum: Datum) -> Bool {
        switch datum.value {
        case .absent, .invalid: true
        case .empty: datum.unknown == nil
        case .text(let text): text.isEmpty
        default: false
        }
    }

    /// With zones nothing that may lie in one is left; without them the field is, so that it can be seen to be there.
    private var unclear: Verdict { zones.isEmpty ? .hide : .drop }

    private func ofPosition(_ datum: Datum) -> Verdict {
        switch whereabouts(datum) {
        case .nowhere: return .keep
        case .inside: return .drop
        case .unclear: return unclear
        case .outside(let position):
            guard decimals != nil else { return .keep }
            let rounded = SignalValue.location(
                latitude: round(position.latitude),
                longitude: round(position.longitude)
            )
            return rounded == datum.value ? .keep : .replace(rounded)
        }
    }

    private func ofRoute(_ datum: Datum, _ vehicle: Whereabouts) -> Verdict {
        if case .inside = vehicle { return .drop }
        guard case .text(let text) = datum.value, let line = RoutePolyline(text) else { return unclear }
        if !zones.isEmpty, line.positions.contains(where: isInside) { return .drop }
        guard let decimals else { return .keep }
        let rounded = line.rounded(decimals: decimals).text
        return rounded == text ? .keep : .replace(.text(rounded))
    }

    /// A field newer than this build: its numbers and texts may be a position.
    private func ofUnknown(_ datum: Datum) -> Verdict {
        switch datum.value {
        case .boolean, .choice, .doors, .tires, .time, .invalid, .absent: .keep
        case .empty: datum.unknown == nil ? .keep : .hide
        case .text, .int, .long, .float, .double, .location: .hide
        }
    }

    private func whereabouts(of field: Field, in data: [Datum]) -> Whereabouts {
        var found = Whereabouts.nowhere
        for datum in data where datum.field == field {
            switch whereabouts(datum) {
            case .nowhere: continue
            case .inside: return .inside
            case .unclear: found = .unclear
            case .outside(let position):
                if case .nowhere = found { found = .outside(position) }
            }
        }
        return found
    }

    private func whereabouts(_ datum: Datum) -> Whereabouts {
        if isSilent(datum) { return .nowhere }
        let place: (latitude: Double, longitude: Double)?
        switch datum.value {
        case .location(let latitude, let longitude): place = (latitude, longitude)
        case .text(let text): place = LocationText.read(text, isStrict: true)
        default: place = nil
        }
        guard let place, let position = GroundPosition(latitude: place.latitude, longitude: place.longitude) else {
            return .unclear
        }
        return isInside(position) ? .inside : .outside(position)
    }

    private func isInside(_ position: GroundPosition) -> Bool { zones.contains { $0.contains(position) } }

    /// Half away from zero; never -0, which some writers show.
    private func round(_ degrees: Double) -> Double {
        (degrees * scale).rounded() / scale + 0
    }
}
