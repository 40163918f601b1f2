internal import LinuxSystem
package import Symptoms

extension SpoolFailure: SymptomaticError {
    package var symptom: SymptomCode {
        switch self {
        case .limitReached: .spoolLimitReached
        case .diskFull: .spoolDiskFull
        case .unwritable, .unreadable: .spoolUnwritable
        case .tooLarge: .recordTooBig
        case .crowded, .closed: .spoolSlow
        }
    }
}

extension SpoolOpeningError: SymptomaticError {
    package var symptom: SymptomCode {
        switch reason {
        case .inUse: .spoolLocked
        case .unusable(let error): error.isLackOfRoom ? .spoolDiskFull : .spoolUnwritable
        }
    }
}
