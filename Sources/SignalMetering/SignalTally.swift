internal import TelemetryModel

/// What is counted together: the signals of one field of one vehicle.
///
/// One word, because an event loop looks for it with each signal.
package struct SignalCell: Sendable, Hashable {
    /// The vehicle's number in the meter, then the field's code.
    let rawValue: UInt32

    init(_ vehicle: MeteredVehicle, _ code: SignalCode) {
        rawValue = vehicle.number << SignalCode.bits | UInt32(code.rawValue)
    }

    init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    var vehicle: MeteredVehicle { MeteredVehicle(number: rawValue >> SignalCode.bits) }

    var code: SignalCode { SignalCode(rawValue: UInt16(rawValue & (1 << SignalCode.bits - 1))) }
}

/// A vehicle's number in the meter, from 1 on.
package struct MeteredVehicle: Sendable, Hashable {
    let number: UInt32

    /// All vehicles beyond the limit together.
    static let others = MeteredVehicle(number: 0)
}

/// The signals that one event loop has counted and not handed over: a table of fixed size, in which nothing is
/// allocated.
struct SignalTally: Sendable {
    /// A power of two.
    static let places = 8192
    /// Above three quarters, looking for a place takes long.
    static let limit = places / 4 * 3

    /// Cells by place, plus one; 0 where there is none.
    private var cells = [UInt32](repeating: 0, count: places)
    private var counts = [Int](repeating: 0, count: places)
    /// The places that are taken, for emptying without a look at all of them.
    private var taken: [UInt16] = []
    /// Signals that found no place, because nobody took the table when it was full.
    private(set) var unattributed = 0
    /// The day that the signals came on.
    var day = UTCDate(number: 0)

    init() {
        taken.reserveCapacity(Self.limit)
    }

    var isEmpty: Bool { taken.isEmpty && unattributed == 0 }

    var isFull: Bool { taken.count >= Self.limit }

    /// Counts each datum once under its field, and all of them once more when the record is a resend.
    mutating func add(_ data: borrowing VehicleData, of vehicle: MeteredVehicle) {
        for index in data.data.indices { add(1, to: SignalCell(vehicle, SignalCode(data.data[index].field))) }
        if data.isResend { add(data.data.count, to: SignalCell(vehicle, .resent)) }
    }

    @inline(__always)
    mutating func add(_ count: Int, to cell: SignalCell) {
        let wanted = cell.rawValue &+ 1
        // Fibonacci hashing: the upper bits of the product, as many as there are places.
        var place = Int((cell.rawValue &* 0x9E37_79B1) >> 19)
        while cells[place] != wanted {
            if cells[place] == 0 {
                guard !isFull else {
                    unattributed &+= count
                    return
                }
                cells[place] = wanted
                taken.append(UInt16(place))
                break
            }
            place = (place &+ 1) & (Self.places - 1)
        }
        counts[place] &+= count
    }

    func forEach(_ body: (SignalCell, Int) -> Void) {
        for place in taken { body(SignalCell(rawValue: cells[Int(place)] &- 1), counts[Int(place)]) }
    }

    mutating func removeAll() {
        for place in taken {
            cells[Int(place)] = 0
            counts[Int(place)] = 0
        }
        taken.removeAll(keepingCapacity: true)
        unattributed = 0
    }
}
