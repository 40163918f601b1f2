import TelemetryFixtures

/// A recorded frame that we judge otherwise than the reference, on purpose.
struct Excuse {
    var ours: Outcome
    /// Number in `spec/differences.md`.
    var difference: Int
    var reason: String
}

private func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

/// Every recorded frame that is excused, by area and name.
let excuses: [String: Excuse] = [
    "envelope/type_0_stream_table": Excuse(
        ours: .acknowledge(txid: bytes("tx-env2"), topic: bytes("V")),
        difference: 1,
        reason: "one acknowledgement, and it carries the topic"
    ),
    "envelope/type_1_stream_table": Excuse(
        ours: .acknowledge(txid: bytes("tx-env2"), topic: bytes("V")),
        difference: 1,
        reason: "one acknowledgement, and it carries the topic"
    ),
    "envelope/type_5_stream_table": Excuse(
        ours: .acknowledge(txid: bytes("tx-env2"), topic: bytes("V")),
        difference: 1,
        reason: "one acknowledgement, and it carries the topic"
    ),
    "envelope/type_6_stream_table": Excuse(
        ours: .acknowledge(txid: bytes("tx-env2"), topic: bytes("V")),
        difference: 1,
        reason: "one acknowledgement, and it carries the topic"
    ),
    "envelope/type_128_stream_table": Excuse(
        ours: .acknowledge(txid: bytes("tx-env2"), topic: bytes("V")),
        difference: 1,
        reason: "one acknowledgement, and it carries the topic"
    ),
    "envelope/type_200_stream_table": Excuse(
        ours: .acknowledge(txid: bytes("tx-env2"), topic: bytes("V")),
        difference: 1,
        reason: "one acknowledgement, and it carries the topic"
    ),
    "envelope/client_sends_reference_ack": Excuse(
        ours: .acknowledge(txid: bytes("tx-ack"), topic: bytes("V")),
        difference: 1,
        reason: "one acknowledgement, and it carries the topic"
    ),
    "envelope/type_4_no_message": Excuse(
        ours: .acknowledge(txid: bytes("tx-env2"), topic: bytes("V")),
        difference: 1,
        reason: "one acknowledgement, and it carries txid and topic although the message is missing"
    ),
    "envelope/flip_high_bit_14": Excuse(
        ours: .acknowledge(txid: bytes("tx-env"), topic: bytes("V")),
        difference: 1,
        reason: "one acknowledgement, and it carries the topic"
    ),
    "envelope/truncated_076": Excuse(
        ours: .refuse(txid: bytes("tx-env")),
        difference: 5,
        reason: "refused like there, but the txid lies inside, so the error answer carries it"
    ),
    "envelope/truncated_085": Excuse(
        ours: .refuse(txid: bytes("tx-env")),
        difference: 5,
        reason: "refused like there, but the txid lies inside, so the error answer carries it"
    ),
    "envelope/truncated_094": Excuse(
        ours: .refuse(txid: bytes("tx-env")),
        difference: 5,
        reason: "refused like there, but the txid lies inside, so the error answer carries it"
    ),
    "envelope/truncated_112": Excuse(
        ours: .refuse(txid: bytes("tx-env")),
        difference: 5,
        reason: "refused like there, but the txid lies inside, so the error answer carries it"
    ),
    "envelope/truncated_130": Excuse(
        ours: .refuse(txid: bytes("tx-env")),
        difference: 5,
        reason: "refused like there, but the txid lies inside, so the error answer carries it"
    ),
    "envelope/truncated_148": Excuse(
        ours: .refuse(txid: bytes("tx-env")),
        difference: 5,
        reason: "refused like there, but the txid lies inside, so the error answer carries it"
    ),
    "envelope/truncated_157": Excuse(
        ours: .refuse(txid: bytes("tx-env")),
        difference: 5,
        reason: "refused like there, but the txid lies inside, so the error answer carries it"
    ),
    "envelope/truncated_175": Excuse(
        ours: .refuse(txid: bytes("tx-env")),
        difference: 5,
        reason: "refused like there, but the txid lies inside, so the error answer carries it"
    ),
    "envelope/truncated_184": Excuse(
        ours: .refuse(txid: bytes("tx-env")),
        difference: 5,
        reason: "refused like there, but the txid lies inside, so the error answer carries it"
    ),
    "envelope/truncated_193": Excuse(
        ours: .refuse(txid: bytes("tx-env")),
        difference: 5,
        reason: "refused like there, but the txid lies inside, so the error answer carries it"
    ),
    "envelope/flip_high_bit_12": Excuse(
        ours: .refuse(txid: bytes("tx-env")),
        difference: 5,
        reason: "refused like there, but the txid lies inside, so the error answer carries it"
    ),
    "envelope/flip_high_bit_16": Excuse(
        ours: .refuse(txid: bytes("tx-env")),
        difference: 5,
        reason: "refused like there, but the txid lies inside, so the error answer carries it"
    ),
    "envelope/flip_high_bit_28": Excuse(
        ours: .refuse(txid: bytes("tx-env")),
        difference: 5,
        reason: "refused like there, but the txid lies inside, so the error answer carries it"
    ),
    "envelope/flip_high_bit_30": Excuse(
        ours: .refuse(txid: bytes("tx-env")),
        difference: 5,
        reason: "refused like there, but the txid lies inside, so the error answer carries it"
    ),
    "envelope/flip_high_bit_38": Excuse(
        ours: .refuse(txid: bytes("tx-env")),
        difference: 5,
        reason: "refused like there, but the txid lies inside, so the error answer carries it"
    ),
    "envelope/mutated_00": Excuse(
        ours: .refuse(txid: bytes("tx-env")),
        difference: 5,
        reason: "refused like there, but the txid lies inside, so the error answer carries it"
    ),
    "envelope/mutated_14": Excuse(
        ours: .refuse(txid: bytes("tx-env")),
        difference: 5,
        reason: "refused like there, but the txid lies inside, so the error answer carries it"
    ),
    "envelope/mutated_28": Excuse(
        ours: .refuse(txid: bytes("tx-env")),
        difference: 5,
        reason: "refused like there, but the txid lies inside, so the error answer carries it"
    ),
    "envelope/mutated_33": Excuse(
        ours: .refuse(txid: bytes("tx-env")),
        difference: 5,
        reason: "refused like there, but the txid lies inside, so the error answer carries it"
    ),
    "envelope/mutated_38": Excuse(
        ours: .record(txid: bytes("tx-env"), topic: bytes("V")),
        difference: 5,
        reason: "only the device type is damaged, on which nothing depends"
    ),
    "envelope/truncated_211": Excuse(
        ours: .refuse(txid: bytes("tx-env")),
        difference: 5,
        reason: "the sender id ends behind the message; a slice of Go may be longer than what was read into it"
    ),
    "envelope/truncated_220": Excuse(
        ours: .refuse(txid: bytes("tx-env")),
        difference: 5,
        reason: "the sender id ends behind the message; a slice of Go may be longer than what was read into it"
    ),
    "envelope/flip_high_bit_18": Excuse(
        ours: .record(txid: bytes("tx-env"), topic: bytes("V")),
        difference: 5,
        reason: "only the message id is damaged, on which nothing depends"
    ),
    "envelope/flip_high_bit_24": Excuse(
        ours: .record(txid: bytes("tx-env"), topic: bytes("V")),
        difference: 5,
        reason: "only the message id is damaged, on which nothing depends"
    ),
    "envelope/flip_high_bit_46": Excuse(
        ours: .record(txid: bytes("tx-env"), topic: bytes("V")),
        difference: 5,
        reason: "only the message id is damaged, on which nothing depends"
    ),
    "envelope/mutated_22": Excuse(
        ours: .record(txid: bytes("tx-env"), topic: bytes("V")),
        difference: 5,
        reason: "only the message id is damaged, on which nothing depends"
    ),
    "envelope/mutated_25": Excuse(
        ours: .record(txid: bytes("tx-env"), topic: bytes("V")),
        difference: 5,
        reason: "only the device type is damaged, on which nothing depends; the payload is the next to judge"
    ),
    "envelope/mutated_27": Excuse(
        ours: .record(txid: bytes("tx-e2v"), topic: bytes("V")),
        difference: 5,
        reason: "only the device id is damaged, on which nothing depends"
    ),
    "envelope/mutated_35": Excuse(
        ours: .refuse(
            txid: Bytes.fromHex(
                "74782d656e76000000000e001800100014000c00080004000e000000140000002800000038000000"
                    + "00f15365500000001100000035594a3345314541374b463030303331360000000e00"
            )
        ),
        difference: 5,
        reason: "refused like there, but the txid, whose length is damaged, still lies inside"
    ),
]

/// What damaged frames are said to be.
let reasons: [String: String] = [
    "zeros_1": "root offset at byte 0 needs 4 bytes; the message has 1",
    "truncated_013": "envelope table at byte 20 needs 4 bytes; the message has 13",
    "truncated_049": "txid at byte 64 needs 4 bytes; the message has 49",
    "truncated_076": "stream table at byte 92 needs 4 bytes; the message has 76",
    "truncated_211": "sender id at byte 196 needs 32 bytes; the message has 211",
    "flip_high_bit_00": "envelope vtable at byte -1600482255 needs 4 bytes; the message has 232",
    "flip_high_bit_12": "topic at byte 134744494 needs 4 bytes; the message has 232",
    "flip_high_bit_16": "stream table at byte 26111 needs 4 bytes; the message has 232",
    "flip_high_bit_28": "stream vtable at byte -808469871 needs 4 bytes; the message has 232",
    "root_huge": "envelope table at byte 4294967295 needs 4 bytes; the message has 16",
    "mutated_00": "sender id at byte 4032 needs 4 bytes; the message has 232",
    "ascii": "envelope table at byte 1819043176 needs 4 bytes; the message has 16",
]
