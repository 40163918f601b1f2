/// Vehicles by the moment when they have something to do, soonest first. A binary heap: no memory per turn.
struct DeadlineHeap {
    struct Deadline {
        let at: UInt64
        let vehicle: Int
    }

    private var heap: [Deadline] = []

    var soonest: UInt64? { heap.first?.at }

    mutating func insert(_ vehicle: Int, at moment: UInt64) {
        heap.append(Deadline(at: moment, vehicle: vehicle))
        var child = heap.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard heap[child].at < heap[parent].at else { return }
            heap.swapAt(child, parent)
            child = parent
        }
    }

    /// Takes the soonest off when its moment has come.
    mutating func popDue(at now: UInt64) -> Int? {
        guard let first = heap.first, first.at <= now else { return nil }
        let last = heap.removeLast()
        if !heap.isEmpty {
            heap[0] = last
            sink()
        }
        return first.vehicle
    }

    private mutating func sink() {
        var parent = 0
        while true {
            let left = 2 * parent + 1
            let right = left + 1
            var least = parent
            if left < heap.count, heap[left].at < heap[least].at { least = left }
            if right < heap.count, heap[right].at < heap[least].at { least = right }
            if least == parent { return }
            heap.swapAt(parent, least)
            parent = least
        }
    }
}
