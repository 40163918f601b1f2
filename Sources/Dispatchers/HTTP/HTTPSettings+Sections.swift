package import ConfigurationSchema
internal import TelemetryModel
internal import TextCodec

extension HTTPSettings {
    /// How records are put together into requests.
    package struct Batch: Configurable, Hashable {
        package var maxRecords = 0
        package var maxBytes = 1 << 20
        package var maxDelay = Duration.milliseconds(250)

        package init() {}

        package static let settings: [Setting<Self>] = [
            .wholeNumber(
                "max_records",
                \.maxRecords,
                in: 0...10_000,
                "Records in one request. 0: 100 for ndjson, json_array and splunk, else 1."
            ),
            .wholeNumber(
                "max_bytes",
                \.maxBytes,
                in: 1_000...16_777_216,
                "Longest body of a request; a record that is longer goes alone."
            ),
            .duration(
                "max_milliseconds",
                \.maxDelay,
                unit: .milliseconds,
                in: .zero ... .seconds(60),
                "How long the first record of a request may wait for others."
            ),
        ]
    }

    /// Which records are sent, and which of their data.
    package struct Filter: Configurable, Hashable {
        package var vins: [String] = []
        package var recordTypes: [String] = []
        package var fields: [String] = []
        package var changedOnly = false

        package init() {}

        package static let settings: [Setting<Self>] = [
            .texts("vins", \.vins, "Only records of these vehicles. Empty: of all."),
            .texts("record_types", \.recordTypes, "Only records of these types. Empty: what records dispatches here."),
            .texts(
                "fields",
                \.fields,
                check: complaint,
                "Of vehicle data only these fields; records without any of them are not sent. Empty: all."
            ),
            .flag(
                "changed_only",
                \.changedOnly,
                "Of vehicle data only values that differ from those sent last for the vehicle since the start."
            ),
        ]

        private static func complaint(about name: String) -> TextComplaint? {
            guard Field(name: name) == nil else { return nil }
            let names = (0..<1024).lazy.compactMap { Field(number: $0).name }
            let near = Suggestion.nearest(to: name, among: names)
            return TextComplaint(
                "there is no field \"\(name.prefix(60))\"",
                remedy: near.map { "did you mean \"\($0)\"?" } ?? "spell it as Tesla does, e.g. \"VehicleSpeed\""
            )
        }
    }
}
