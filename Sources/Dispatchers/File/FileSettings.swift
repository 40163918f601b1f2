package import ConfigurationSchema
package import Dispatching

/// `"file": {"path": …}`: one line or message per record, appended to files.
package struct FileSettings: DispatcherSettings {
    package static let kind = "file"
    package static let summary = "The dispatcher `file`: one JSON line per record in a file."

    /// What a record becomes in the file.
    package enum Format: String, Sendable, CaseIterable {
        /// ``RecordEncoding/FileLine``.
        case protojson
        /// ``RecordEncoding/FlatLine``.
        case flat
        /// ``FileMessage``.
        case protobuf
    }

    /// When the disk is forced to keep what was written.
    package enum Syncing: String, Sendable, CaseIterable {
        /// When a file is closed: a record survives the end of the process, and a power failure after some seconds.
        case close
        /// Before a batch counts as delivered: acks that wait for the file survive a power failure.
        case batch
    }

    package var path = ""
    package var format = Format.protojson
    package var rotation = FileRotation()
    package var syncing = Syncing.close
    /// Beyond it, the file that was not written for longest is closed; it is opened again when its next record comes.
    package var openFileLimit = 64
    package var includesFindings = false
    package var values: ValueSettings?
    package var location: LocationSettings?

    package init() {}

    package static let settings: [Setting<Self>] = [
        .path(
            "path",
            \.path,
            mayBeEmpty: false,
            "The file that records are appended to. {vin}, {record_type}, {year}, {month}, {day} and {hour} (received, "
                + "UTC) in it make many files."
        )
        .required(),
        .choice(
            "format",
            \.format,
            "protojson: a JSON line with the record as protobuf's JSON. flat: a JSON line with one member per field. "
                + "protobuf: a message behind its length as varint."
        ),
        .section("rotation", \.rotation, "When a file is closed and a new one begun, and what becomes of the old one."),
        .choice(
            "fsync",
            \.syncing,
            "When records are forced onto the disk. close: when the file is closed. batch: before they count as "
                + "delivered, so that acks survive a power failure."
        ),
        .wholeNumber(
            "max_open_files",
            \.openFileLimit,
            in: 1...10_000,
            "Files that are open at the same time when the path has placeholders."
        ),
        .flag("include_findings", \.includesFindings, "Tell what the rules of `validation` found in the record."),
    ] + viewRows

    package var appendedPaths: [AppendedPath] { [AppendedPath(key: "path", path: FilePathPattern(path).probe)] }

    package func examine(at path: String, _ reader: inout SettingReader) {
        let pattern = FilePathPattern(self.path)
        if let complaint = pattern.complaint, !reader.hasFinding(at: "\(path).path") {
            reader.report(
                complaint.code,
                at: "\(path).path",
                problem: complaint.problem,
                reason: "Records of the dispatcher file are appended there.",
                remedy: complaint.remedy
            )
        }
        if rotation.keepFiles > 0, !rotation.isOn, !reader.hasFinding(at: "\(path).rotation.keep_files") {
            reader.report(
                .ineffective,
                at: "\(path).rotation.keep_files",
                severity: .warning,
                problem: "no file is ever rotated, so none is removed",
                reason: pattern.hasDate
                    ? "A path with date parts begins new files, and the old ones stay."
                    : "Files are kept when they are rotated only.",
                remedy: "set rotation.max_bytes or rotation.max_age_seconds"
            )
        }
        if rotation.compresses, !rotation.isOn, !pattern.hasDate {
            reader.report(
                .ineffective,
                at: "\(path).rotation.gzip",
                severity: .warning,
                problem: "no file is ever rotated, so none is compressed",
                reason: "Files are compressed when nothing is written to them any more.",
                remedy: "set rotation.max_bytes or rotation.max_age_seconds"
            )
        }
        if includesFindings, format == .protobuf {
            reader.report(
                .ineffective,
                at: "\(path).include_findings",
                severity: .warning,
                problem: "the format protobuf has no place for findings",
                reason: "Its messages are those of the vehicles.",
                remedy: "choose the format protojson or flat, or remove it"
            )
        }
        if format == .protobuf { examinePayloadView(at: path, "the format protobuf", &reader) }
        if reader.isGiven("\(path).max_open_files"), !pattern.hasPlaceholders {
            reader.report(
                .ineffective,
                at: "\(path).max_open_files",
                severity: .warning,
                problem: "the path has no placeholders, so one file is open",
                reason: "The limit is for paths that make many files.",
                remedy: "remove it, or write e.g. {vin} into file.path"
            )
        }
    }

    package func makeDispatcher(_ context: DispatcherContext) -> any Dispatcher {
        FileDispatcher(self, encodingMode: context.encodingMode, log: context.log)
    }
}

/// `"rotation": {…}` of the file dispatcher. Zero switches a limit off.
package struct FileRotation: Configurable, Hashable {
    package var byteLimit = 0
    package var age = Duration.zero
    package var keepFiles = 0
    package var compresses = false

    package init() {}

    /// Whether files are closed for their size or age.
    var isOn: Bool { byteLimit > 0 || age > .zero }

    /// 0 when files get as old as they like.
    var ageMilliseconds: Int64 { age.components.seconds * 1000 }

    package static let settings: [Setting<Self>] = [
        .wholeNumber(
            "max_bytes",
            \.byteLimit,
            in: 0...1_099_511_627_776,
            "Size that a file may have. Only a single record that is longer makes a longer one. 0: any size."
        ),
        .duration(
            "max_age_seconds",
            \.age,
            unit: .seconds,
            in: .zero ... .seconds(366 * 86_400),
            "A new file begins at each multiple of it since 1970, UTC: 86400 means at midnight. 0: never."
        ),
        .wholeNumber(
            "keep_files",
            \.keepFiles,
            in: 0...1_000_000,
            "Rotated files that stay beside each file; the oldest are removed. 0: all stay."
        ),
        .flag(
            "gzip",
            \.compresses,
            "Compress files that nothing is written to any more, with the system's gzip."
        ),
    ]
}
