import EnvelopeCodec
import Glibc
import LinuxSystem
import TelemetryFixtures
import VehicleFixtures

extension Attack {
    static let all: [Attack] = [
        trickledHandshakes, trickledRequests, halfOpenHandshakes, readsNothing, pingFlood, singleBytes,
        endlessFragments, garbageForTLS, garbageInTLS, hugeLengths, compressedGarbage,
    ]

    /// Slowloris, one layer below.
    private static let trickledHandshakes = Attack(name: "handshakes that trickle") { front, _ in
        try trickle(try front.clientHello(), over: (0..<100).map { _ in try front.socket() }, front)
    }

    private static func trickle(
        _ bytes: [UInt8],
        over sockets: [PlainSocket],
        _ front: Siege.Front
    ) throws {
        for byte in bytes {
            for socket in sockets { try socket.send([byte]) }
            front.noteAttempt()
            if front.isOver { return }
            usleep(20_000)
        }
    }

    private static let trickledRequests = Attack(name: "requests that trickle") { front, _ in
        let context = try front.context()
        let vehicles = try (0..<(FaultForm.isLong ? 100 : 10)).map { _ in try front.vehicle(context) }
        for byte in "GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: \(String(repeating: "z", count: 2_000))".utf8 {
            for vehicle in vehicles { try vehicle.send(raw: [byte]) }
            front.noteAttempt()
            if front.isOver { return }
            usleep(20_000)
        }
    }

    /// As many as the test's descriptors allow, up to ten thousand; they stand until the siege is over.
    private static let halfOpenHandshakes = Attack(name: "half-open handshakes", threads: 1) { front, _ in
        let hello = try front.clientHello()
        let limit = ProcessLimits.raiseDescriptors() ?? 1_024
        var sockets: [PlainSocket] = []
        for _ in 0..<min(FaultForm.isLong ? 10_000 : 500, limit - 500) {
            let socket = try front.socket()
            try socket.send(Array(hello.prefix(hello.count / 2)))
            sockets.append(socket)
        }
        print("\(sockets.count) half-open handshakes")
        front.noteAttempt()
        while !front.isOver { usleep(50_000) }
    }

    /// Sends records and pings, and takes no answer.
    private static let readsNothing = Attack(name: "a client that never reads") { front, random in
        let vehicle = try front.upgraded(try front.context())
        while !front.isOver {
            var frames: [UInt8] = []
            for _ in 0..<200 {
                frames += TestVehicle.frame(record("unread-\(random.next())"))
                frames += TestVehicle.frame([UInt8](repeating: 7, count: 125), opcode: 9)
            }
            try vehicle.send(raw: frames)
            front.noteAttempt()
        }
    }

    private static let pingFlood = Attack(name: "ping floods") { front, _ in
        let vehicle = try front.upgraded(try front.context())
        let pings = (0..<500).flatMap { _ in TestVehicle.frame([1, 2, 3], opcode: 9) }
        while !front.isOver {
            try vehicle.send(raw: pings)
            for _ in 0..<500 { _ = try vehicle.nextFrame() }
            front.noteAttempt()
        }
    }

    /// Everything right, one byte per TCP segment.
    private static let singleBytes = Attack(name: "frames in segments of one byte") { front, random in
        let vehicle = try front.upgraded(try front.context())
        vehicle.segmentBytes = 1
        while !front.isOver {
            try vehicle.send(record("slow-\(random.next())"))
            guard try vehicle.nextFrame() != nil else { return }
            front.noteAttempt()
        }
    }

    private static let endlessFragments = Attack(name: "fragmented messages that never end") { front, random in
        let vehicle = try front.upgraded(try front.context())
        var isFirst = true
        while !front.isOver {
            let part = [UInt8](repeating: 5, count: [0, 1, 1_000, 16_000].randomElement(using: &random) ?? 1)
            let frames = (0..<50).flatMap { index in
                TestVehicle.frame(part, opcode: isFirst && index == 0 ? 2 : 0, isFinal: false)
            }
            try vehicle.send(raw: frames)
            isFirst = false
            front.noteAttempt()
            usleep(1_000)
        }
    }

    private static let garbageForTLS = Attack(name: "garbage in place of TLS") { front, random in
        let socket = try front.socket()
        // Some begins as a TLS record or a ClientHello does.
        let hello = try front.clientHello()
        let begin = [[], [22, 3, 1], [22, 3, 1, 0x40, 0], Array(hello.prefix(60)), hello].randomElement(using: &random)
        try socket.send((begin ?? []) + noise(3_000, &random))
        front.noteAttempt()
        _ = socket.readSome()
    }

    private static let garbageInTLS = Attack(name: "garbage between TLS records") { front, random in
        let vehicle = try front.upgraded(try front.context())
        try vehicle.send(record("before"))
        try vehicle.send(ciphertext: [23, 3, 3, 0, 40] + noise(40, &random))
        front.noteAttempt()
        while try vehicle.nextFrame() != nil {}
    }

    private static let hugeLengths = Attack(name: "lengths of 64 bits") { front, random in
        let vehicle = try front.upgraded(try front.context())
        let lengths: [UInt64] = [.max, 1 << 63, 1 << 62, 1 << 40, 1 << 32, 17_000_000, 16_000_000, 1_000_001]
        try vehicle.send(noise(1_000, &random), announcedLength: lengths.randomElement(using: &random) ?? .max)
        front.noteAttempt()
        vehicle.stopSending()
        while try vehicle.nextFrame() != nil {}
    }

    private static let compressedGarbage = Attack(name: "garbage that looks compressed") { front, random in
        let vehicle = try front.upgraded(try front.context())
        try vehicle.send(noise(2_000, &random), reserved: 4)
        front.noteAttempt()
        while try vehicle.nextFrame() != nil {}
    }

    // MARK: Material

    static func record(_ txid: String, topic: String = "V", payload: [UInt8] = [], vin: String = Site.vins[0])
        -> [UInt8]
    {
        var bytes: [UInt8] = []
        Envelope.appendStream(
            StreamMessage(
                txid: Array(txid.utf8),
                topic: Array(topic.utf8),
                senderID: Array("vehicle_device.\(vin)".utf8),
                payload: payload,
                deviceType: Array("vehicle_device".utf8),
                deviceID: Array(vin.utf8),
                createdAtSeconds: 1_700_000_000
            ),
            to: &bytes
        )
        return bytes
    }

    private static func noise(_ count: Int, _ random: inout SeededRandom) -> [UInt8] {
        (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) }
    }
}
