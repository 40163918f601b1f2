internal import Receiving
internal import TelemetryModel
internal import VehicleSimulation

/// Writes everything that passes the receiver into a recording: `serve --record`.
struct RecordingTap: FrameTap {
    let writer: RecordingWriter

    func note(_ frame: ArraySlice<UInt8>, of vin: VIN, isInbound: Bool, at time: UnixMilliseconds) {
        writer.record(
            milliseconds: time.rawValue,
            vin: vin.text,
            direction: isInbound ? .incoming : .outgoing,
            bytes: frame.span
        )
    }
}
