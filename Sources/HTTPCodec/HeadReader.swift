/// Cuts the head of a message into lines, as its bytes arrive, and parses the header lines.
///
/// Each byte is looked at once, however the bytes arrive. Tolerant where RFC 9112 section 2.2 says so: empty lines
/// before the first, and line ends without CR. Strict where two programs could read two different messages.
struct HeadReader {
    private let limits: HeadLimits
    private var headers = HeaderFields()
    /// Where the search for the next line end goes on, and where the current line began. Counted from the start.
    private var scanned = 0
    private var lineStart = 0
    private var headersStart: Int?

    init(_ limits: HeadLimits) {
        self.limits = limits
    }

    struct End {
        let headers: HeaderFields
        /// Bytes of the whole head, with the empty line.
        let length: Int
    }

    /// - Parameters:
    ///   - range: begins where it began last time.
    ///   - firstLine: parses the first line.
    /// - Returns: nil when the empty line has not come yet.
    mutating func read(
        _ bytes: Span<UInt8>,
        in range: Range<Int>,
        firstLine: (ArraySlice<UInt8>) throws(HTTPError) -> Void
    ) throws(HTTPError) -> End? {
        let start = range.lowerBound
        while start + scanned < range.upperBound {
            guard bytes[start + scanned] == 0x0a else {
                scanned += 1
                continue
            }
            let raw = lineStart..<scanned
            let line = line(bytes, start + raw.lowerBound..<start + raw.upperBound)
            scanned += 1
            try checkSize(lineEnd: scanned, contentEnd: raw.lowerBound + line.count, isEmpty: line.isEmpty)
            lineStart = scanned
            if headersStart == nil {
                guard !line.isEmpty else { continue }
                try firstLine(line)
                headersStart = scanned
            } else if line.isEmpty {
                return End(headers: headers, length: scanned)
            } else {
                try takeHeader(line)
            }
        }
        try checkUnfinishedLine(bytes, start)
        return nil
    }

    private func line(_ bytes: Span<UInt8>, _ range: Range<Int>) -> ArraySlice<UInt8> {
        var line: [UInt8] = []
        line.reserveCapacity(range.count)
        for index in range { line.append(bytes[index]) }
        return line.last == 0x0d ? line.dropLast() : line[...]
    }

    // MARK: Limits

    private func checkSize(lineEnd: Int, contentEnd: Int, isEmpty: Bool) throws(HTTPError) {
        if let headersStart {
            guard isEmpty || lineEnd - headersStart <= limits.headerBytes else {
                throw .headTooLarge(
                    "The headers are longer than \(limits.headerBytes) bytes in total; send fewer or shorter ones."
                )
            }
        } else {
            guard contentEnd <= limits.firstLineBytes else {
                throw .headTooLarge(
                    "The first line is longer than \(limits.firstLineBytes) bytes; shorten the address."
                )
            }
        }
    }

    private func checkUnfinishedLine(_ bytes: Span<UInt8>, _ start: Int) throws(HTTPError) {
        guard scanned > lineStart else { return }
        let endsWithCR = bytes[start + scanned - 1] == 0x0d
        let contentEnd = endsWithCR ? scanned - 1 : scanned
        // At least a line feed is still to come.
        try checkSize(lineEnd: scanned + 1, contentEnd: contentEnd, isEmpty: contentEnd == lineStart)
    }

    // MARK: Header lines

    private mutating func takeHeader(_ line: ArraySlice<UInt8>) throws(HTTPError) {
        guard headers.fields.count < limits.headerCount else {
            throw .headTooLarge("There are more than \(limits.headerCount) headers; send fewer.")
        }
        let number = headers.fields.count + 1
        if let first = line.first, first == 0x20 || first == 0x09 {
            throw .malformed("Header \(number) begins with white space; put each header on one line of its own.")
        }
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else {
            throw .malformed("Header \(number) has no colon; headers look like 'Name: value'.")
        }
        let name = line[..<colon]
        guard !name.isEmpty, name.allSatisfy(isTokenByte) else {
            throw .malformed(
                "The name of header \(number) is empty or holds white space or other characters that names may not."
            )
        }
        let value = trimmed(line[(colon + 1)...])
        guard value.allSatisfy(isFieldByte) else {
            throw .malformed("The value of header \(number) holds control characters; remove them.")
        }
        headers.append(HeaderFields.Field(name: String(decoding: name, as: UTF8.self), value: Array(value)))
    }
}

/// Characters of methods and header names.
///
/// Source: RFC 9110 section 5.6.2.
func isTokenByte(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5a, 0x61...0x7a: true
    case 0x21, 0x23...0x27, 0x2a, 0x2b, 0x2d, 0x2e, 0x5e...0x60, 0x7c, 0x7e: true
    default: false
    }
}

private func isFieldByte(_ byte: UInt8) -> Bool {
    byte >= 0x20 && byte != 0x7f || byte == 0x09
}
