package import Dispatching

/// What a sink can be brought into, so that its dispatcher has something to cope with.
package enum SinkCondition: Sendable, Hashable, CaseIterable {
    /// It takes records. Every sink begins like this.
    case up
    /// It is gone as after `kill -9`: the port closed, the directory away, nobody subscribed. What it had taken before
    /// it still has.
    case down
    /// It is there and takes nothing, and lets the dispatcher wait.
    case stalled
    /// It refuses records whose txid begins with ``ConformanceRecords/poison`` for good, and takes all others.
    case rejecting
}

/// A record as the sink has it.
package struct SinkRecord: Sendable, Hashable {
    package let vin: String
    package let txid: String

    package init(vin: String, txid: String) {
        self.vin = vin
        self.txid = txid
    }
}

/// A real sink with the dispatcher that delivers to it: what a dispatcher brings in order to be run through
/// ``ConformanceScenario``.
///
/// Real means what users have: a file on a disk, a web server on a port, a broker. Called from one test at a time;
/// `received` also while the dispatcher delivers.
package protocol SinkUnderTest: AnyObject, Sendable {
    /// Which conditions there are beside `up`. Scenarios that need others are left out.
    static var conditions: Set<SinkCondition> { get }

    /// A dispatcher of its own for each call, as a restarted server would make it. Opens nothing.
    func makeDispatcher() throws -> any Dispatcher

    /// Returns when the sink is in that condition.
    func become(_ condition: SinkCondition) throws

    /// Everything that the sink has taken since it was made, in its order, repetitions included.
    func received() throws -> [SinkRecord]

    /// Words that must never stand in a failure or a dead letter: passwords, tokens.
    var secrets: [String] { get }
}

extension SinkUnderTest {
    package var secrets: [String] { [] }
}
