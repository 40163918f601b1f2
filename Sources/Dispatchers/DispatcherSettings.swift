package import Dispatching
package import Observability
package import RecordEncoding

/// What one kind of dispatcher is made from: plain values with defaults, and the way from there to the dispatcher.
package protocol DispatcherSettings: Sendable {
    /// The first part of the dispatcher's name in `records`: `file` for `file` and for `file:archive`.
    static var kind: String { get }

    /// Opens nothing and fails never: what the machine may refuse is refused when the lane opens the dispatcher.
    func makeDispatcher(_ context: DispatcherContext) -> any Dispatcher
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
