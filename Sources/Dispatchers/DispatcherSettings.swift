package import ConfigurationSchema
package import Dispatching
package import Observability
package import RecordEncoding
package import Symptoms

/// What one kind of dispatcher is made from: a section of the configuration with its rows and defaults, and the way
/// from there to the dispatcher.
///
/// A type that stands in ``DispatcherCatalog/builtIn`` is known to `records`, to `config check`, `config example` and
/// `config schema`, and to the server, without a line elsewhere.
package protocol DispatcherSettings: Configurable, Hashable {
    /// The section's key, and the dispatcher's name in `records` (before the colon, for ``isNamed`` ones).
    static var kind: String { get }

    /// What the section is, in one sentence, for the documentation.
    static var summary: String { get }

    /// Whether `records` may name the dispatcher only beside a section of its own.
    static var needsSection: Bool { get }

    /// Whether the section holds any number of sections with names of the operator's choice: `"http": {"home": …}`
    /// is what `http:home` in `records` names.
    static var isNamed: Bool { get }

    /// Files that lines are appended to, for `config check` to try.
    var appendedPaths: [AppendedPath] { get }

    /// Files that are read, for `config check` to look at.
    var readPaths: [ReadPath] { get }

    /// How the dispatcher sees values; nil as vehicles send them. A row of ``viewRows``, which every section has.
    var values: ValueSettings? { get set }

    /// How exactly it sees positions; nil as vehicles send them. The other row.
    var location: LocationSettings? { get set }

    /// The lane in front of the dispatcher, where it must differ from those of others.
    func laneSettings(_ usual: LaneSettings) -> LaneSettings

    /// Tries the destination for real, for `config check --connect`, without leaving records there. Blocks.
    ///
    /// - Returns: nil when there is nothing to try.
    func probe(_ context: DispatcherContext) -> DispatcherProbe?

    /// Opens nothing and fails never: what the machine may refuse is refused when the lane opens the dispatcher.
    func makeDispatcher(_ context: DispatcherContext) -> any Dispatcher
}

extension DispatcherSettings {
    package static var needsSection: Bool { true }
    package static var isNamed: Bool { false }
    package var appendedPaths: [AppendedPath] { [] }
    package var readPaths: [ReadPath] { [] }

    package func laneSettings(_ usual: LaneSettings) -> LaneSettings { usual }

    package func probe(_ context: DispatcherContext) -> DispatcherProbe? { nil }
}

/// A file that a dispatcher writes, and the setting that says so.
package struct AppendedPath: Sendable, Hashable {
    /// Within the section.
    package let key: String
    package let path: String

    package init(key: String, path: String) {
        self.key = key
        self.path = path
    }
}

/// A file that a dispatcher reads, and the setting that says so.
package struct ReadPath: Sendable, Hashable {
    package enum Kind: Sendable, Hashable {
        /// A password, a token, a key: nobody else should be able to read it.
        case secret
        /// PEM certificates.
        case certificates
    }

    /// Within the section.
    package let key: String
    package let path: String
    package let kind: Kind

    package init(key: String, path: String, kind: Kind) {
        self.key = key
        self.path = path
        self.kind = kind
    }
}

/// What trying a destination for real has brought.
package struct DispatcherProbe: Sendable, Hashable {
    /// What happened, e.g. `answered with status 204`; never with a secret.
    package let result: String
    /// What to do; nil when records would be taken.
    package let remedy: String?
    /// The setting within the section that the remedy is about.
    package let key: String
    /// Of the answer, for destinations that speak HTTP.
    package let status: Int?
    package let milliseconds: Double
    /// What the remedy is for.
    package let symptom: SymptomCode

    package init(
        result: String,
        remedy: String?,
        key: String,
        status: Int? = nil,
        milliseconds: Double,
        symptom: SymptomCode = .dispatcherFailing
    ) {
        self.result = result
        self.remedy = remedy
        self.key = key
        self.status = status
        self.milliseconds = milliseconds
        self.symptom = symptom
    }
}

/// What all dispatchers of one server share.
package struct DispatcherContext: Sendable {
    /// The shapes of texts: `"compatibility"` in the configuration.
    package var encodingMode: EncodingMode
    /// How the logger's lines look: `json_log_enable` in the configuration.
    package var lineFormat: LoggerEncoding.LineFormat
    /// What dispatchers that transport bytes send: `transmit_decoded_records` in the configuration.
    package var transmittedForm: TransmittedForm
    package var log: Log
    package var metrics: MetricRegistry

    package init(
        encodingMode: EncodingMode = .standard,
        lineFormat: LoggerEncoding.LineFormat = .json,
        transmittedForm: TransmittedForm = .payload,
        log: Log,
        metrics: MetricRegistry
    ) {
        self.encodingMode = encodingMode
        self.lineFormat = lineFormat
        self.transmittedForm = transmittedForm
        self.log = log
        self.metrics = metrics
    }
}
