/// An error that `fleet-telemetry explain` knows.
package protocol SymptomaticError: Error {
    var symptom: SymptomCode { get }
}
