internal import LinuxSystem
internal import TelemetryModel

/// The connections of one event loop, by slot. Slots are used again; generations tell their users apart.
struct ConnectionTable {
    private var slots: [Connection?] = []
    private var generations: [UInt32] = []
    private var free: [UInt32] = []
    private(set) var count = 0

    /// The most slots a table may have: higher numbers name the loop's own descriptors.
    static let slotLimit = UInt32.max - 16

    /// Takes a slot for a connection that is about to be made.
    mutating func reserve(loop: UInt16) -> ConnectionID {
        let slot =
            free.popLast()
            ?? {
                slots.append(nil)
                generations.append(0)
                return UInt32(slots.count - 1)
            }()
        generations[Int(slot)] &+= 1
        return ConnectionID(loop: loop, slot: slot, generation: generations[Int(slot)])
    }

    mutating func insert(_ connection: Connection) {
        slots[Int(connection.id.slot)] = connection
        count += 1
    }

    mutating func remove(_ id: ConnectionID) {
        guard self[id] != nil else { return }
        slots[Int(id.slot)] = nil
        free.append(id.slot)
        count -= 1
    }

    /// Gives a reserved slot back that was never filled.
    mutating func abandon(_ id: ConnectionID) {
        free.append(id.slot)
    }

    /// Nil when the connection has gone, even if its slot has a new user.
    subscript(id: ConnectionID) -> Connection? {
        self[Registration(slot: id.slot, generation: id.generation)]
    }

    subscript(registration: Registration) -> Connection? {
        let slot = Int(registration.slot)
        guard slot < slots.count, generations[slot] == registration.generation else { return nil }
        return slots[slot]
    }

    /// By slot alone, for deadlines, which are cleared when a slot changes hands.
    subscript(slot slot: Int) -> Connection? { slot < slots.count ? slots[slot] : nil }

    var all: [Connection] { slots.compactMap(\.self) }
}
