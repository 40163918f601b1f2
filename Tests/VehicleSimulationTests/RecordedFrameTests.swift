import Testing
@testable import VehicleSimulation

struct RecordedFrameTests {
    private let frames = [
        RecordedFrame(milliseconds: 0, vin: "5YJ3E1EA7KF000316", direction: .incoming, bytes: []),
        RecordedFrame(milliseconds: 17, vin: "5YJ3E1EA7KF000316", direction: .outgoing, bytes: [0]),
        RecordedFrame(milliseconds: 1_769_798_658_123, vin: "odd \"name\"\n", direction: .incoming, bytes: [1, 2]),
        RecordedFrame(milliseconds: -1, vin: "", direction: .incoming, bytes: Array(0...255)),
    ]

    private var text: [UInt8] {
        var text: [UInt8] = []
        for frame in frames { frame.appendLine(to: &text) }
        return text
    }

    @Test func `what is written is read again`() throws {
        #expect(try RecordingReader(text).map { try $0.get() } == frames)
    }

    @Test func `a line is JSON with the four keys`() {
        var line: [UInt8] = []
        frames[1].appendLine(to: &line)
        #expect(
            String(decoding: line, as: UTF8.self)
                == #"{"t":17,"vin":"5YJ3E1EA7KF000316","direction":"out","frame":"AA=="}"# + "\n"
        )
    }

    @Test func `keys may come in any order, with more of them, after empty lines and with carriage returns`() throws {
        let text = "\r\n  \n{\"frame\":\"AQI\",\"note\":1,\"direction\":\"in\",\"vin\":\"A\",\"t\":5}\r\n"
        let read = try RecordingReader(Array(text.utf8)).map { try $0.get() }
        #expect(read == [RecordedFrame(milliseconds: 5, vin: "A", direction: .incoming, bytes: [1, 2])])
    }

    @Test(arguments: [
        ("[]", RecordingLineError.Problem.notAnObject),
        ("{}", .missing(key: "t")),
        (#"{"t":1}"#, .missing(key: "vin")),
        (#"{"t":"1"}"#, .wrongType(key: "t", expected: "a whole number")),
        (#"{"t":1.5}"#, .wrongType(key: "t", expected: "a whole number")),
        (#"{"t":99999999999999999999}"#, .wrongType(key: "t", expected: "a whole number")),
        (#"{"t":1,"vin":2}"#, .wrongType(key: "vin", expected: "text")),
        (#"{"t":1,"vin":"A","direction":"up"}"#, .unknownDirection("up")),
        (#"{"t":1,"vin":"A","direction":"in"}"#, .missing(key: "frame")),
        (#"{"t":1,"vin":"A","direction":"in","frame":"A"}"#, .notBase64),
        (#"{"t":1,"vin":"A","direction":"in","frame":"AA*="}"#, .notBase64),
        (#"{"t":1,"vin":"A","direction":"in","frame":"A=AA"}"#, .notBase64),
    ])
    func `a damaged line is named and stepped over`(line: String, expected: RecordingLineError.Problem) {
        var good: [UInt8] = []
        frames[1].appendLine(to: &good)
        let results = Array(RecordingReader(good + Array("\(line)\n".utf8) + good))
        #expect(results.count == 3)
        #expect(results[1] == .failure(RecordingLineError(line: 2, problem: expected)))
        #expect(results[0] == .success(frames[1]) && results[2] == .success(frames[1]))
        #expect(RecordingLineError(line: 2, problem: expected).description.hasPrefix("line 2"))
    }

    @Test func `a recording cut anywhere gives its whole lines and at most one error`() throws {
        let whole = text
        for end in 0...whole.count {
            let results = Array(RecordingReader(Array(whole[..<end])))
            let read = results.compactMap { try? $0.get() }
            #expect(read == Array(frames.prefix(read.count)))
            #expect(results.count - read.count <= 1)
        }
    }
}
