package import AddressCodec
internal import Synchronization

/// How many handshakes each address may begin: a bucket of tokens per address, filled steadily.
///
/// The table has a fixed size, so that no number of addresses makes it grow. An address whose row was taken by others
/// begins with a full bucket again: a flood from very many addresses is limited less, never an honest one more. That
/// flood meets the limit on handshakes in progress.
package final class HandshakeRates: Sendable {
    private struct Row {
        var address: IPAddress
        var tokens: Double
        /// When the tokens were counted, in milliseconds; 0 for a free row.
        var countedAt: UInt64
    }

    /// Rows that an address may take.
    private static let ways = 4
    private static let sets = 4096

    private let perSecond: Double
    private let burst: Double
    private let rows: Mutex<[Row]>

    /// - Parameters:
    ///   - perSecond: handshakes per second and address that may go on for ever.
    ///   - burst: handshakes that may come at once after a rest; at least 1.
    package init(perSecond: Double, burst: Int) {
        self.perSecond = perSecond
        self.burst = Double(max(1, burst))
        let free = Row(address: IPAddress(v4: 0), tokens: 0, countedAt: 0)
        rows = Mutex(Array(repeating: free, count: Self.ways * Self.sets))
    }

    /// Takes a token, if there is one.
    ///
    /// - Parameter now: milliseconds of the monotonic clock, above 0.
    package func allows(_ address: IPAddress, now: UInt64) -> Bool {
        let household = address.household
        var hasher = Hasher()
        household.hash(into: &hasher)
        let first = Int(UInt(bitPattern: hasher.finalize()) % UInt(Self.sets)) * Self.ways
        return rows.withLock { rows in
            let range = first..<(first + Self.ways)
            let row: Int
            if let known = range.first(where: { rows[$0].countedAt > 0 && rows[$0].address == household }) {
                row = known
                // The clocks of two loops may differ by a turn.
                let milliseconds = now > rows[row].countedAt ? now - rows[row].countedAt : 0
                rows[row].tokens = min(burst, rows[row].tokens + Double(milliseconds) * perSecond / 1000)
                rows[row].countedAt = max(now, rows[row].countedAt)
            } else {
                row = range.min { rows[$0].countedAt < rows[$1].countedAt } ?? first
                rows[row] = Row(address: household, tokens: burst, countedAt: now)
            }
            guard rows[row].tokens >= 1 else { return false }
            rows[row].tokens -= 1
            return true
        }
    }
}
