import Doctor
import Symptoms
import Testing

/// One thing that is broken, and the one cause that has to be named first.
struct BrokenSetup: Sendable, CustomTestStringConvertible {
    let name: String
    let cause: SymptomCode
    /// Breaks the stage for real, and says what is examined.
    let make: @Sendable (Stage) throws -> DoctorRequest

    init(_ name: String, _ cause: SymptomCode, _ make: @escaping @Sendable (Stage) throws -> DoctorRequest) {
        self.name = name
        self.cause = cause
        self.make = make
    }

    var testDescription: String { name }

    /// All that need no rights.
    static let all = certificates + authorities + network + admission + machine + records + publicKeys + vehicleFiles
}
