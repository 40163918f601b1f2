internal import AddressCodec
internal import HTTPServing
internal import JSONText
internal import Receiving
internal import TelemetryModel
internal import TelemetryModel

/// `GET /vehicles/refused`: whom the VIN lists kept out lately.
///
/// It names vehicles and asks for no password, so it is served only where nobody but this machine can ask.
enum RefusedVehiclesRoute {
    static func routes(statusHost: String, refused: @escaping @Sendable () -> [RefusedVehicle]) -> HTTPRoutes {
        guard statusHost == "localhost" || IPAddress(statusHost)?.isLoopback == true else { return HTTPRoutes([:]) }
        return HTTPRoutes(["GET /vehicles/refused": { _ in .json(text(refused())) }])
    }

    private static func text(_ vehicles: [RefusedVehicle]) -> [UInt8] {
        var json = JSONWriter()
        json.beginObject()
        json.key("refused")
        json.beginArray()
        for vehicle in vehicles {
            json.beginObject()
            json.member("vin", vehicle.vin.text)
            json.member("reason", vehicle.refusal.rawValue)
            json.member("count", vehicle.count)
            json.member("last_ms", Int(vehicle.lastMilliseconds))
            json.endObject()
        }
        json.endArray()
        json.endObject()
        json.endLine()
        return json.take()
    }
}
