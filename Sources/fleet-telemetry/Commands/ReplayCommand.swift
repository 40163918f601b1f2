internal import CommandLineInterface
internal import VehicleSimulation

/// `replay`: what vehicles sent once, sent again.
enum ReplayCommand: Command {
    private static let speed = Option.decimal(
        "speed",
        "X",
        in: 0.001...100_000,
        without: "1, as it was recorded",
        "How many times as fast"
    )

    static let specification = CommandSpecification(
        name: "replay",
        summary: "Play a recording to a server",
        discussion: """
            Each VIN of the recording is played by one vehicle, frame for frame and byte for byte, damaged frames
            included, in the recording's time. The vehicle has the certificate of that VIN when DIR holds one, else any.
            """,
        arguments: [ArgumentSpecification("FILE", .one, kind: .file, "A recording of 'serve --record'")],
        options: [
            FleetOptions.host.specification, FleetOptions.port.specification, FleetOptions.ca.specification,
            FleetOptions.certs.specification, speed.specification, FleetOptions.window.specification,
            FleetOptions.threads.specification, FleetOptions.json.specification,
        ],
        examples: [
            .init(
                "\(Program.name) replay recording.jsonl --host localhost --port 4443 --ca demo/ca.pem --certs demo "
                    + "--speed 10",
                "Ten times as fast as it was."
            )
        ]
    )

    static func run(_ command: ParsedCommand) -> ExitCode {
        let path = command.arguments[0]
        do {
            let frames = try FleetOptions.recording(path, name: "replay")
            let replay = FleetReplay(frames, speed: command[speed] ?? 1, isEndless: false)
            guard !replay.tracks.isEmpty else {
                Console.complain("replay: \(path): no frames of vehicles in it; name a recording that has some")
                return .problemFound
            }
            var settings = try FleetOptions.settings(command, vehicles: replay.tracks.count, load: .replay(replay))
            let all = try VehicleCredentials.load(from: command[FleetOptions.certs])
            settings.credentials = replay.tracks.enumerated().map { index, track in
                all.first { $0.vin == track.vin } ?? all[index % all.count]
            }
            return FleetOptions.run(settings, isJSON: command[FleetOptions.json], name: "replay")
        } catch {
            return Console.complain(error, doing: "replay")
        }
    }
}
