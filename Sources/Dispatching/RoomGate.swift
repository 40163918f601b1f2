internal import Synchronization

/// Whether records of one type may be read from vehicles: open while none of the lanes that their acks depend on
/// is full.
///
/// Shared by a route, which asks per record, and the buffers of its lanes, which open and close it.
final class RoomGate: Sendable {
    private let fullLanes = Atomic<Int>(0)

    var isOpen: Bool {
        fullLanes.load(ordering: .relaxed) == 0
    }

    func close() {
        fullLanes.wrappingAdd(1, ordering: .relaxed)
    }

    func open() {
        fullLanes.wrappingSubtract(1, ordering: .relaxed)
    }
}
