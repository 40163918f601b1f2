import Testing
import WebSocketCodec

struct FrameHeaderTests {
    @Test(arguments: [0, 1, 125, 126, 127, 65535, 65536, 1_000_000, 1 << 40])
    func `a written header is read back, and asks for its bytes one step at a time`(length: Int) throws {
        for mask in [nil, 0xdead_beef] as [UInt32?] {
            var output: [UInt8] = []
            appendFrameHeader(.binary, length: length, mask: mask, to: &output)
            #expect(output.count == frameHeaderLength(payload: length, masked: mask != nil))
            let role: WebSocketRole = mask == nil ? .client : .server
            for end in 0..<output.count {
                let reading = try FrameHeader.read(output.span, in: 0..<end, role: role)
                // The first byte of a length of eight bytes can be a violation, so it is looked at by itself.
                let next = end < 2 ? 2 : end == 2 && length > 0xffff ? 3 : output.count
                #expect(reading == .needs(next))
            }
            guard case .header(let header) = try FrameHeader.read(output.span, in: 0..<output.count, role: role) else {
                Issue.record("not whole")
                continue
            }
            #expect(header.isFinal && header.opcode == .binary && header.mask == mask)
            #expect(header.payloadLength == length && header.length == output.count)
        }
    }

    @Test func `a violation shows with its first byte`() {
        #expect(throws: WebSocketViolation.reservedBits(4)) { try read([0xc2]) }
        #expect(throws: WebSocketViolation.reservedOpcode(3)) { try read([0x83]) }
        #expect(throws: WebSocketViolation.controlFrameFragmented) { try read([0x09]) }
        #expect(throws: WebSocketViolation.maskMissing) { try read([0x82, 0x01]) }
        #expect(throws: WebSocketViolation.maskForbidden) { try read([0x82, 0x81], .client) }
        #expect(throws: WebSocketViolation.controlFrameTooLong) { try read([0x89, 0xfe]) }
        #expect(throws: WebSocketViolation.lengthOutOfRange) { try read([0x82, 0xff, 0x80]) }
    }

    @Test func `a violation is seen as soon as it is there, by who waits for what the decoder asks for`() {
        #expect(hear([0x82, 0xff, 0x80, 0x88]) == [.violation(.lengthOutOfRange)])
    }

    @Test func `a length in a longer form than needed is taken`() throws {
        #expect(hear([0x82, 0xfe, 0, 2, 0, 0, 0, 0, 8, 9]) == [.message(.binary, [8, 9])])
        #expect(hear([0x82, 0xff, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 8, 9]) == [.message(.binary, [8, 9])])
    }

    private func read(_ bytes: [UInt8], _ role: WebSocketRole = .server) throws {
        _ = try FrameHeader.read(bytes.span, in: 0..<bytes.count, role: role)
    }
}
