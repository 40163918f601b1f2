internal import LinuxSystem
internal import OpenSSLTransport
internal import PayloadCodec

/// One thread's share of a simulated fleet: its vehicles, its epoll, its TLS buffers. Never leaves its thread.
final class FleetLoop {
    /// What the loop is about; each may only be followed by a later one.
    enum Phase {
        case running
        /// Nothing new is sent; missing acks are waited for.
        case draining(until: UInt64)
        /// Close frames are on their way.
        case closing(until: UInt64)
    }

    /// Where the mailbox stands among the slots of vehicles.
    static let mailboxSlot = UInt32.max
    /// How often connections are looked at for what did not happen in time.
    static let sweepNanoseconds: UInt64 = 250_000_000
    static let closeNanoseconds: UInt64 = 1_000_000_000

    let settings: FleetSettings
    let channel: FleetChannel
    let startedAt: UInt64
    /// When records may be sent; nil while vehicles wait for each other.
    var sendingSince: UInt64?
    var phase = Phase.running
    var now: UInt64

    var poll: EventPoll
    let buffers = TLSBuffers()
    var contexts: [Int: TLSClientContext] = [:]
    /// By the VIN's length in bytes.
    var libraries: [Int: FrameLibrary] = [:]
    var latestLibrary: FrameLibrary?
    /// Whether records that were encoded beforehand have a rate.
    let isPaced: Bool
    var writer = PayloadWriter()
    var random: SeededNumbers

    var vehicles: [SimulatedVehicle] = []
    var reconnects = DeadlineHeap()
    var dues = DeadlineHeap()
    /// Vehicles that wait for a place among the handshakes, first come first served.
    var connectQueue: [Int] = []
    var connectQueueHead = 0
    /// Connections between TCP and the upgrade's answer.
    var opening = 0
    var nextSweep: UInt64

    /// Decrypted bytes of the connection at hand.
    var inbound = [UInt8](repeating: 0, count: 96 * 1024)
    /// Frames to be encrypted for the connection at hand.
    var outbound: [UInt8] = []

    var counts = FleetCounts()
    var latency = LatencyHistogram()
    var reasons: [String: Int] = [:]
    var firstSentAt: UInt64?
    var lastAnsweredAt: UInt64?
    /// Vehicles of a replay that have not sent their last frame.
    var unfinishedReplays = 0

    /// - Parameter index: of the thread; it takes every `threads`-th vehicle.
    init(_ settings: FleetSettings, index: Int, channel: FleetChannel) throws(SystemCallError) {
        self.settings = settings
        self.channel = channel
        poll = try EventPoll(batch: 512)
        now = MonotonicTime.now.nanoseconds
        startedAt = now
        isPaced = if case .paced = settings.load { true } else { false }
        sendingSince = settings.sendsTogether ? nil : now
        nextSweep = now + Self.sweepNanoseconds
        counts.isSending = sendingSince != nil
        random = SeededNumbers(seed: settings.seed &+ UInt64(index) &* 0x9E37_79B9)
        try poll.add(
            channel.mailbox.number,
            as: Registration(slot: Self.mailboxSlot, generation: 0),
            for: .readable
        )
        for number in stride(from: index, to: settings.vehicles, by: settings.threads) { addVehicle(number) }
    }

    private func addVehicle(_ number: Int) {
        let credentials = number % settings.credentials.count
        let feed: SimulatedVehicle.Feed =
            switch settings.load {
            case .idle: .idle
            case .steady: .steady(nil, kept: [:])
            case .saturating, .paced: .prepared
            case .replay(let replay): .replay(track: number % max(1, replay.tracks.count))
            }
        let vehicle = SimulatedVehicle(
            credentials: credentials,
            vin: Array(settings.credentials[credentials].vin.utf8),
            txid: VehicleTxid(from: &random),
            feed: feed
        )
        connectQueue.append(vehicles.count)
        vehicles.append(vehicle)
        if case .replay(let replay) = settings.load, !replay.isEndless, !replay.tracks.isEmpty {
            unfinishedReplays += 1
        }
    }

    func run() throws(SystemCallError) {
        while !isDone {
            openFromQueue()
            let count = try poll.wait(milliseconds: millisecondsToWait)
            now = MonotonicTime.now.nanoseconds
            for index in 0..<count {
                // Latencies are to be exact: serving a few hundred vehicles takes milliseconds.
                if index > 0 { now = MonotonicTime.now.nanoseconds }
                let (registration, readiness) = poll.event(index)
                if registration.slot == Self.mailboxSlot {
                    readMailbox()
                } else {
                    handle(Int(registration.slot), registration.generation, readiness)
                }
            }
            passTimers()
            channel.publish(counts)
        }
    }

    private func readMailbox() {
        for command in channel.mailbox.collect() {
            switch command {
            case .stop: drain()
            }
        }
    }

    /// Sends nothing new from here on.
    func drain() {
        guard case .running = phase else { return }
        counts.isSending = false
        phase = .draining(until: now + UInt64(settings.drainMilliseconds) * 1_000_000)
    }

    private var isDone: Bool {
        if case .closing(let end) = phase { return now >= end || counts.connected == 0 }
        return false
    }

    private var millisecondsToWait: Int32 {
        var soonest = nextSweep
        if let moment = reconnects.soonest { soonest = min(soonest, moment) }
        if let moment = dues.soonest { soonest = min(soonest, moment) }
        guard soonest > now else { return 0 }
        return Int32(min((soonest - now + 999_999) / 1_000_000, 250))
    }

    private func passTimers() {
        if sendingSince == nil { beginTogether() }
        while let vehicle = reconnects.popDue(at: now) { connectQueue.append(vehicle) }
        while let vehicle = dues.popDue(at: now) { recordIsDue(vehicle) }
        if now >= nextSweep {
            nextSweep = now + Self.sweepNanoseconds
            sweep()
        }
        switch phase {
        case .running:
            if isTimeOver || isReplayDone { drain() }
        case .draining(let end):
            if counts.outstanding == 0 || now >= end { closeAll() }
        case .closing:
            break
        }
    }

    private var isTimeOver: Bool {
        guard let seconds = settings.seconds, let sendingSince else { return false }
        return now >= sendingSince + UInt64(seconds) * 1_000_000_000
    }

    /// Lets the vehicles send when they are all there, or have waited long enough.
    private func beginTogether() {
        let limit = startedAt + UInt64(settings.togetherMilliseconds) * 1_000_000
        guard counts.connected == vehicles.count || now >= limit else { return }
        sendingSince = now
        counts.isSending = true
        for index in vehicles.indices where vehicles[index].hasConnected {
            beginSchedule(index)
            fill(index)
        }
    }

    private var isReplayDone: Bool {
        guard case .replay(let replay) = settings.load, !replay.isEndless else { return false }
        return unfinishedReplays == 0 && counts.outstanding == 0
    }

    /// Looks for answers that did not come and connections that did not stand.
    private func sweep() {
        let ackTimeout = UInt64(settings.ackTimeoutMilliseconds) * 1_000_000
        let connectTimeout = UInt64(settings.connectTimeoutMilliseconds) * 1_000_000
        for index in vehicles.indices {
            let vehicle = vehicles[index]
            guard let link = vehicle.link else { continue }
            switch link.stage {
            case .connecting, .handshaking, .upgrading:
                if now > link.startedAt + connectTimeout { lose(index, "no connection in time") }
            case .streaming:
                if let sentAt = vehicle.waiting.oldestSentAt, now > sentAt + ackTimeout { resend(index) }
            case .closing:
                break
            }
        }
    }

    func note(_ reason: String) {
        let key = reasons[reason] != nil || reasons.count < FleetReport.reasonLimit ? reason : "other"
        reasons[key, default: 0] += 1
    }
}

@available(*, unavailable)
extension FleetLoop: Sendable {}
