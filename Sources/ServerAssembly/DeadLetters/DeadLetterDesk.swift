internal import JSONText
internal import LinuxSystem
internal import RecordEncoding
package import Spooling
internal import TelemetryModel

/// What `fleet-telemetry dead-letters` does with the letters of a directory.
package struct DeadLetterDesk: Sendable {
    /// Why it did nothing, for people.
    package struct Refusal: Error, Sendable, CustomStringConvertible {
        package let description: String
    }

    let storage: DirectoryStorage
    private let content = SpooledContent()

    package init(directory: String) {
        storage = DirectoryStorage(directory: directory)
    }

    /// The letters, oldest first, also while a server runs.
    package func letters(_ selection: DeadLetterSelection) throws(Refusal) -> [StoredDeadLetter] {
        do throws(DeadLetterFailure) {
            return try DeadLetterFile.read(storage).filter(selection.contains)
        } catch {
            throw refusal(error)
        }
    }

    /// Removes letters. Needs the directory for itself.
    ///
    /// - Returns: how many went.
    package func drop(_ selection: DeadLetterSelection) throws(Refusal) -> Int {
        try alone { (file) throws(Refusal) in
            do throws(DeadLetterFailure) {
                return try file.drop(where: selection.contains)
            } catch {
                throw refusal(error)
            }
        }
    }

    /// Opens the file while no server has it, and lets the directory go afterwards.
    func alone<Result>(_ body: (DeadLetterFile) throws(Refusal) -> Result) throws(Refusal) -> Result {
        guard Files.isDirectory(storage.location) else {
            throw Refusal(description: "\(storage.location): no such directory; give the one in dead_letters.directory")
        }
        do throws(SpoolOpeningError) {
            try storage.acquire()
        } catch {
            throw Refusal(description: "\(error)")
        }
        defer { storage.release() }
        let file: DeadLetterFile
        do throws(DeadLetterFailure) {
            file = try DeadLetterFile(storage)
        } catch {
            throw refusal(error)
        }
        return try body(file)
    }

    func refusal(_ failure: DeadLetterFailure) -> Refusal {
        Refusal(description: "\(storage.location): \(failure)")
    }

    /// The record as the dispatcher gets it once more.
    func record(_ letter: StoredDeadLetter) -> Record {
        letter.record.record(content.content(letter.record))
    }

    // MARK: Showing

    /// A letter as one JSON line: why it is one, and, when `isWhole`, the record as the dispatcher `file` writes it.
    package func line(_ letter: StoredDeadLetter, isWhole: Bool) -> [UInt8] {
        var json = JSONWriter(reservingCapacity: 1024)
        json.beginObject()
        json.member("id", Int64(clamping: letter.id))
        json.member("stored_at", letter.storedAt.rawValue)
        json.member("dispatcher", letter.dispatcher)
        json.member("code", letter.code)
        json.member("detail", letter.detail)
        if isWhole {
            json.key("record")
            json.raw(FileLine.encode(record(letter), mode: .standard, findings: true))
        } else {
            json.member("record_type", letter.record.type.topic)
            json.member("vin", letter.record.source.device.vin.text)
            json.member("txid", String(decoding: letter.record.txid, as: UTF8.self))
        }
        json.endObject()
        json.endLine()
        return json.take()
    }

    /// A letter as one line for people.
    package func summary(_ letter: StoredDeadLetter) -> String {
        let record = letter.record
        let time = UTCTime(letter.storedAt).description
        return "\(letter.id)  \(time)  \(letter.dispatcher)  \(letter.code)  \(record.type.topic)  "
            + "\(record.source.device.vin.text)  \(letter.detail)\n"
    }
}
