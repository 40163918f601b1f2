import CommandLineInterface
import Testing

struct CommandLineParserTests {
    @Test(arguments: [
        "serve --config a.json", "serve --config=a.json", "serve -config a.json", "serve -config=a.json",
    ])
    func `a configuration is named with one dash or two, apart or joined`(line: String) throws {
        let command = try #require(try Sample.command(line))
        #expect(command.path.names == ["serve"])
        #expect(command[Sample.config] == "a.json")
        #expect(command[Sample.record] == nil)
    }

    @Test func `nested commands, repeated options, numbers, choices and flags are read`() throws {
        let line = "certs demo --vin A --vin=B --days 7 --offset -3 --rate 2.5 --rsa --speed fast"
        let command = try #require(try Sample.command(line))
        #expect(command.path.names == ["certs", "demo"])
        #expect(command[Sample.vins] == ["A", "B"])
        #expect(command[Sample.days] == 7)
        #expect(command[Sample.offset] == -3)
        #expect(command[Sample.rate] == 2.5)
        #expect(command[Sample.rsa])
        #expect(command[Sample.speed] == .fast)
        #expect(command.isGiven(Sample.rsa))
    }

    @Test func `what is not given reads as its default`() throws {
        let command = try #require(try Sample.command("certs demo --vin A"))
        #expect(command[Sample.days] == 30)
        #expect(command[Sample.offset] == nil)
        #expect(command[Sample.rate] == nil)
        #expect(!command[Sample.rsa])
        #expect(command[Sample.speed] == .slow)
        #expect(!command.isGiven(Sample.days))
    }

    @Test func `an older spelling of an option reads as the option`() throws {
        #expect(try Sample.command("serve --config a --keep b")?[Sample.record] == "b")
        #expect(try Sample.command("serve --config a --keep=b")?[Sample.record] == "b")
    }

    @Test func `a choice that nobody makes is none`() throws {
        #expect(try Sample.command("decode a")?[Sample.pace] == nil)
        #expect(try Sample.command("decode a --pace fast")?[Sample.pace] == .fast)
    }

    @Test func `a command that runs by itself can have others inside`() throws {
        let alone = try #require(try Sample.command("doctor --rsa"))
        #expect(alone.path.names == ["doctor"])
        #expect(alone[Sample.rsa])
        #expect(try Sample.command("doctor")?.path.names == ["doctor"])
        let inside = try #require(try Sample.command("doctor cert a b"))
        #expect(inside.path.names == ["doctor", "cert"])
        #expect(inside.arguments == ["a", "b"])
        #expect(try Sample.command("doctor cert")?.arguments == [])
        #expect(Sample.problem("doctor crt")?.problem == .unknownCommand("crt", suggestion: "cert", known: ["cert"]))
        #expect(Sample.problem("doctor --rs")?.problem == .unknownOption("--rs", suggestion: "--rsa"))
    }

    @Test(arguments: [
        ("decode -", ["-"]), ("decode -- --odd-name", ["--odd-name"]), ("decode a=b", ["a=b"]),
        ("join out a b c", ["out", "a", "b", "c"]), ("explain", []), ("explain FT-1", ["FT-1"]),
        ("list", []), ("list a", ["a"]), ("list a b c", ["a", "b", "c"]),
    ])
    func `arguments keep their order`(line: String, expected: [String]) throws {
        #expect(try Sample.command(line)?.arguments == expected)
    }

    @Test(arguments: [
        (
            "",
            UsageError.Problem.missingCommand(
                known: ["serve", "certs", "decode", "join", "explain", "list", "tell", "doctor"]
            )
        ),
        ("certs", .missingCommand(known: ["demo"])),
        (
            "sevre",
            .unknownCommand(
                "sevre",
                suggestion: "serve",
                known: ["serve", "certs", "decode", "join", "explain", "list", "tell", "doctor"]
            )
        ),
        ("certs dmeo", .unknownCommand("dmeo", suggestion: "demo", known: ["demo"])),
        ("--hlep", .unknownOption("--hlep", suggestion: "--help")),
        ("serve --confg a", .unknownOption("--confg", suggestion: "--config")),
        ("serve --config a -record b", .unknownOption("-record", suggestion: "--record")),
        ("serve --config a --zzzzzz", .unknownOption("--zzzzzz", suggestion: nil)),
        ("serve --config a --config b", .repeatedOption("--config")),
        ("serve --config a -config=b", .repeatedOption("--config")),
        ("serve", .missingOption(usage: "--config FILE")),
        ("serve --config", .missingValue(option: "--config", usage: "--config FILE")),
        ("serve --config --record x", .missingValue(option: "--config", usage: "--config FILE")),
        ("serve --config=", .emptyValue(option: "--config")),
        ("certs demo --vin A --rsa=yes", .unwantedValue(option: "--rsa", value: "yes")),
        ("certs demo --vin A --days x", .notANumber(option: "--days", value: "x", expected: "a whole number")),
        ("certs demo --vin A --days 1.5", .notANumber(option: "--days", value: "1.5", expected: "a whole number")),
        ("certs demo --vin A --days 0", .outOfRange(option: "--days", value: "0", allowed: "1...3650")),
        (
            "certs demo --vin A --days 99999999999999999999",
            .notANumber(option: "--days", value: "99999999999999999999", expected: "a whole number")
        ),
        ("certs demo --vin A --rate nan", .notANumber(option: "--rate", value: "nan", expected: "a number")),
        ("certs demo --vin A --rate inf", .notANumber(option: "--rate", value: "inf", expected: "a number")),
        ("certs demo --vin A --rate 0", .outOfRange(option: "--rate", value: "0", allowed: "0.1...1000.0")),
        (
            "certs demo --vin A --speed fsat",
            .notAChoice(option: "--speed", value: "fsat", choices: ["slow", "fast", "faster"], suggestion: "fast")
        ),
        ("decode", .missingArgument("FILE")),
        ("decode a b", .surplusArgument("b")),
        ("join out", .missingArgument("FILE")),
        ("serve --config a extra", .surplusArgument("extra")),
        ("help serve more", .surplusArgument("more")),
        ("serve --config a --record b --keep c", .repeatedOption("--record")),
        (
            "decode a --pace fsat",
            .notAChoice(option: "--pace", value: "fsat", choices: ["slow", "fast", "faster"], suggestion: "fast")
        ),
        ("tell lnog", .notAChoice(option: "HOW", value: "lnog", choices: ["short", "long"], suggestion: "long")),
    ])
    func `a faulty line is refused with its reason`(line: String, expected: UsageError.Problem) {
        let error = Sample.problem(line)
        #expect(error?.problem == expected)
        #expect(error?.message.isEmpty == false)
    }

    @Test func `a refusal says what is wrong and what to write instead`() {
        #expect(
            Sample.problem("serve --confg a")?.message == "there is no option --confg; did you mean --config?"
        )
        #expect(
            Sample.problem("certs demo --vin A --days 0")?.message
                == "--days 0 is out of range; choose a value in 1...3650"
        )
        #expect(
            Sample.problem("serve")?.message
                == "--config FILE is missing; add it, or see 'sample serve --help' for an example"
        )
    }

    @Test(arguments: [
        ("--help", "sample"), ("-h", "sample"), ("-help", "sample"), ("help", "sample"),
        ("certs --help", "sample certs"), ("certs demo --help", "sample certs demo"),
        ("serve --config x --help", "sample serve"), ("help certs demo", "sample certs demo"),
    ])
    func `help is there on every level`(line: String, expected: String) throws {
        guard case .help(let path) = try Sample.parse(line) else {
            Issue.record("no help for \(line)")
            return
        }
        #expect(path.text == expected)
    }

    @Test func `the version is asked of the program`() throws {
        guard case .version = try Sample.parse("--version") else {
            Issue.record("no version")
            return
        }
    }
}
