package import LinuxSystem

/// The little of a file system that a spool needs: one directory of plain files.
///
/// Tests replace it by one that crashes. Implementations are used by several threads at once.
package protocol SpoolStorage: Sendable {
    /// For people: the directory.
    var location: String { get }

    /// Makes the directory where it is missing and takes its lock.
    func acquire() throws(SpoolOpeningError)
    /// Lets the lock go.
    func release()

    /// Names of the files, sorted.
    func names() throws(SystemCallError) -> [String]
    /// Makes a file; ``LinuxSystem/SystemCallError/exists`` when there is one.
    func create(_ name: String) throws(SystemCallError) -> any SpoolFile
    func open(_ name: String, isWriting: Bool) throws(SystemCallError) -> any SpoolFile
    /// Puts a whole file in place at once: after a crash there is the old one or the new one.
    func replace(_ name: String, with bytes: [UInt8]) throws(SystemCallError)
    func rename(_ name: String, to newName: String) throws(SystemCallError)
    /// One that is not there is no error.
    func remove(_ name: String) throws(SystemCallError)
    /// Makes the names durable.
    func syncNames() throws(SystemCallError)

    /// What the disk has left; nil where nobody knows.
    var freeBytes: Int? { get }
}

/// An open file of a ``SpoolStorage``, closed when the last reference goes.
package protocol SpoolFile: AnyObject, Sendable {
    func size() throws(SystemCallError) -> Int
    /// Fills the range of the buffer; fewer bytes only at the end of the file.
    func read(into buffer: inout [UInt8], _ range: Range<Int>, at offset: Int) throws(SystemCallError) -> Int
    /// Writes all of the bytes; after an error some may stand.
    func write(_ bytes: [UInt8], at offset: Int) throws(SystemCallError)
    func cut(to bytes: Int) throws(SystemCallError)
    /// Makes content and length durable.
    func sync() throws(SystemCallError)
    /// Takes disk room without changing the length. Returns the error when there is none.
    func reserve(_ range: Range<Int>) -> SystemCallError?
}
