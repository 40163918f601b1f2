internal import ControlPlane
internal import HTTPServing
internal import Receiving
internal import TelemetryModel

/// What can be asked over the control socket.
enum ControlRoutes {
    static func routes(_ source: StatusSource, _ rates: TrafficRates, path: String) -> HTTPRoutes {
        HTTPRoutes([
            "GET \(ControlProtocol.statusPath)": { _ in
                .json(source.status(rates, controlPath: path).line)
            },
            "GET \(ControlProtocol.vehiclesPath)": { request in
                do throws(VehicleQuery.Mistake) {
                    let query = try VehicleQuery(query: request.query)
                    return .json(page(of: source.receiver, query).line)
                } catch {
                    return .text("\(error)\n", status: 400)
                }
            },
            "GET \(ControlProtocol.refusedPath)": { _ in
                var answer = RefusedVehicles()
                answer.refused = source.receiver.refusedVehicles.map { RefusedVehicleStatus($0) }
                return .json(answer.line)
            },
        ])
    }

    private static func page(of receiver: VehicleReceiver, _ query: VehicleQuery) -> VehiclePage {
        var page = VehiclePage()
        if let vin = query.vin {
            let vehicle = receiver.vehicle(VIN(vin))
            page.vehicles = vehicle.map { [VehicleStatus($0)] } ?? []
            if query.isConnected { page.vehicles.removeAll { !$0.isConnected } }
            return page
        }
        let vehicles = receiver.vehicles(
            after: query.after.map { VIN($0) },
            onlyConnected: query.isConnected,
            limit: query.limit
        )
        page.vehicles = vehicles.map { VehicleStatus($0) }
        if vehicles.count == query.limit { page.next = vehicles.last?.vin.text }
        return page
    }
}
