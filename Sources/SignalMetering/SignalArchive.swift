package import LinuxSystem
internal import Spooling

/// The directory with the files of all days. One server at a time writes there; anybody may read beside it.
package struct SignalArchive: ~Copyable {
    private static let lockName = "signals.lock"
    /// A file is rewritten when it has grown to as much, and to eight times what it was when it was rewritten.
    private static let rewriteBytes = 4 << 20

    /// What has been found out about a file before it is appended to.
    private struct Known {
        var bytes: Int
        var rewrittenBytes: Int
    }

    /// What was wrong with a file and was put right.
    package struct Repair: Sendable, Hashable {
        package let file: String
        package let lostBytes: Int
        /// Where the whole file was copied to; nil when only a write had been cut off.
        package let copy: String?
    }

    package let directory: String
    private let lock: LockFile
    private var known: [UTCDate: Known] = [:]
    private(set) var repairs: [Repair] = []

    /// Makes the directory where it is missing, for this user alone: files say which vehicles there are and what they
    /// send when.
    ///
    /// - Throws: ``SystemCallError/wouldBlock`` when another server writes there.
    package init(directory: String) throws(SystemCallError) {
        try Files.makeDirectories(directory, mode: 0o700)
        lock = try LockFile(path: "\(directory)/\(Self.lockName)")
        self.directory = directory
        removeLeftovers()
    }

    /// Files of a rewriting that a crash has ended.
    private func removeLeftovers() {
        let names = (try? Files.list(directory)) ?? []
        for name in names where name.hasSuffix(".tmp") && name.contains(DayFile.suffix) {
            try? Files.remove("\(directory)/\(name)")
        }
    }

    private func path(_ day: UTCDate) -> String { "\(directory)/\(DayFile.name(of: day))" }

    // MARK: Writing

    /// Adds counts to a day. When it throws nothing has been added.
    package mutating func append(_ counts: SignalCounts, to day: UTCDate) throws(SystemCallError) {
        let block = DayFile.block(counts)
        guard !block.isEmpty else { return }
        var state = try open(day)
        let isNew = state.bytes == 0
        let bytes = isNew ? DayFile.magic + block : block
        let file = try PositionedFile(path: path(day), .writing)
        do throws(SystemCallError) {
            try file.write(bytes.span, at: state.bytes)
            try file.sync()
            if isNew { try DirectoryHandle(path: directory).sync() }
        } catch {
            try? file.cut(to: state.bytes)
            // Whatever stands there now is looked at again.
            known[day] = nil
            throw error
        }
        state.bytes += bytes.count
        known[day] = state
        if state.bytes >= max(Self.rewriteBytes, 8 * state.rewrittenBytes) { rewrite(day) }
    }

    /// Looks at a file before the first append to it, and after somebody else has changed it.
    private mutating func open(_ day: UTCDate) throws(SystemCallError) -> Known {
        let path = path(day)
        guard Files.exists(path) else {
            _ = try PositionedFile(path: path, .creating(mode: 0o600))
            known[day] = Known(bytes: 0, rewrittenBytes: 0)
            return Known(bytes: 0, rewrittenBytes: 0)
        }
        if let state = known[day], try PositionedFile(path: path, .reading).size() == state.bytes { return state }
        let content = try DayFile.read(path)
        if content.brokenBytes > 0 { try repair(day, content) }
        let state = Known(bytes: content.wholeBytes, rewrittenBytes: content.wholeBytes)
        known[day] = state
        return state
    }

    private mutating func repair(_ day: UTCDate, _ content: DayFile.Content) throws(SystemCallError) {
        let path = path(day)
        var copy: String?
        if content.isDamaged {
            let name = "\(path).damaged"
            try Files.write(try Files.read(path, limitBytes: .max), to: name, mode: 0o600)
            copy = name
        }
        try PositionedFile(path: path, .writing).cut(to: content.wholeBytes)
        repairs.append(Repair(file: path, lostBytes: content.brokenBytes, copy: copy))
    }

    /// What was repaired since the last call.
    mutating func takeRepairs() -> [Repair] {
        defer { repairs = [] }
        return repairs
    }

    /// Writes a day's file anew as one block: shorter, and with the same sums. One that can't be written stays as it
    /// is.
    mutating func rewrite(_ day: UTCDate) {
        guard let content = try? DayFile.read(path(day)), content.brokenBytes == 0 else { return }
        let bytes = DayFile.magic + DayFile.block(content.counts)
        guard bytes.count < content.wholeBytes else {
            known[day]?.rewrittenBytes = content.wholeBytes
            return
        }
        do throws(SystemCallError) {
            try Files.write(bytes, to: path(day), mode: 0o600)
            known[day] = Known(bytes: bytes.count, rewrittenBytes: bytes.count)
        } catch {
            // Tried again when it has doubled often enough.
            known[day]?.rewrittenBytes = content.wholeBytes
        }
    }

    /// Removes the files of days before this one.
    ///
    /// - Returns: how many.
    @discardableResult
    mutating func prune(before day: UTCDate) -> Int {
        known = known.filter { $0.key >= day }
        let oldest = day.description
        var removed = 0
        for name in (try? Files.list(directory)) ?? [] {
            guard let date = Self.date(of: name), date < oldest else { continue }
            guard (try? Files.remove("\(directory)/\(name)")) != nil else { continue }
            removed += 1
        }
        return removed
    }

    /// `2026-11-21` of `2026-11-21.signals` and of the copy of a damaged file; nil for names that are not ours.
    private static func date(of name: String) -> String? {
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        let isOurs = parts.count == 2 || parts.count == 3 && parts[2] == "damaged"
        guard isOurs, ".\(parts[1])" == DayFile.suffix, parts[0].utf8.count == 10 else { return nil }
        let isDate = parts[0].utf8.enumerated().allSatisfy { index, byte in
            index == 4 || index == 7 ? byte == UInt8(ascii: "-") : (0x30...0x39).contains(byte)
        }
        return isDate ? String(parts[0]) : nil
    }

    // MARK: Reading

    /// The counts of some days, also while a server writes there. Days without a file count as nothing.
    ///
    /// - Parameter take: gets each day that has a file.
    package static func read(
        _ directory: String,
        _ days: ClosedRange<UTCDate>,
        take: (UTCDate, DayFile.Content) -> Void
    ) throws(SystemCallError) {
        let names = Set(try Files.list(directory))
        var day = days.lowerBound
        while day <= days.upperBound {
            if names.contains(DayFile.name(of: day)) {
                do throws(SystemCallError) {
                    take(day, try DayFile.read("\(directory)/\(DayFile.name(of: day))"))
                } catch {
                    // Removed for its age between the two looks.
                    guard error.code == SystemCallError.noSuchFile else { throw error }
                }
            }
            day = day.adding(days: 1)
        }
    }

    /// The same for a server's own directory.
    func read(_ days: ClosedRange<UTCDate>, take: (UTCDate, DayFile.Content) -> Void) throws(SystemCallError) {
        try Self.read(directory, days, take: take)
    }
}
