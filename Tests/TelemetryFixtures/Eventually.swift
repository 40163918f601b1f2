internal import Glibc

/// Looks until the condition holds, for things that nobody announces; false when it does not within a minute.
///
/// The minute is for machines that do many things at once: it decides how soon a failure is told, and nothing else.
/// Between two looks the thread sleeps, so that tests that wait leave the processors to those that work.
@discardableResult
package func eventually(_ condition: () throws -> Bool) rethrows -> Bool {
    for _ in 0..<60_000 {
        if try condition() { return true }
        usleep(1000)
    }
    return false
}
