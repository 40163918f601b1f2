internal import LinuxSystem
package import Observability
package import Spooling
internal import TelemetryModel

/// Dead letters in a file, so that their vehicles may forget the records.
package struct DurableDeadLetters: DeadLetterSink {
    private let file: DeadLetterFile
    private let log: Log

    package init(_ file: DeadLetterFile, log: Log, metrics: MetricRegistry) {
        self.file = file
        self.log = log
        metrics.gauge("dead_letters", help: "Records that a dispatcher refused for good and that are kept.") {
            Double(file.size.letters)
        }
        metrics.gauge("dead_letters_bytes", help: "Bytes of the file that they are kept in.") {
            Double(file.size.bytes)
        }
    }

    package func store(_ letters: [DeadLetter]) -> Bool {
        let drafts = letters.map { letter in
            DeadLetterDraft(
                record: letter.record,
                dispatcher: letter.refusedBy,
                code: letter.code,
                detail: letter.detail
            )
        }
        do throws(DeadLetterFailure) {
            try file.store(drafts)
        } catch {
            log.observe(.deadLettersFailed, ["records": .count(letters.count), "error": .text("\(error)")])
            return false
        }
        for letter in letters { letter.note(in: log, isKept: true) }
        return true
    }
}
