internal import JSONText
package import TelemetryModel
internal import TextCodec

/// What vehicles were configured to send, read from a file in the shape of Tesla's `fleet_telemetry_config`.
///
/// Understood are the body of its request (`{"vins": […], "config": {"fields": {…}}}`), the answer to a question for
/// one vehicle (`{"response": {"config": {…}}}`), a configuration or its `fields` alone, and a list of these.
///
/// Source: `fleet_telemetry_config` of Tesla's Fleet API.
package struct VehicleConfigurationFile: Sendable {
    package struct Part: Sendable {
        /// Nil when it names no vehicles.
        package var vins: [VIN]?
        package var fields: FieldSet
    }

    /// Longest file, in bytes: a hundred thousand VINs with their configuration.
    package static let sizeLimitBytes = 8 << 20

    package private(set) var parts: [Part] = []
    /// Names in it that no field has, each once, in the order of the file.
    package private(set) var unknownFields: [String] = []

    package enum Fault: Error, Sendable, Hashable, CustomStringConvertible {
        case syntax(String)
        /// An object without `fields`.
        case noFields

        package var description: String {
            switch self {
            case .syntax(let text): "is no JSON: \(text)"
            case .noFields: "has no \"fields\" object; write the body that configured the vehicle"
            }
        }
    }

    package init(_ bytes: [UInt8]) throws(Fault) {
        var options = JSONReader.Options.commented
        options.depthLimit = 16
        options.sizeLimitBytes = Self.sizeLimitBytes
        let root: JSONValue
        do throws(JSONReaderError) {
            root = try JSONReader.read(bytes, options: options).root
        } catch {
            throw .syntax("\(error.summary), \(error.remedy)")
        }
        for value in root.elements ?? [root] { try add(value) }
        guard !parts.isEmpty else { throw .noFields }
    }

    private mutating func add(_ value: JSONValue) throws(Fault) {
        let inner = value["response"] ?? value
        let vins = (inner["vins"] ?? value["vins"])?.elements?.compactMap(\.text).map { VIN($0) }
        guard let fields = (inner["config"] ?? inner)["fields"]?.members else { throw .noFields }
        var set = FieldSet()
        for member in fields {
            insert(member.name, into: &set)
            // Companions that are sent with the field, from client 1.3.0 on.
            for name in member.value["include_fields"]?.elements?.compactMap(\.text) ?? [] { insert(name, into: &set) }
        }
        parts.append(Part(vins: vins, fields: set))
    }

    private mutating func insert(_ name: String, into set: inout FieldSet) {
        if let field = Field(name: name) {
            _ = set.insert(field)
        } else if !unknownFields.contains(name), unknownFields.count < 100 {
            unknownFields.append(name)
        }
    }

    /// What a misspelt name probably means.
    package static func suggestion(for name: String) -> String? {
        Suggestion.nearest(to: name, among: FieldCatalogue.fields.lazy.map(\.name))
    }
}

/// What each vehicle is known to be configured to send.
package struct VehicleConfigurations: Sendable {
    /// Of every vehicle that has none of its own; nil when nothing is known.
    private var ofAll: FieldSet?
    private var byVIN: [VIN: FieldSet] = [:]

    package init() {}

    /// Adds what a file for many says. A part for a vehicle wins over one for all, the later over the earlier.
    package mutating func add(_ file: VehicleConfigurationFile) {
        for part in file.parts {
            if let vins = part.vins {
                for vin in vins { byVIN[vin] = part.fields }
            } else {
                ofAll = part.fields
            }
        }
    }

    /// Adds what the file of one vehicle says, whatever VINs it names.
    package mutating func add(_ file: VehicleConfigurationFile, of vin: VIN) {
        byVIN[vin] = file.parts.last?.fields
    }

    /// Nil when nothing is known of the vehicle.
    package func fields(of vin: VIN) -> FieldSet? { byVIN[vin] ?? ofAll }
}
