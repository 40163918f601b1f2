internal import EnvelopeCodec
internal import LinuxSystem
internal import OpenSSLTransport
internal import TelemetryModel
internal import WebSocketCodec

extension FleetLoop {
    /// Frames are collected up to this size before they are encrypted, in bytes: four TLS records.
    private static var turnBytes: Int { 65_536 }

    /// Sends as many records as the vehicle owes and its window has room for, and whatever else waits.
    func fill(_ index: Int) {
        let vehicle = vehicles[index]
        guard let link = vehicle.link else { return }
        if sendingSince != nil, case .streaming = link.stage, case .running = phase, link.unsent.isEmpty {
            collect(vehicle, link)
        }
        send(index, link)
    }

    private func collect(_ vehicle: SimulatedVehicle, _ link: VehicleLink) {
        let window = settings.window
        switch vehicle.feed {
        case .idle:
            return
        case .prepared:
            collectPrepared(vehicle, link)
        case .steady(var scenario, var kept):
            guard vehicle.owed > 0, vehicle.waiting.hasRoom(window: window) else { return }
            vehicle.feed = .idle
            while vehicle.owed > 0, vehicle.waiting.hasRoom(window: window), outbound.count < Self.turnBytes {
                vehicle.owed -= 1
                vehicle.counter += 1
                let record = nextRecord(of: &scenario)
                append(record, number: vehicle.counter, of: vehicle)
                kept[UInt64(vehicle.counter)] = record
                sent(vehicle, key: UInt64(vehicle.counter), index: vehicle.counter)
            }
            vehicle.feed = .steady(scenario, kept: kept)
        case .replay(let track):
            guard case .replay(let replay) = settings.load, !replay.tracks.isEmpty else { return }
            let frames = replay.tracks[track].frames
            while vehicle.owed > 0, vehicle.waiting.hasRoom(window: window), outbound.count < Self.turnBytes {
                vehicle.owed -= 1
                let frame = frames[vehicle.nextFrame % frames.count].bytes
                appendRecorded(frame)
                sent(vehicle, key: Self.recordedKey(frame), index: vehicle.nextFrame % frames.count)
                vehicle.nextFrame += 1
                if !replay.isEndless, vehicle.nextFrame == frames.count { unfinishedReplays -= 1 }
            }
        }
    }

    private func collectPrepared(_ vehicle: SimulatedVehicle, _ link: VehicleLink) {
        let window = settings.window
        let library = library(for: vehicle)
        var frames = 0
        while vehicle.waiting.hasRoom(window: window), outbound.count < Self.turnBytes {
            if frames == settings.framesPerWrite {
                // A failure comes up again when the rest is written.
                guard link.session.write(outbound.span) == nil else { return }
                outbound.removeAll(keepingCapacity: true)
                frames = 0
            }
            frames += 1
            if isPaced {
                guard vehicle.owed > 0 else { return }
                vehicle.owed -= 1
            }
            vehicle.counter += 1
            library.append(vehicle.counter, prefix: vehicle.txid.prefix, vin: vehicle.vin, to: &outbound)
            sent(vehicle, key: UInt64(vehicle.counter), index: vehicle.counter)
        }
    }

    /// What ``SimulatedVehicle/Feed/prepared`` takes its records from.
    private var preparedRecords: [PreparedRecord] {
        switch settings.load {
        case .saturating(let records), .paced(let records, _): records
        case .idle, .steady, .replay: []
        }
    }

    private func sent(_ vehicle: SimulatedVehicle, key: UInt64, index: Int) {
        vehicle.waiting.append(key: key, index: index, sentAt: now, window: settings.window)
        counts.sent += 1
        if firstSentAt == nil { firstSentAt = now }
    }

    private func library(for vehicle: SimulatedVehicle) -> FrameLibrary {
        // Nearly always the one that was used last.
        if let latestLibrary, latestLibrary.vinBytes == vehicle.vin.count { return latestLibrary }
        let known = libraries[vehicle.vin.count]
        let library = known ?? FrameLibrary(preparedRecords, vinBytes: vehicle.vin.count, random: &random)
        libraries[vehicle.vin.count] = library
        latestLibrary = library
        return library
    }

    /// The next record of a scenario, stamped with the time of day.
    private func nextRecord(of scenario: inout Scenario?) -> PreparedRecord {
        guard case .steady(let kind, _) = settings.load else { preconditionFailure("no scenario") }
        let (seconds, nanos) = WallClock.secondsAndNanos
        let moment = Timestamp(seconds: seconds, nanos: nanos)
        var current = scenario ?? Scenario(kind, seed: random.next(), startedAt: moment)
        let record = current.next().stamped(moment)
        scenario = current
        return PreparedRecord(record, writer: &writer)
    }

    private func append(_ record: PreparedRecord, number: Int, of vehicle: SimulatedVehicle) {
        let vin = settings.credentials[vehicle.credentials].vin
        var envelope: [UInt8] = []
        Envelope.appendStream(record.message(from: vin, txid: vehicle.txid.text(number)), to: &envelope)
        appendRecorded(envelope)
    }

    private func appendRecorded(_ envelope: [UInt8]) {
        appendFrame(.binary, envelope, mask: nextMask(), to: &outbound)
    }

    /// RFC 6455 section 5.3 wants four bytes that no onlooker can guess; a simulation has nothing to protect.
    func nextMask() -> UInt32 { UInt32(truncatingIfNeeded: random.next()) }

    private static func recordedKey(_ frame: [UInt8]) -> UInt64 {
        guard let envelope = try? Envelope.read(frame.span) else { return fingerprint(frame, 0..<frame.count) }
        return fingerprint(frame, envelope.txid)
    }

    /// Sends everything again that has no ack, with its first txid and the mark of a resend.
    ///
    /// Real vehicles put all unacked fields into one new message; with the txid kept, each record can be followed
    /// to its ack, which is what a simulation is for.
    func resend(_ index: Int) {
        let vehicle = vehicles[index]
        guard let link = vehicle.link, link.unsent.isEmpty else { return }
        for waiting in vehicle.waiting.resendAll(at: now) {
            counts.resent += 1
            switch vehicle.feed {
            case .idle:
                break
            case .prepared:
                let records = preparedRecords
                let record = records[waiting.index % records.count].markedAsResend
                append(record, number: waiting.index, of: vehicle)
            case .steady(_, let kept):
                guard let record = kept[waiting.key] else { break }
                append(record.markedAsResend, number: waiting.index, of: vehicle)
            case .replay(let track):
                guard case .replay(let replay) = settings.load else { break }
                appendRecorded(replay.tracks[track].frames[waiting.index].bytes)
            }
        }
        send(index, link)
    }

    /// Encrypts and sends what has been collected for a connection.
    private func send(_ index: Int, _ link: VehicleLink) {
        if !outbound.isEmpty {
            let failure = link.session.write(outbound.span)
            outbound.removeAll(keepingCapacity: true)
            if let failure { return lose(index, Self.reason(failure)) }
        }
        flush(index, link)
    }

    /// Sends ciphertext, and asks to be told when the rest of it can be sent.
    func flush(_ index: Int, _ link: VehicleLink) {
        if let error = link.session.send(to: link.descriptor, rest: &link.unsent) { return lose(index, "\(error)") }
        updateInterest(index, link)
    }

    /// - Returns: false when the connection is gone.
    func sendRest(_ index: Int, _ link: VehicleLink) -> Bool {
        var unsent: [UInt8] = []
        swap(&unsent, &link.unsent)
        do {
            if let count = try link.descriptor.write(unsent.span) { unsent.removeFirst(count) }
            swap(&unsent, &link.unsent)
            updateInterest(index, link)
            return vehicles[index].link === link
        } catch {
            lose(index, "\(error)")
            return false
        }
    }

    private func updateInterest(_ index: Int, _ link: VehicleLink) {
        let wanted: Readiness = link.unsent.isEmpty ? .readable : [.readable, .writable]
        guard link.interest != wanted else { return }
        link.interest = wanted
        let registration = Registration(slot: UInt32(index), generation: vehicles[index].generation)
        do {
            try poll.change(link.descriptor.number, as: registration, to: wanted)
        } catch {
            lose(index, "\(error)")
        }
    }

    // MARK: Schedules

    /// Called when a vehicle is connected for the first time.
    func beginSchedule(_ index: Int) {
        let vehicle = vehicles[index]
        switch settings.load {
        case .idle, .saturating:
            return
        case .steady(_, let rate):
            // The first message carries all fields and goes out at once.
            vehicle.owed = 1
            vehicle.nextDue = now + UInt64(random.fraction() * 1e9 / rate)
        case .paced(_, let rate):
            // Spread over the interval, so that vehicles do not send in one moment.
            vehicle.nextDue = now + UInt64(random.fraction() * 1e9 / rate)
        case .replay(let replay):
            guard !replay.tracks.isEmpty else { return }
            vehicle.nextDue = replayMoment(vehicle, replay)
        }
        dues.insert(index, at: vehicle.nextDue)
    }

    func recordIsDue(_ index: Int) {
        guard case .running = phase else { return }
        let vehicle = vehicles[index]
        switch settings.load {
        case .idle, .saturating:
            return
        case .steady(_, let rate), .paced(_, let rate):
            let interval = max(1, UInt64(1e9 / rate))
            // After a pause of ours the schedule is caught up with, as far as a vehicle's memory reaches.
            let missed = Int(min((now - vehicle.nextDue) / interval, UInt64(FleetSettings.backlogLimit)))
            vehicle.owed = min(vehicle.owed + 1 + missed, FleetSettings.backlogLimit)
            vehicle.nextDue = max(vehicle.nextDue + interval * UInt64(missed + 1), now)
        case .replay(let replay):
            vehicle.owed += 1
            guard replay.isEndless || vehicle.nextFrame + vehicle.owed < frameCount(vehicle, replay) else {
                return fill(index)
            }
            vehicle.nextDue = replayMoment(vehicle, replay)
        }
        dues.insert(index, at: vehicle.nextDue)
        fill(index)
    }

    private func frameCount(_ vehicle: SimulatedVehicle, _ replay: FleetReplay) -> Int {
        guard case .replay(let track) = vehicle.feed else { return 0 }
        return replay.tracks[track].frames.count
    }

    /// When the next frame of a replay is due that is not owed yet.
    private func replayMoment(_ vehicle: SimulatedVehicle, _ replay: FleetReplay) -> UInt64 {
        guard case .replay(let track) = vehicle.feed else { return now }
        let frames = replay.tracks[track].frames
        let next = vehicle.nextFrame + vehicle.owed
        // Each track begins again by itself, a second after its last frame.
        let round = Double(next / frames.count) * Double((frames.last?.after ?? 0) + 1_000_000_000)
        let after = (round + Double(frames[next % frames.count].after)) / replay.speed
        return startedAt + UInt64(min(after, 9e18))
    }

    // MARK: The end

    /// Says goodbye on every connection.
    func closeAll() {
        phase = .closing(until: now + Self.closeNanoseconds)
        for index in vehicles.indices {
            guard let link = vehicles[index].link else { continue }
            guard case .streaming = link.stage else {
                discard(index)
                continue
            }
            link.stage = .closing
            appendClose(.normal, mask: nextMask(), to: &outbound)
            send(index, link)
        }
    }
}
