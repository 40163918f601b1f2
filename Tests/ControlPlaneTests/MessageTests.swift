import ControlPlane
import JSONText
import Testing

@Suite struct MessageTests {
    /// A status in which nothing is as it is by default.
    static var status: ServerStatus {
        var status = ServerStatus()
        status.process.version = "1.2.3"
        status.process.id = 4711
        status.process.startedAt = 1_795_861_609_433
        status.process.uptimeSeconds = 5.25
        status.process.remembersSeconds = 86_400
        status.process.configuration = "/etc/\"x\".json"
        status.process.residentBytes = 1
        status.process.cpuSeconds = 0.5
        status.process.openDescriptors = 2
        status.process.descriptorLimit = 3
        status.readiness.isReady = true
        status.readiness.failing = ["a"]
        status.readiness.notices = ["b\n"]
        status.listeners = [ListenerStatus("vehicles", "[::]:4443"), ListenerStatus("control", "/run/c.sock")]
        var end = CertificateEnd()
        end.subject = "CN=x"
        end.sha256 = "00ff"
        end.notAfter = -1
        end.daysLeft = -3
        status.certificates.server = end
        status.certificates.authority = end
        status.certificates.authorities = 9
        status.certificates.endedAuthorities = 1
        status.connections.open = 1
        status.connections.limit = 2
        status.connections.vehicles = 3
        status.connections.opened = 4
        status.connections.closed = 5
        status.connections.refused = [ReasonCount("max_connections", 6)]
        status.connections.refusedRequests = [ReasonCount("403", 7)]
        status.connections.refusedVehicles = [ReasonCount("denied", 8)]
        status.handshakes.succeeded = 9
        status.handshakes.failed = [ReasonCount("plain_http", 10), ReasonCount("not_tls", 1)]
        status.records.received = 11
        status.records.payloadBytes = 12
        status.records.byType = [ReasonCount("V", 13)]
        status.records.perSecond = 14.5
        status.records.perSecondSinceStart = 15.5
        status.records.duplicates = 16
        status.acks.sent = 17
        status.acks.perSecond = 18.5
        status.acks.withheld = 19
        status.acks.late = 20
        var lane = DispatcherStatus()
        lane.name = "http:x"
        lane.state = .retrying
        lane.since = 21
        lane.attempts = 22
        lane.failure = "unreachable: no"
        lane.records = 23
        lane.bytes = 24
        lane.lagSeconds = 25.5
        lane.isFull = true
        lane.isSpooled = true
        lane.delivered = 26
        status.dispatchers = [lane, DispatcherStatus()]
        var spool = SpoolUse()
        spool.directory = "/spool"
        spool.bytes = 27
        spool.maximumBytes = 100
        spool.segments = 28
        spool.hasRoom = true
        spool.blocked = "full"
        spool.oldestSeconds = 29.5
        status.spool = spool
        status.warnings = ["w"]
        return status
    }

    private static func page() -> VehiclePage {
        var vehicle = VehicleStatus()
        vehicle.vin = "5YJ3E1EA7KF000316"
        vehicle.isConnected = true
        vehicle.since = 1
        vehicle.networkInterface = "wifi"
        vehicle.clientVersion = "1.2.0\u{1B}[31m"
        vehicle.lastRecordAt = 2
        vehicle.lastRecordType = "V"
        vehicle.records = 3
        vehicle.recordsPerMinute = 4
        vehicle.unacknowledged = 5
        vehicle.connections = 6
        var socket = VehicleConnectionStatus()
        socket.id = "id"
        socket.remoteAddress = "10.0.0.1:1"
        socket.networkInterface = "n"
        socket.clientVersion = "v"
        socket.connectedAt = 7
        socket.records = 8
        socket.unacknowledged = 9
        vehicle.sockets = [socket]
        var page = VehiclePage()
        page.vehicles = [vehicle, VehicleStatus()]
        page.next = "next"
        return page
    }

    private static func read<Message: ControlObject>(_ bytes: [UInt8], as type: Message.Type) throws -> Message {
        try Message(json: JSONReader.read(bytes).root)
    }

    @Test func `what is written is read back, every member of it`() throws {
        let status = Self.status
        #expect(try Self.read(status.line, as: ServerStatus.self).line == status.line)
        #expect(try Self.read(Self.page().line, as: VehiclePage.self).line == Self.page().line)
        var refused = RefusedVehicles()
        var vehicle = RefusedVehicleStatus()
        (vehicle.vin, vehicle.reason, vehicle.count, vehicle.lastAt) = ("x", .denied, 3, 4)
        refused.refused = [vehicle]
        #expect(try Self.read(refused.line, as: RefusedVehicles.self).line == refused.line)
        // Nothing of the sample was left at its default, or a forgotten member would go unnoticed.
        let text = String(decoding: status.line, as: UTF8.self)
        let members = text.matches(of: /"([a-z_0-9]+)":/).map { String($0.1) }
        #expect(Set(members).count > 60)
        #expect(!text.contains("null,\"attempts\":22"))
    }

    @Test func `members from the future are passed over, and those of the past are not missed`() throws {
        let text = #"{"protocol":1,"new":{"a":[1,{"b":null}]},"process":{"pid":7,"colour":"red"}}"#
        let status = try Self.read(Array(text.utf8), as: ServerStatus.self)
        #expect(status.process.id == 7 && status.process.version == "" && status.spool == nil)
    }

    @Test(
        arguments: [
            ("[]", "the answer is not an object"), (#"{"process":3}"#, "process is not an object"),
            (#"{"process":{"pid":"x"}}"#, "process.pid is not a whole number"),
            (#"{"process":{"uptime_seconds":true}}"#, "process.uptime_seconds is not a number"),
            (#"{"dispatchers":[{"state":"tired"}]}"#, "dispatchers.state is not a word known here"),
            (#"{"warnings":{}}"#, "warnings is not a list"), (#"{"warnings":[null]}"#, "warnings is not a text"),
            (#"{"readiness":{"ready":1}}"#, "readiness.ready is not true or false"),
        ]
    )
    func `what is no message is refused with the place`(_ text: String, _ words: String) throws {
        let error = #expect(throws: ControlFormatError.self) {
            _ = try Self.read(Array(text.utf8), as: ServerStatus.self)
        }
        #expect(error?.description == words)
    }

    @Test func `a large page is written in linear time`() throws {
        // Each vehicle copying what was written before it would take minutes here.
        var page = VehiclePage()
        page.vehicles = Array(repeating: Self.page().vehicles[0], count: 20_000)
        #expect(page.line.count > 5_000_000)
    }

    @Test(arguments: ["", "5YJ3E1EA7KF000316", "a b&c=d%?#/+ä€\u{0}\n"])
    func `a query says the same on both sides`(_ vin: String) throws {
        var query = VehicleQuery()
        query.vin = vin
        query.after = vin
        query.isConnected = true
        query.limit = 7
        let target = query.target
        #expect(target.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "#") })
        #expect(target.hasPrefix("/v1/vehicles?"))
        #expect(try VehicleQuery(query: String(target.dropFirst("/v1/vehicles?".count))) == query)
        #expect(try VehicleQuery(query: "") == VehicleQuery())
    }

    @Test(arguments: [
        "x=1", "vin", "limit=0", "limit=2001", "limit=-1", "limit=a", "connected=yes", "vin=%", "vin=%4",
        "vin=%zz", "vin=%+1", "vin=%ff",
    ])
    func `a query that is not understood is refused`(_ text: String) {
        #expect(throws: VehicleQuery.Mistake.self) { _ = try VehicleQuery(query: text) }
    }

    @Test func `days are rounded down on both sides of the end`() {
        let day = 86_400_000
        for (difference, days) in [(0, 0), (1, 0), (day - 1, 0), (day, 1), (-1, -1), (-day, -1), (-day - 1, -2)] {
            #expect(CertificateEnd.days(from: 1_000, to: 1_000 + difference) == days, "\(difference)")
        }
        #expect(CertificateEnd.days(from: 0, to: .max) > 0)
        #expect(CertificateEnd.days(from: 0, to: .min + day) < 0)
    }
}
