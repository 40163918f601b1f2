/// One `-----BEGIN X-----` … `-----END X-----` of a text, found but not decoded.
///
/// OpenSSL could find them too, but cannot say on which line the damaged one stands, nor what else is in the file.
struct PEMBlock {
    /// The words after BEGIN, e.g. `CERTIFICATE`.
    let label: String
    /// Line of the BEGIN, from 1.
    let line: Int
    /// BEGIN, content and END, each line without the white space around it, which OpenSSL would refuse.
    let bytes: [UInt8]

    /// Whether the block says that it needs a passphrase.
    var isEncrypted: Bool {
        label == "ENCRYPTED PRIVATE KEY" || bytes[...].contains(text: "Proc-Type: 4,ENCRYPTED")
    }

    /// All blocks in order. A block without its END goes as far as the text or the next BEGIN does.
    static func find(in text: [UInt8]) -> [PEMBlock] {
        var blocks: [PEMBlock] = []
        var open: (label: String, line: Int, bytes: [UInt8])?
        func close() {
            if let block = open { blocks.append(PEMBlock(label: block.label, line: block.line, bytes: block.bytes)) }
            open = nil
        }
        for (index, line) in text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated() {
            let content = line.trimmed
            if let label = content.label(after: "-----BEGIN ") {
                close()
                open = (label, index + 1, [])
            }
            open?.bytes.append(contentsOf: content)
            open?.bytes.append(UInt8(ascii: "\n"))
            if content.label(after: "-----END ") != nil { close() }
        }
        close()
        return blocks
    }
}

extension ArraySlice<UInt8> {
    /// Without white space at both ends, and without the byte order mark that some editors write.
    fileprivate var trimmed: ArraySlice<UInt8> {
        var rest = self
        if rest.starts(with: [0xEF, 0xBB, 0xBF]) { rest = rest.dropFirst(3) }
        while let first = rest.first, first <= 0x20 { rest = rest.dropFirst() }
        while let last = rest.last, last <= 0x20 { rest = rest.dropLast() }
        return rest
    }

    fileprivate func label(after prefix: String) -> String? {
        guard starts(with: prefix.utf8), count > prefix.utf8.count + 5, suffix(5).elementsEqual("-----".utf8) else {
            return nil
        }
        return String(decoding: dropFirst(prefix.utf8.count).dropLast(5), as: UTF8.self)
    }

    fileprivate func contains(text: String) -> Bool {
        let wanted = Array(text.utf8)
        guard count >= wanted.count else { return false }
        return (startIndex...(endIndex - wanted.count)).contains { self[$0...].starts(with: wanted) }
    }
}
