/// The version of this program, written here alone.
package enum ProductVersion {
    package static let text = "0.1.0"
}
