import Foundation
import LinuxSystem
import Synchronization
import VehicleFixtures

/// Vehicles that send numbered records for as long as the test lasts. When their connection ends they connect again,
/// and first send what was not acknowledged, as real ones do.
final class SpoolVehicles: Sendable {
    private struct State {
        var acked: Set<String> = []
        var isOver = false
        var failures: [String] = []
    }

    private let shop: Workshop
    private let state = Mutex(State())
    private let changed = NSCondition()
    private let threads = Mutex<[LoopThread]>([])
    private let window: Int
    private let padding: Int

    /// - Parameters:
    ///   - window: records of one vehicle on their way at the same time.
    ///   - padding: bytes in each record besides the usual ones.
    init(_ shop: Workshop, perVIN: Int = 2, window: Int = 8, padding: Int = 0) throws {
        self.shop = shop
        self.window = window
        self.padding = padding
        let names = Workshop.vins.flatMap { vin in (0..<perVIN).map { (vin: vin, name: "\(vin.suffix(1))\($0)") } }
        let started = try names.map { vin, name in
            try LoopThread(name: "car-\(name)") { [self] in drive(vin, name) }
        }
        threads.withLock { $0 = started }
    }

    /// Txids that the server has acknowledged.
    var acked: Set<String> { state.withLock { $0.acked } }
    var failures: [String] { state.withLock { $0.failures } }

    /// Waits until so many more records are acknowledged than now.
    ///
    /// - Returns: false when the time was over first.
    @discardableResult
    func waitForAcks(_ more: Int, milliseconds: Int = 300_000) -> Bool {
        let wanted = acked.count + more
        let deadline = Date(timeIntervalSinceNow: Double(milliseconds) / 1000)
        changed.lock()
        defer { changed.unlock() }
        while acked.count < wanted {
            guard changed.wait(until: deadline) else { return false }
        }
        return true
    }

    /// No new connections from now on; ends when the server has ended the standing ones. May be called again.
    func stop() {
        state.withLock { $0.isOver = true }
    }

    func join() {
        for thread in threads.withLock({ $0 }) { thread.join() }
    }

    private var isOver: Bool { state.withLock { $0.isOver } }

    private func drive(_ vin: String, _ name: String) {
        let pause = ThreadSignal()
        var unacked: [Int] = []
        var next = 0
        while !isOver {
            if let vehicle = try? shop.vehicle(vin) {
                // However it ends: the server was killed, or stops.
                try? send(by: vehicle, vin, name, &unacked, &next)
            } else {
                pause.wait(until: MonotonicTime.now.adding(milliseconds: 5))
            }
        }
    }

    private func send(
        by vehicle: TestVehicle,
        _ vin: String,
        _ name: String,
        _ unacked: inout [Int],
        _ next: inout Int
    ) throws {
        for number in unacked { try vehicle.send(frame(name, number, vin)) }
        while true {
            while unacked.count < window, !isOver {
                unacked.append(next)
                next += 1
                try vehicle.send(frame(name, next - 1, vin))
            }
            guard let answer = try vehicle.nextFrame(), answer.closeCode == nil else { return }
            guard let txid = try Workshop.acknowledged(answer) else { continue }
            let number = Int(txid.drop { $0 != "-" }.dropFirst())
            guard let place = unacked.firstIndex(where: { $0 == number }) else {
                state.withLock { $0.failures.append("an ack for \(txid), which nobody waits for") }
                continue
            }
            unacked.remove(at: place)
            state.withLock { _ = $0.acked.insert(txid) }
            changed.lock()
            changed.broadcast()
            changed.unlock()
        }
    }

    private func frame(_ name: String, _ number: Int, _ vin: String) -> [UInt8] {
        Workshop.frame("\(name)-\(number)", speed: Double(number), vin: vin, padding: padding)
    }
}

/// What stands in the sink at the end, held against what vehicles were told.
struct SinkContents {
    private(set) var txids: Set<String> = []
    private(set) var lines = 0
    /// Lines that are no whole record.
    private(set) var broken: [String] = []
    /// Records whose first appearance came before that of an earlier one of the same vehicle.
    private(set) var disordered: [String] = []
    /// Records whose content is not what was sent.
    private(set) var altered: [String] = []

    init(_ paths: [String]) throws {
        var newest: [Substring: Int] = [:]
        for path in paths {
            let text = try Data(contentsOf: URL(filePath: path))
            for line in text.split(separator: 10) { read(line, &newest) }
        }
    }

    private mutating func read(_ line: Data, _ newest: inout [Substring: Int]) {
        lines += 1
        guard
            let object = try? JSONSerialization.jsonObject(with: line) as? [String: Any],
            let txid = object["txid"] as? String,
            let payload = object["payload"] as? [String: Any],
            let data = payload["data"] as? [[String: Any]],
            let value = data.first?["value"] as? [String: Any]
        else { return broken.append(String(decoding: line.prefix(200), as: UTF8.self)) }
        let parts = txid.split(separator: "-")
        guard parts.count == 2, let number = Int(parts[1]) else { return altered.append(txid) }
        let isWhole = value["doubleValue"] as? Double == Double(number) && payload["vin"] as? String == vin(parts[0])
        if !isWhole { altered.append(txid) }
        guard txids.insert(txid).inserted else { return }
        if let last = newest[parts[0]], last > number { disordered.append(txid) }
        newest[parts[0]] = max(number, newest[parts[0]] ?? 0)
    }

    private func vin(_ name: Substring) -> String? {
        Workshop.vins.first { $0.last == name.first }
    }
}
