/// What became of the records in the lanes when the server stopped.
package struct DrainReport: Sendable, Hashable {
    package struct Lane: Sendable, Hashable {
        package let dispatcher: DispatcherName
        /// Delivered since draining began.
        package let delivered: Int
        /// Not delivered. In the spool they stay for the next start; else their vehicles got no ack where the ack
        /// waits for this lane.
        package let left: Int
        /// Whether what is left lies in the spool.
        package let isSpooled: Bool
        /// False when the dispatcher still hung in a call at the end.
        package let isClosed: Bool

        package init(dispatcher: DispatcherName, delivered: Int, left: Int, isSpooled: Bool = false, isClosed: Bool) {
            self.dispatcher = dispatcher
            self.delivered = delivered
            self.left = left
            self.isSpooled = isSpooled
            self.isClosed = isClosed
        }
    }

    package let lanes: [Lane]

    package init(lanes: [Lane]) {
        self.lanes = lanes
    }

    /// Records that some lane did not deliver.
    package var left: Int { lanes.reduce(0) { $0 + $1.left } }
}
