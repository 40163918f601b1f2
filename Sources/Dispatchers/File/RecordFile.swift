internal import JSONText
internal import LinuxSystem
internal import RecordEncoding
internal import TelemetryModel

/// How a file of records is written, the same for all files of a dispatcher.
struct RecordFileStyle: Sendable {
    let format: FileSettings.Format
    let encodingMode: EncodingMode
    var includesFindings = false
    let rotation: FileRotation
    let syncsEachBatch: Bool
    /// The directory that is never made; those below it are.
    let directory: String
    let rotationMoments = RotationMoments()

    /// Permissions of a file that is made, before the umask: records say where a car was.
    static let fileMode: UInt32 = 0o600
    static let directoryMode: UInt32 = 0o700

    func append(_ record: Record, to json: inout JSONWriter) {
        switch format {
        case .protojson:
            FileLine.append(record, mode: encodingMode, findings: includesFindings, to: &json)
            json.endLine()
        case .flat:
            FlatLine.append(record, findings: includesFindings, to: &json)
            json.endLine()
        case .protobuf:
            FileMessage.append(record, to: &json)
        }
    }
}

/// One file that records are appended to, with its rotation. Belongs to one thread at a time.
final class RecordFile {
    let path: String
    /// The date parts of the path; empty when it has none.
    let date: String
    private let style: RecordFileStyle
    private var file: AppendFile
    private var torn: TornLine?
    private var size: Int
    /// Which stretch of ``FileRotation/age`` the first record of the file belongs to.
    private var period: Int64
    /// Counts the uses of all files of a dispatcher; the file with the smallest was not used for longest.
    var lastUse: UInt64 = 0

    /// - Parameter closed: is told the name of a file that was put aside because it does not end with a whole message.
    init(path: String, date: String, style: RecordFileStyle, closed: (String) -> Void) throws(SystemCallError) {
        self.path = path
        self.date = date
        self.style = style
        try RecordFile.makeDirectories(of: path, style)
        if style.format == .protobuf, !RecordFile.endsWhole(path) { closed(try RecordFile.moveAside(path, style)) }
        let file = try AppendFile.open(
            path: path,
            mode: RecordFileStyle.fileMode,
            endsLines: style.format != .protobuf
        )
        size = file.size ?? 0
        let moment = size > 0 ? file.modifiedAtMilliseconds ?? WallClock.milliseconds : WallClock.milliseconds
        period = RecordFile.period(of: moment, style)
        self.file = file
        if style.syncsEachBatch { try DirectoryHandle(path: RecordFile.directory(of: path)).sync() }
    }

    /// Whether the path still leads to this file.
    var isInPlace: Bool { file.isInPlace }

    // MARK: Writing

    /// Appends records.
    ///
    /// - Parameters:
    ///   - spareBytes: memory to use; gives back what can be used again.
    ///   - closed: is told the name of each file that was rotated away.
    /// - Returns: how many records are whole in the file, and why not all of them.
    func append(
        _ records: [Record],
        spareBytes: inout [UInt8],
        closed: (String) -> Void
    ) -> (whole: Int, error: SystemCallError?, rotationError: SystemCallError?) {
        var memory: [UInt8] = []
        swap(&memory, &spareBytes)
        let json = JSONWriter(reservingCapacity: records.count * 512, reusing: memory)
        let lines = LineBatch(records, completing: torn, to: json) { style.append($0, to: &$1) }
        let (written, error, rotationError) = write(lines, closed: closed)
        let outcome = lines.outcome(written: written, of: records, isContinuing: torn)
        torn = outcome.torn
        if lines.bytes.capacity <= RecordFile.spareByteLimit { spareBytes = lines.bytes }
        if error == nil, style.syncsEachBatch {
            do throws(SystemCallError) {
                try file.sync()
            } catch {
                // Nobody knows what the disk has: all of them come again.
                return (0, error, rotationError)
            }
        }
        return (outcome.whole, error, rotationError)
    }

    /// Larger memory is not kept between batches.
    private static let spareByteLimit = 1 << 20

    private func write(
        _ lines: LineBatch,
        closed: (String) -> Void
    ) -> (written: Int, error: SystemCallError?, rotationError: SystemCallError?) {
        guard style.rotation.isOn else {
            let progress = file.append(lines.bytes)
            size += progress.written
            return (progress.written, progress.error, nil)
        }
        var rotationError: SystemCallError?
        var start = 0
        while start < lines.bytes.count {
            var end = lines.bytes.count
            let limit = style.rotation.byteLimit
            if limit > 0, rotationError == nil { end = lines.end(fitting: limit - size, from: start) }
            // A line that was begun must be completed where it was.
            if torn == nil || start > 0, rotationError == nil, mustRotate(before: end - start) {
                do throws(SystemCallError) {
                    try rotate(closed: closed)
                    continue
                } catch {
                    // Better a file that is too long than records that wait for ever.
                    rotationError = error
                    end = lines.bytes.count
                }
            }
            let progress = file.append(lines.bytes, start..<end)
            size += progress.written
            start += progress.written
            if progress.error != nil { return (start, progress.error, rotationError) }
        }
        return (start, nil, rotationError)
    }

    // MARK: Rotation

    private func mustRotate(before count: Int) -> Bool {
        guard size > 0 else {
            period = RecordFile.period(of: WallClock.milliseconds, style)
            return false
        }
        let limit = style.rotation.byteLimit
        if limit > 0, size + count > limit { return true }
        return style.rotation.age > .zero && period != RecordFile.period(of: WallClock.milliseconds, style)
    }

    private static func period(of milliseconds: Int64, _ style: RecordFileStyle) -> Int64 {
        let age = style.rotation.ageMilliseconds
        return age > 0 ? milliseconds / age : 0
    }

    /// Gives the file its own name for good, and begins a new one.
    private func rotate(closed: (String) -> Void) throws(SystemCallError) {
        file.releaseReservation()
        try? file.sync()
        let name = try RecordFile.moveAside(path, style)
        closed(name)
        file = try AppendFile.open(
            path: path,
            mode: RecordFileStyle.fileMode,
            endsLines: style.format != .protobuf
        )
        size = file.size ?? 0
        period = RecordFile.period(of: WallClock.milliseconds, style)
    }

    /// Closes the file for good: nothing will be appended under its present name.
    func retire(closed: (String) -> Void) {
        close()
        guard size > 0, let name = try? RecordFile.moveAside(path, style) else { return }
        closed(name)
    }

    /// Lets go of the file. Half a line goes: the whole of it follows elsewhere or, after a restart, again.
    func close(mustSync: Bool = true) {
        if let torn { file.cut(last: torn.writtenBytes) }
        torn = nil
        file.releaseReservation()
        // Nobody is left to be told of a failure; the lines are with the system either way.
        if mustSync { try? file.sync() }
    }

    /// - Returns: the new name.
    private static func moveAside(_ path: String, _ style: RecordFileStyle) throws(SystemCallError) -> String {
        let name = RotatedName.make(path, at: style.rotationMoments.next(now: WallClock.milliseconds))
        try Files.move(path, to: name)
        return name
    }

    // MARK: Opening

    private static func directory(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    private static func makeDirectories(of path: String, _ style: RecordFileStyle) throws(SystemCallError) {
        let directory = directory(of: path)
        // A path that is written wrong should not become a tree of directories.
        guard directory != style.directory, Files.isDirectory(style.directory) else { return }
        try Files.makeDirectories(directory, mode: RecordFileStyle.directoryMode)
    }

    /// Whether a file of messages can be continued; true for one that is not there, and for pipes.
    private static func endsWhole(_ path: String) -> Bool {
        guard let file = try? PositionedFile(path: path, .reading), let size = try? file.size() else { return true }
        var walk = FileMessage.Walk()
        var chunk = [UInt8](repeating: 0, count: 1 << 18)
        var offset = 0
        while offset < size {
            guard let count = try? file.read(into: &chunk, chunk.indices, at: offset), count > 0 else { return false }
            guard walk.go(through: chunk[..<count]) else { return false }
            offset += count
        }
        return walk.isWhole
    }
}
