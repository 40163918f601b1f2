import HTTPServing
import Observability
import Testing

@Suite struct MonitoringRoutesTests {
    @Test func `status answers as the reference does`() {
        let routes = MonitoringRoutes.status(failingConditions: { [] })
        let response = routes.answer(HTTPRequest(method: "GET", path: "/status"))
        #expect(response.status == 200)
        #expect(response.body == Array("ok".utf8))
    }

    @Test func `readiness lists every failing condition on a line of its own`() {
        let ready = MonitoringRoutes.status(failingConditions: { [] })
        #expect(ready.answer(HTTPRequest(method: "GET", path: "/readyz")) == .text("ready\n"))
        let failing = MonitoringRoutes.status(failingConditions: {
            ["certificate: expired", "kafka: no\nbroker\r\nthere"]
        })
        let response = failing.answer(HTTPRequest(method: "GET", path: "/readyz"))
        #expect(response == .text("certificate: expired\nkafka: no broker there\n", status: 503))
        #expect(failing.answer(HTTPRequest(method: "GET", path: "/healthz")).status == 200)
    }

    @Test func `metrics are scraped from the registry with the right content type`() throws {
        let registry = MetricRegistry()
        registry.counter("a_total", help: "h").add(2)
        let test = try TestServer(MonitoringRoutes.metrics(registry))
        let client = try BlockingClient(test.server)
        let response = try #require(try client.get("/metrics"))
        #expect(response.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8")
        #expect(response.body.contains("\na_total 2\n"))
        registry.counter("a_total", help: "h").add(1)
        #expect(try client.get("/metrics?x=y")?.body.contains("\na_total 3\n") == true)
    }

    @Test func `routes of two kinds share one server`() {
        let routes = MonitoringRoutes.status(failingConditions: { [] }).adding(
            MonitoringRoutes.metrics(MetricRegistry())
        )
        for path in ["/status", "/healthz", "/readyz", "/metrics"] {
            #expect(routes.answer(HTTPRequest(method: "GET", path: path)).status == 200)
        }
        #expect(routes.answer(HTTPRequest(method: "GET", path: "/")).status == 404)
    }
}
