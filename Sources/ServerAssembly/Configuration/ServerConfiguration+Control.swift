package import ConfigurationSchema
internal import LinuxSystem

extension ServerConfiguration {
    /// The socket that the running server answers its operator on.
    package struct Control: Configurable, Hashable {
        package var isEnabled = true
        package var socket = ""

        package init() {}

        package static let settings: [Setting<Self>] = [
            .flag("enabled", \.isEnabled, "Whether there is a control socket."),
            .text(
                "socket",
                \.socket,
                check: complaint,
                "Its path; only root and the server's user get in. Empty: control-PORT.sock in $RUNTIME_DIRECTORY, "
                    + "/run/fleet-telemetry (for root), $XDG_RUNTIME_DIR/fleet-telemetry or /tmp/fleet-telemetry-UID, "
                    + "and the server does without if that cannot be made."
            ),
        ]

        private static func complaint(about text: String) -> TextComplaint? {
            guard !text.isEmpty else { return nil }
            guard text.hasPrefix("/"), !text.hasSuffix("/") else {
                return TextComplaint(
                    "\"\(text.prefix(200))\" is not the full path of a file",
                    remedy: "write it from the root on: \"/run/fleet-telemetry/control.sock\""
                )
            }
            let (count, limit) = (text.utf8.count, UnixSocket.pathLimitBytes)
            return count <= limit
                ? nil
                : TextComplaint(
                    "the path is \(count) bytes long, and the path of a socket may have \(limit)",
                    remedy: "choose a shorter one"
                )
        }
    }
}
