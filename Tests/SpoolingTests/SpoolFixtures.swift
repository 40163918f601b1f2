import LinuxSystem
import Synchronization
import TelemetryModel

@testable import Spooling

/// Numbers that come again with the same seed.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 0x1234_5678_9ABC_DEF1 }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

func source(
    vin: String = "5YJ3E1EA1JF000001",
    slot: UInt32 = 1,
    socketID: String = "1f6b6a0e-0000-4000-8000-000000000001"
) -> RecordSource {
    RecordSource(
        device: DeviceIdentity(vin: VIN(vin), deviceType: "vehicle_device"),
        connection: ConnectionID(loop: 0, slot: slot, generation: 3),
        socketID: socketID,
        clientVersion: "1.1.0",
        networkInterface: "cellular",
        remoteAddress: "203.0.113.9:4711"
    )
}

let sharedSource = source()

/// A record whose payload tells its number and whose length and bytes follow from it.
func record(_ number: Int, type: RecordType = .vehicleData, length: Int? = nil, receivedAt: Int64? = nil) -> Record {
    Record(
        source: sharedSource,
        sequence: UInt64(number),
        type: type,
        receivedAt: UnixMilliseconds(rawValue: receivedAt ?? 1_700_000_000_000 + Int64(number)),
        content: .opaque,
        payload: payload(number, length: length),
        txid: Array("txid-\(number)".utf8)
    )
}

func payload(_ number: Int, length: Int? = nil) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.appendFixed(UInt64(number))
    for index in 0..<(length ?? number &* 37 % 90) {
        bytes.append(UInt8(truncatingIfNeeded: number &* 31 &+ index))
    }
    return bytes
}

/// The number of a record that is whole; nil when anything of it is not as it was made.
func number(of record: Record) -> Int? {
    guard record.payload.count >= 8 else { return nil }
    let number = Int(truncatingIfNeeded: Array(record.payload).fixed64(at: 0))
    guard
        record.payload.elementsEqual(payload(number, length: record.payload.count - 8)),
        record.txid.elementsEqual("txid-\(number)".utf8), record.sequence == UInt64(number),
        record.source.device == sharedSource.device, record.source.socketID == sharedSource.socketID,
        record.source.networkInterface == "cellular", record.source.clientVersion == "1.1.0"
    else { return nil }
    return number
}

func smallSettings(segmentBytes: Int = 1_024, maxBytes: Int = 1 << 20) -> SpoolSettings {
    var settings = SpoolSettings(directory: "memory")
    settings.segmentBytes = segmentBytes
    settings.maxBytes = maxBytes
    settings.cursorSaveMilliseconds = 0
    return settings
}

/// Outcomes of submissions.
final class Outcomes: Sendable {
    let all = Mutex<[(numbers: [Int], result: Result<Range<UInt64>, SpoolFailure>)]>([])

    func note(_ numbers: [Int]) -> @Sendable (Result<Range<UInt64>, SpoolFailure>) -> Void {
        { result in self.all.withLock { $0.append((numbers, result)) } }
    }

    var durable: [Int] {
        all.withLock { all in
            all.flatMap { outcome -> [Int] in
                guard case .success = outcome.result else { return [] }
                return outcome.numbers
            }
        }
    }
}

extension Spool {
    /// Writes records without threads.
    func write(_ records: [Record]) -> Result<Range<UInt64>, SpoolFailure>? {
        let outcome = Outcomes()
        submit(records, completion: outcome.note([]))
        _ = commitWaiting()
        return outcome.all.withLock { $0.last?.result }
    }

    /// Everything that the cursor finds, by number; delivered at once.
    func drain(_ dispatcher: String) throws -> [Int?] {
        guard let cursor = cursor(for: dispatcher) else { return [] }
        var numbers: [Int?] = []
        while let batch = try cursor.read(recordLimit: 7, byteLimit: 1 << 20) {
            numbers += batch.records.map { number(of: $0) }
            cursor.advance(past: batch)
        }
        return numbers
    }
}

/// Returns when the condition holds; gives up after ten seconds.
func wait(_ condition: () -> Bool) {
    let never = ThreadSignal()
    for _ in 0..<5_000 where !condition() { never.wait(until: MonotonicTime.now.adding(milliseconds: 2)) }
}
