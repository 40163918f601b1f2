// Writes the name tables of `Sources/TelemetryModel/Generated` from `proto/`.
// Usage, from the repository's root: swift run proto-tables proto Sources/TelemetryModel/Generated

import FoundationEssentials
import Glibc

let arguments = CommandLine.arguments.dropFirst()
guard arguments.count == 2, let source = arguments.first, let target = arguments.last else {
    print("usage: proto-tables <folder of the .proto files> <folder to write the Swift files to>")
    exit(2)
}

do {
    let tables = try Tables { name in try String(contentsOfFile: "\(source)/\(name)", encoding: .utf8) }
    for file in tables.files {
        try file.text.write(toFile: "\(target)/\(file.name)", atomically: true, encoding: .utf8)
    }
} catch {
    print("proto-tables: \(error)")
    exit(1)
}
