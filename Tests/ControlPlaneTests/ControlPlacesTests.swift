import ControlPlane
import Glibc
import LinuxSystem
import Testing

@Suite struct ControlPlacesTests {
    @Test func `a service, root, a person and a user without a session have places of their own`() {
        func directories(_ environment: [String: String], _ user: UInt32) -> [String] {
            ControlPlaces(environment: environment, user: user).directories
        }
        #expect(
            directories(["RUNTIME_DIRECTORY": "/run/a:/run/b", "XDG_RUNTIME_DIR": "/run/user/7"], 7)
                == ["/run/a", "/run/user/7/fleet-telemetry", "/tmp/fleet-telemetry-7", "/run/fleet-telemetry"]
        )
        #expect(directories([:], 0) == ["/tmp/fleet-telemetry-0", "/run/fleet-telemetry"].reversed())
        #expect(directories(["XDG_RUNTIME_DIR": "relative"], 7).first == "/tmp/fleet-telemetry-7")
        #expect(
            directories(["RUNTIME_DIRECTORY": "/run/fleet-telemetry"], 0).count { $0 == "/run/fleet-telemetry" } == 1
        )
    }

    @Test func `servers are found where they are, dead ones are passed over, and several are told`() throws {
        let directory = try TemporaryDirectory(prefix: "control-places")
        let places = ControlPlaces(
            environment: ["RUNTIME_DIRECTORY": directory.path, "XDG_RUNTIME_DIR": "/nowhere"],
            user: 4_000_000
        )
        let first = try #require(places.path(port: 4443))
        #expect(first == "\(directory.path)/control-4443.sock")
        #expect(places.search(port: 4443) == .none)
        let listener = try UnixListener.listen(at: first)
        #expect(places.search(port: 4443) == .one(first))
        #expect(places.search(port: 4444) == .none)
        // Others on this machine may run servers in /run/fleet-telemetry meanwhile.
        let second = try #require(places.path(port: 4444))
        do { _ = try UnixListener.listen(at: second).take() }
        #expect(found(places).contains(first) && !found(places).contains(second))
        let other = try UnixListener.listen(at: second)
        guard case .several(let all) = places.search() else { return #expect(Bool(false)) }
        #expect(all.contains(first) && all.contains(second))
        withExtendedLifetime(listener) {}
        withExtendedLifetime(other) {}
    }

    private func found(_ places: ControlPlaces) -> [String] {
        switch places.search() {
        case .one(let path): [path]
        case .several(let paths), .forbidden(let paths): paths
        case .none: []
        }
    }

    @Test func `a directory that others can write to is not used`() throws {
        let directory = try TemporaryDirectory(prefix: "control-places")
        let places = ControlPlaces(environment: ["RUNTIME_DIRECTORY": directory.path], user: 7)
        #expect(places.path(port: 1) != nil)
        chmod(directory.path, 0o777)
        #expect(places.path(port: 1) == nil)
        chmod(directory.path, 0o700)
    }
}
