/// Ends a program of the bench: its text says what is wrong.
package struct Wrong: Error, CustomStringConvertible {
    package var description: String

    package init(description: String) { self.description = description }
}
