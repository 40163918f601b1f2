/// What server and command line agree on: HTTP/1.1 over a Unix-domain socket, one JSON object per answer.
///
/// It may be asked by hand as well: `curl --unix-socket PATH http://localhost/v1/status`.
package enum ControlProtocol {
    /// Of the meaning of members; see ``ControlObject``.
    package static let version = 1

    /// `GET`: a ``ServerStatus``.
    package static let statusPath = "/v1/status"
    /// `GET`: a ``VehiclePage``; parameters of the query as ``VehicleQuery`` names them.
    package static let vehiclesPath = "/v1/vehicles"
    /// `GET`: ``RefusedVehicles``.
    package static let refusedPath = "/v1/vehicles/refused"

    /// The most vehicles on one page, which is about a megabyte.
    package static let pageLimit = 2_000

    /// The longest answer that is read, in bytes.
    static let answerLimitBytes = 16 << 20
}
