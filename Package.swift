// swift-tools-version: 6.2
import PackageDescription

/// What every Swift target of ours is built with.
let common: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

/// Warnings are errors in our own checks (`make check`), never on a user's machine with a newer compiler.
let strict: [SwiftSetting] = Context.environment["FLEET_TELEMETRY_STRICT"] == nil ? [] : [.treatAllWarnings(as: .error)]

/// A target that sees no pointer: any unsafe construct in it is reported by the compiler.
func layer(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: common + strict + [.strictMemorySafety()])
}

/// A target that wraps C behind a safe face. The only kind that may touch pointers.
func fence(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: common + strict)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(
        name: name,
        dependencies: dependencies,
        path: "Tests/\(name)",
        swiftSettings: [.swiftLanguageMode(.v6), .enableUpcomingFeature("ExistentialAny")]
    )
}

let package = Package(
    name: "swift-fleet-telemetry",
    products: [
        .library(name: "FleetTelemetry", targets: ["FleetTelemetry"]),
        .executable(name: "fleet-telemetry", targets: ["fleet-telemetry"]),
    ],
    targets: [
        // 0. C: headers, shims, generated code.
        .target(name: "CLinux"),
        .systemLibrary(name: "COpenSSL", pkgConfig: "openssl", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CProtobufC", pkgConfig: "libprotobuf-c", providers: [.apt(["libprotobuf-c-dev"])]),
        .target(name: "CTelemetryProtos", dependencies: ["CProtobufC"]),

        // 1. Values and codecs: no I/O, no pointers.
        layer("TextCodec"),
        layer("Symptoms", ["TextCodec"]),
        layer("TelemetryModel"),
        layer("JSONText"),
        layer("WebSocketCodec", ["TextCodec"]),
        layer("HTTPCodec"),
        layer("AddressCodec"),
        layer("EnvelopeCodec", ["TelemetryModel"]),
        layer("RecordEncoding", ["TelemetryModel", "JSONText", "TextCodec"]),
        layer("ConfigurationSchema", ["JSONText", "TextCodec", "Symptoms"]),
        layer("CommandLineInterface", ["TextCodec"]),

        // 2. Fences: the only targets that see C.
        fence("LinuxSystem", ["CLinux"]),
        fence("OpenSSLTransport", ["COpenSSL", "TelemetryModel", "LinuxSystem"]),
        fence("PayloadCodec", ["CTelemetryProtos", "TelemetryModel"]),

        // 3. Services.
        layer("Observability", ["JSONText", "LinuxSystem", "Symptoms"]),
        layer("RecordRules", ["TelemetryModel", "ConfigurationSchema", "JSONText", "TextCodec", "Symptoms"]),
        layer("Diagnosis", ["LinuxSystem", "OpenSSLTransport", "AddressCodec", "TextCodec", "Symptoms"]),
        layer("Spooling", ["TelemetryModel", "LinuxSystem", "Observability", "Symptoms"]),
        layer(
            "SignalMetering",
            ["TelemetryModel", "JSONText", "RecordEncoding", "LinuxSystem", "Observability", "Spooling"]
        ),
        layer("HTTPServing", ["HTTPCodec", "LinuxSystem", "Observability", "JSONText"]),
        layer("HTTPClient", ["HTTPCodec", "LinuxSystem", "OpenSSLTransport"]),
        layer(
            "Dispatching",
            ["TelemetryModel", "LinuxSystem", "Observability", "ConfigurationSchema", "Spooling", "Symptoms"]
        ),

        // 4. Features.
        layer(
            "Receiving",
            [
                "TelemetryModel", "WebSocketCodec", "HTTPCodec", "EnvelopeCodec", "AddressCodec", "LinuxSystem",
                "OpenSSLTransport", "PayloadCodec", "Dispatching", "Observability", "ConfigurationSchema",
                "RecordRules", "SignalMetering", "Symptoms",
            ]
        ),
        layer(
            "Dispatchers",
            [
                "TelemetryModel", "JSONText", "TextCodec", "RecordEncoding", "LinuxSystem", "OpenSSLTransport",
                "PayloadCodec", "HTTPCodec", "HTTPClient", "Dispatching", "Observability", "ConfigurationSchema",
                "Symptoms",
            ]
        ),

        layer(
            "ControlPlane",
            ["JSONText", "HTTPCodec", "LinuxSystem", "Observability", "HTTPServing", "HTTPClient"]
        ),

        // 5. Assembly, simulation, and the two products.
        layer(
            "ServerAssembly",
            [
                "Receiving", "Dispatchers", "Dispatching", "ConfigurationSchema", "JSONText", "Observability",
                "HTTPServing", "HTTPClient", "HTTPCodec", "OpenSSLTransport", "LinuxSystem", "TelemetryModel",
                "RecordEncoding", "TextCodec", "Spooling", "PayloadCodec", "AddressCodec", "Diagnosis", "Symptoms",
                "ControlPlane", "RecordRules", "SignalMetering",
            ]
        ),
        layer(
            "VehicleSimulation",
            [
                "TelemetryModel", "JSONText", "WebSocketCodec", "HTTPCodec", "EnvelopeCodec", "LinuxSystem",
                "OpenSSLTransport", "PayloadCodec", "RecordEncoding", "TextCodec",
            ]
        ),
        layer(
            "Doctor",
            [
                "ServerAssembly", "VehicleSimulation", "Receiving", "Diagnosis", "Symptoms", "ConfigurationSchema",
                "CommandLineInterface", "JSONText", "HTTPClient", "HTTPCodec", "WebSocketCodec", "EnvelopeCodec",
                "AddressCodec", "PayloadCodec", "TelemetryModel", "OpenSSLTransport", "LinuxSystem", "TextCodec",
            ]
        ),
        layer(
            "FleetTelemetry",
            [
                "ServerAssembly", "Dispatchers", "Dispatching", "TelemetryModel", "RecordEncoding",
                "ConfigurationSchema", "LinuxSystem", "Observability",
            ]
        ),
        .executableTarget(
            name: "fleet-telemetry",
            dependencies: [
                "CommandLineInterface", "ServerAssembly", "VehicleSimulation", "OpenSSLTransport", "TelemetryModel",
                "EnvelopeCodec", "PayloadCodec", "RecordEncoding", "JSONText", "LinuxSystem", "Observability",
                "Receiving", "Dispatchers", "Dispatching", "ConfigurationSchema", "Spooling", "HTTPClient",
                "TextCodec", "ControlPlane", "Diagnosis", "Symptoms", "RecordRules", "Doctor",
                "SignalMetering",
            ],
            swiftSettings: common + strict + [.strictMemorySafety()]
        ),

        // Development: makes Swift tables of proto/.
        .executableTarget(name: "proto-tables", swiftSettings: common + strict),
        // Development: prints the page of symptoms.
        .executableTarget(name: "symptom-page", dependencies: ["Symptoms"], swiftSettings: common + strict),

        // Test kits.
        .target(name: "TelemetryFixtures", path: "Tests/TelemetryFixtures", swiftSettings: common),
        .target(
            name: "VehicleFixtures",
            dependencies: [
                "HTTPCodec", "WebSocketCodec", "LinuxSystem", "OpenSSLTransport", "TelemetryModel", "Dispatching",
                "Observability", "Receiving", "SignalMetering",
            ],
            path: "Tests/VehicleFixtures",
            swiftSettings: common
        ),
        .target(
            name: "DispatcherConformance",
            dependencies: ["TelemetryModel", "LinuxSystem", "Dispatching", "Observability"],
            path: "Tests/DispatcherConformance",
            swiftSettings: common
        ),
        .executableTarget(
            name: "echo-server",
            dependencies: ["WebSocketCodec", "HTTPCodec", "LinuxSystem"],
            path: "Tests/EchoServer",
            swiftSettings: common
        ),

        // Fuzzing: `make fuzz`.
        .executableTarget(
            name: "fleet-fuzz",
            dependencies: [
                "CommandLineInterface", "ConfigurationSchema", "AddressCodec", "EnvelopeCodec", "HTTPCodec", "JSONText",
                "LinuxSystem", "PayloadCodec", "RecordEncoding", "ServerAssembly", "Spooling", "TelemetryModel",
                "WebSocketCodec", "TelemetryFixtures", "Dispatchers", "SignalMetering",
            ],
            path: "Tests/Fuzzing",
            swiftSettings: common
        ),

        // Benchmarks: `make bench`.
        .executableTarget(
            name: "c-anchor",
            dependencies: ["COpenSSL", "CTelemetryProtos"],
            path: "Tests/Benchmarks/c-anchor",
            cSettings: [.define("_GNU_SOURCE")]
        ),
        .executableTarget(
            name: "fleet-bench",
            dependencies: ["LinuxSystem", "JSONText", "OpenSSLTransport", "CommandLineInterface"],
            path: "Tests/Benchmarks/fleet-bench",
            swiftSettings: common
        ),
        .executableTarget(
            name: "dispatcher-bench",
            dependencies: [
                "Dispatchers", "Dispatching", "TelemetryModel", "PayloadCodec", "RecordEncoding", "Observability",
                "LinuxSystem", "JSONText", "HTTPServing",
            ],
            path: "Tests/Benchmarks/dispatcher-bench",
            swiftSettings: common
        ),

        // Tests, one target per target, then those of the whole.
        tests("TextCodecTests", ["TextCodec"]),
        tests("SymptomsTests", ["Symptoms", "TelemetryFixtures"]),
        tests("TelemetryModelTests", ["TelemetryModel", "TelemetryFixtures"]),
        tests("JSONTextTests", ["JSONText", "TelemetryFixtures"]),
        tests("WebSocketCodecTests", ["WebSocketCodec", "TelemetryFixtures"]),
        tests("HTTPCodecTests", ["HTTPCodec", "TelemetryFixtures"]),
        tests("AddressCodecTests", ["AddressCodec", "TelemetryFixtures"]),
        tests("EnvelopeCodecTests", ["EnvelopeCodec", "TelemetryModel", "TelemetryFixtures"]),
        tests(
            "RecordEncodingTests",
            ["RecordEncoding", "PayloadCodec", "TelemetryModel", "JSONText", "TelemetryFixtures"]
        ),
        tests("ConfigurationSchemaTests", ["ConfigurationSchema", "JSONText", "TelemetryFixtures"]),
        tests("CommandLineInterfaceTests", ["CommandLineInterface", "TextCodec", "TelemetryFixtures"]),
        tests("LinuxSystemTests", ["LinuxSystem", "TelemetryFixtures"]),
        tests(
            "OpenSSLTransportTests",
            ["OpenSSLTransport", "TelemetryModel", "LinuxSystem", "TelemetryFixtures", "VehicleFixtures"]
        ),
        tests("DiagnosisTests", ["Diagnosis", "Symptoms", "OpenSSLTransport", "LinuxSystem", "VehicleFixtures"]),
        tests("PayloadCodecTests", ["PayloadCodec", "TelemetryModel", "TelemetryFixtures", "proto-tables"]),
        tests("ObservabilityTests", ["Observability", "JSONText", "LinuxSystem", "TelemetryFixtures", "Symptoms"]),
        tests(
            "HTTPClientTests",
            ["HTTPClient", "HTTPCodec", "LinuxSystem", "OpenSSLTransport", "TelemetryFixtures", "VehicleFixtures"]
        ),
        tests("HTTPServingTests", ["HTTPServing", "HTTPCodec", "Observability", "LinuxSystem", "TelemetryFixtures"]),
        tests(
            "DispatchingTests",
            ["Dispatching", "Spooling", "TelemetryModel", "LinuxSystem", "Observability", "TelemetryFixtures"]
        ),
        tests(
            "DispatchersTests",
            [
                "Dispatchers", "Dispatching", "RecordEncoding", "PayloadCodec", "JSONText", "TelemetryModel",
                "LinuxSystem", "Observability", "TelemetryFixtures", "DispatcherConformance", "ConfigurationSchema",
                "HTTPClient", "HTTPCodec", "OpenSSLTransport", "VehicleFixtures",
            ]
        ),
        tests(
            "ReceivingTests",
            [
                "Receiving", "Dispatching", "TelemetryModel", "OpenSSLTransport", "EnvelopeCodec", "WebSocketCodec",
                "HTTPCodec", "AddressCodec", "LinuxSystem", "Observability", "PayloadCodec", "TelemetryFixtures",
                "VehicleFixtures", "SignalMetering",
            ]
        ),
        tests(
            "ControlPlaneTests",
            [
                "ControlPlane", "HTTPServing", "HTTPClient", "JSONText", "LinuxSystem", "Observability",
                "TelemetryFixtures",
            ]
        ),
        tests(
            "ServerAssemblyTests",
            [
                "ServerAssembly", "HTTPServing", "ConfigurationSchema", "Dispatchers", "Dispatching", "Receiving",
                "JSONText", "Diagnosis", "Symptoms", "TextCodec",
                "OpenSSLTransport", "TelemetryFixtures", "VehicleFixtures", "Observability", "LinuxSystem",
                "RecordEncoding", "TelemetryModel", "EnvelopeCodec", "Spooling", "PayloadCodec", "HTTPClient",
                "ControlPlane",
                "RecordRules",
            ]
        ),
        tests(
            "VehicleSimulationTests",
            [
                "VehicleSimulation", "TelemetryModel", "PayloadCodec", "EnvelopeCodec", "JSONText", "LinuxSystem",
                "OpenSSLTransport", "WebSocketCodec", "TextCodec", "TelemetryFixtures",
            ]
        ),
        tests(
            "ParityTests",
            [
                "EnvelopeCodec", "Receiving", "TelemetryModel", "TelemetryFixtures", "VehicleFixtures",
                "OpenSSLTransport",
                "ServerAssembly", "RecordEncoding", "LinuxSystem", "Observability",
            ]
        ),
        tests(
            "FleetTelemetryTests",
            [
                "FleetTelemetry", "VehicleFixtures", "TelemetryFixtures", "OpenSSLTransport", "LinuxSystem",
                "EnvelopeCodec", "PayloadCodec", "TelemetryModel",
            ]
        ),
        tests(
            "EndToEndTests",
            [
                "ServerAssembly", "VehicleSimulation", "JSONText", "LinuxSystem", "OpenSSLTransport", "VehicleFixtures",
                "TelemetryFixtures", "EnvelopeCodec", "PayloadCodec", "TelemetryModel", "fleet-telemetry", "Spooling",
                "CommandLineInterface", "SignalMetering",
            ]
        ),
        tests(
            "RecordRulesTests",
            [
                "RecordRules", "ConfigurationSchema", "JSONText", "PayloadCodec", "EnvelopeCodec", "TelemetryModel",
                "TelemetryFixtures", "VehicleSimulation",
            ]
        ),
        tests("SpoolingTests", ["Spooling", "TelemetryModel", "LinuxSystem", "Observability"]),
        tests(
            "Faults",
            [
                "VehicleSimulation", "VehicleFixtures", "TelemetryFixtures", "EnvelopeCodec", "PayloadCodec",
                "OpenSSLTransport", "LinuxSystem", "TelemetryModel", "Dispatching", "Receiving", "ServerAssembly",
                "JSONText", "fleet-telemetry",
            ]
        ),
        tests(
            "DoctorTests",
            [
                "Doctor", "Symptoms", "Diagnosis", "ServerAssembly", "Observability", "OpenSSLTransport", "LinuxSystem",
                "HTTPServing", "TelemetryFixtures", "VehicleFixtures", "fleet-telemetry",
            ]
        ),
        tests("FuzzingTests", ["LinuxSystem", "TelemetryFixtures", "fleet-fuzz"]),
        tests(
            "SignalMeteringTests",
            ["SignalMetering", "TelemetryModel", "LinuxSystem", "Observability", "JSONText", "TelemetryFixtures"]
        ),
        tests("HouseRulesTests", []),
    ]
)
