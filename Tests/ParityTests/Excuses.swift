import EnvelopeCodec
import TelemetryFixtures

/// A corpus case whose outcome is another one here, on purpose.
struct Excuse {
    /// Its number in the README's list of differences.
    let difference: Int
    /// The answers that are given instead; nil: as recorded.
    var answers: [ExpectedAnswer]?
    /// How many records are dispatched instead, when their payloads can't be the recorded ones; nil: as recorded.
    var dispatchedCount: Int?
}

/// One frame that the server sends, in words.
enum ExpectedAnswer {
    case ack(txid: String, topic: String)
    /// The error answer with an empty txid.
    case error
    case close(UInt16)

    /// As ``TestVehicle/Frame/text`` shows it; of a close frame only the code counts.
    var text: String {
        var bytes: [UInt8] = []
        switch self {
        case .ack(let txid, let topic):
            Envelope.appendAcknowledgement(txid: Array(txid.utf8).span, topic: Array(topic.utf8).span, to: &bytes)
            return "2:\(Bytes.hex(bytes))"
        case .error:
            Envelope.appendError(txid: [UInt8]().span, to: &bytes)
            return "2:\(Bytes.hex(bytes))"
        case .close(let code):
            return "8:\(Bytes.hex([UInt8(code >> 8), UInt8(code & 0xff)]))"
        }
    }
}

enum Excuses {
    static func find(_ area: String, _ name: String, _ isReferenceCompatible: Bool) -> Excuse? {
        let table = isReferenceCompatible ? inEveryMode : inEveryMode.merging(inStandardMode) { $1 }
        return table["\(area)/\(name)"]
    }

    /// Names of all excused cases, with their areas.
    static var all: [String] { inEveryMode.keys.sorted() + inStandardMode.keys.sorted() }

    private static func noRecord(_ txid: String, _ topic: String = "V") -> Excuse {
        Excuse(difference: 1, answers: [.ack(txid: txid, topic: topic)])
    }

    /// Damage where the reader needs the bytes: refused here, accepted there by chance.
    private static let refused = Excuse(difference: 5, answers: [.error], dispatchedCount: 0)
    /// Damage where nobody looks: accepted here, refused there by chance.
    private static let accepted = Excuse(
        difference: 5,
        answers: [.ack(txid: "tx-env", topic: "V")],
        dispatchedCount: 1
    )
    private static let staysText = Excuse(difference: 7, dispatchedCount: 1)

    private static let inEveryMode: [String: Excuse] = [
        "envelope/type_0_stream_table": noRecord("tx-env2"),
        "envelope/type_1_stream_table": noRecord("tx-env2"),
        "envelope/type_5_stream_table": noRecord("tx-env2"),
        "envelope/type_6_stream_table": noRecord("tx-env2"),
        "envelope/type_128_stream_table": noRecord("tx-env2"),
        "envelope/type_200_stream_table": noRecord("tx-env2"),
        "envelope/client_sends_reference_ack": noRecord("tx-ack"),
        "envelope/type_4_no_message": noRecord("tx-env2"),
        "envelope/empty_envelope": noRecord("", ""),
        "envelope/zero_length": noRecord("", ""),
        "envelope/zeros_4": noRecord("", ""),
        "envelope/zeros_5": noRecord("", ""),
        "envelope/zeros_7": noRecord("", ""),
        "envelope/zeros_8": noRecord("", ""),
        "envelope/flip_high_bit_14": noRecord("tx-env"),
        "envelope/flip_high_bit_18": accepted,
        "envelope/flip_high_bit_24": accepted,
        "envelope/flip_high_bit_46": accepted,
        "envelope/mutated_22": accepted,
        "envelope/mutated_25": accepted,
        "envelope/mutated_27": Excuse(
            difference: 5,
            answers: [.ack(txid: "tx-e2v", topic: "V")],
            dispatchedCount: 1
        ),
        "envelope/mutated_38": accepted,
        "envelope/truncated_211": refused,
        "envelope/truncated_220": refused,
        "location/shape_27": staysText,
        "location/shape_28": staysText,
        "location/shape_30": staysText,
        "location/shape_33": staysText,
        "location/shape_58": staysText,
        "websocket/text_frame": Excuse(difference: 3, answers: [.close(1003)]),
        "websocket/text_frame_ascii": Excuse(difference: 3, answers: [.close(1003)]),
        "websocket/close_bad_utf8": Excuse(difference: 3, answers: [.close(1007)]),
        "websocket/continuation_first": Excuse(difference: 3, answers: [.close(1002)]),
        "websocket/fragment_then_new": Excuse(difference: 3, answers: [.close(1002)]),
        "websocket/opcode_3": Excuse(difference: 3, answers: [.close(1002)]),
        "websocket/rsv1": Excuse(difference: 3, answers: [.close(1002)]),
    ]

    /// Values that standard mode keeps exactly; what they become is tested with the payload codec.
    private static let inStandardMode: [String: Excuse] = {
        let locations = ["scientific", "shape_11", "shape_54"].map { "location/\($0)" }
        let numbers =
            ["in_name_field"]
            + [
                0, 4, 5, 7, 8, 9, 11, 21, 25, 27, 28, 30, 31, 32, 35, 54, 55, 56, 58, 59, 60, 61, 64, 65, 67, 68, 69,
                76, 78, 79,
            ].map { $0 < 10 ? "shape_0\($0)" : "shape_\($0)" }
        var table: [String: Excuse] = [:]
        for name in locations { table[name] = Excuse(difference: 7, dispatchedCount: 1) }
        for name in numbers { table["scientific/\(name)"] = Excuse(difference: 8, dispatchedCount: 1) }
        table["fields/typical_10_strings"] = Excuse(difference: 8, dispatchedCount: 1)
        return table
    }()
}

/// What a case must come to.
struct ExpectedOutcome {
    let replies: [String]
    let staysOpen: Bool
    let dispatchedCount: Int
    /// Nil when only another test can tell.
    let dispatched: [CaseOutcome.Dispatched]?

    init(_ item: CorpusCase, _ excuse: Excuse?) {
        let recorded = item.replies.map { "\($0.op):\($0.hex ?? "")" }
        replies = (excuse?.answers?.map(\.text) ?? recorded).sorted()
        staysOpen = item.connection == "stays open"
        dispatchedCount = excuse?.dispatchedCount ?? item.dispatched.count
        let isElsewhere = excuse?.dispatchedCount != nil || item.dispatched.contains { $0.payload == nil }
        dispatched =
            isElsewhere
            ? nil
            : item.dispatched.map { CaseOutcome.Dispatched(type: $0.record_type, payload: $0.payload ?? []) }
    }

    /// Close frames of ours carry a reason of their own; only their code is compared.
    func matches(_ replies: [String]) -> Bool {
        replies.count == self.replies.count
            && zip(replies, self.replies).allSatisfy {
                $0 == $1 || ($1.hasPrefix("8:") && $1.count == 6 && $0.hasPrefix($1))
            }
    }
}
