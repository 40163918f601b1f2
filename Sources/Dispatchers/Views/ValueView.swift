internal import TelemetryModel

/// How one dispatcher sees values: the section `values`.
struct ValueView: Sendable {
    private let settings: ValueSettings
    /// By field number; nil where the unit is wanted as it is.
    private let conversions: [UnitConversion?]

    init(_ settings: ValueSettings) {
        self.settings = settings
        let last = FieldCatalogue.fields.map(\.field.number).max() ?? 0
        conversions = (0...last).map { number in
            FieldPlan.of(Field(number: number))?.unit.flatMap { UnitConversion.from($0, to: settings.units) }
        }
    }

    /// What has become of a datum.
    enum Change {
        case none
        /// It is shown otherwise; its payload stays.
        case name
        case value
    }

    /// Changes a datum in place.
    func apply(to datum: inout Datum) -> Change {
        let sent = datum.value
        var change = Change.none
        if case .invalid = sent, settings.invalid == .null {
            datum.value = .absent
            change = .value
        }
        if settings.legacyText == .typed, case .text(let text) = sent, let plan = FieldPlan.of(datum.field),
            let typed = LegacyValue.typed(text, plan)
        {
            datum.value = typed
            change = .value
        }
        if let conversion = conversion(of: datum.field), let converted = conversion.convert(datum.value) {
            datum.value = converted
            change = .value
        }
        if case .value = change, settings.keepsRaw { datum.keep(asSent: sent) }
        if settings.enumNames == .bare, case .choice(var kind, let number) = datum.value {
            kind.showsShortNames = true
            datum.value = .choice(kind, number: number)
            if case .none = change { change = .name }
        }
        return change
    }

    private func conversion(of field: Field) -> UnitConversion? {
        field.number >= 0 && Int(field.number) < conversions.count ? conversions[Int(field.number)] : nil
    }
}

extension Datum {
    fileprivate mutating func keep(asSent value: SignalValue) {
        unknown = DatumUnknown(
            ofDatum: unknown?.ofDatum ?? [],
            ofValue: unknown?.ofValue ?? [],
            ofMember: unknown?.ofMember ?? [],
            asSent: value
        )
    }
}
