/// Something that operators see and cannot explain: the words that they see, what is behind them, what to do.
package struct Symptom: Sendable, Hashable {
    /// Where the words stand.
    package enum Side: String, Sendable, Hashable, CaseIterable {
        /// Our log, errors and checks, or those of Tesla's reference server.
        case server
        /// `fleet_telemetry_errors`, or alerts of the vehicle.
        case vehicle
        /// An answer of the Fleet API.
        case api
        /// Records that arrive, or don't.
        case data
        /// A tool, on the operator's machine.
        case tool

        /// For people: where they have seen it.
        package var title: String {
            switch self {
            case .server: "the server's log or checks"
            case .vehicle: "the vehicle (fleet_telemetry_errors)"
            case .api: "an answer of the Fleet API"
            case .data: "the records"
            case .tool: "a tool on your machine"
            }
        }
    }

    package let code: SymptomCode
    /// What it is, in a few words without a full stop.
    package let title: String
    package let side: Side
    /// Words by which it is recognised. `…` stands for anything.
    package let texts: [String]
    /// Likeliest first; each a clause.
    package let causes: [String]
    /// How to find out which cause it is.
    package let confirm: String
    /// What to do, in the order of the causes.
    package let remedy: String

    init(
        _ code: SymptomCode,
        _ title: String,
        _ side: Side,
        texts: [String],
        causes: [String],
        confirm: String,
        remedy: String
    ) {
        self.code = code
        self.title = title
        self.side = side
        self.texts = texts
        self.causes = causes
        self.confirm = confirm
        self.remedy = remedy
    }
}

/// The one table of symptoms.
package enum SymptomTable {
    private static let byCode = Dictionary(
        uniqueKeysWithValues: [
            tls, certificates, authorities, network, configuration, vehicleConfiguration, admission, data, sinks, spool,
            running,
        ].joined().map { ($0.code, $0) }
    )

    /// All of them, in the order of their codes.
    package static let all: [Symptom] = SymptomCode.allCases.map { Self[$0] }

    /// What a code means.
    package static subscript(_ code: SymptomCode) -> Symptom {
        guard let symptom = byCode[code] else { preconditionFailure("\(code.rawValue) stands in no table") }
        return symptom
    }
}
