// Writes the reference page of symptoms.
// Usage, from the repository's root: swift run symptom-page Sources/FleetTelemetry/FleetTelemetry.docc/Symptoms.md

import FoundationEssentials
import Symptoms

try SymptomPage.markdown.write(toFile: CommandLine.arguments[1], atomically: true, encoding: .utf8)
