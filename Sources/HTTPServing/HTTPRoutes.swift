/// Who answers which request.
package struct HTTPRoutes: Sendable {
    /// Runs on the server's thread: whoever waits in it makes all clients of that server wait.
    package typealias Handler = @Sendable (HTTPRequest) -> HTTPResponse

    /// Handlers by path, then method.
    private let handlers: [String: [String: Handler]]

    /// - Parameter routes: keys are a method in upper case, a space, and a path, e.g. `GET /status`. A `GET` route
    ///   answers `HEAD` too.
    package init(_ routes: [String: Handler]) {
        var handlers: [String: [String: Handler]] = [:]
        for (key, handler) in routes {
            let parts = key.split(separator: " ")
            precondition(parts.count == 2 && parts[1].hasPrefix("/"), "route \(key) is not of the form GET /path")
            handlers[String(parts[1]), default: [:]][String(parts[0])] = handler
        }
        self.handlers = handlers
    }

    /// Both together; where both have a route, that of `other` counts.
    package func adding(_ other: HTTPRoutes) -> HTTPRoutes {
        HTTPRoutes(handlers: handlers.merging(other.handlers) { $0.merging($1) { $1 } })
    }

    private init(handlers: [String: [String: Handler]]) {
        self.handlers = handlers
    }

    /// The answer of the route's handler, or one that says what exists instead.
    package func answer(_ request: HTTPRequest) -> HTTPResponse {
        guard let methods = handlers[request.path] else {
            let known = handlers.keys.sorted().joined(separator: ", ")
            return .text("nothing is at this path; there is: \(known)\n", status: 404)
        }
        if let handler = methods[request.method] { return handler(request) }
        if request.method == "HEAD", let handler = methods["GET"] { return handler(request) }
        let allowed = (methods.keys + (methods["GET"] == nil ? [] : ["HEAD"])).sorted().joined(separator: ", ")
        return .text(
            "\(request.path) does not take this method; it takes: \(allowed)\n",
            status: 405,
            headers: [HTTPHeader("Allow", allowed)]
        )
    }
}
