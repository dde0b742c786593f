import Foundation

/// Whether all was asked for (`deploy/test --all`): what takes long for the little that it sees is not tried with every
/// commit.
package enum Thorough {
    package static let isWanted = ProcessInfo.processInfo.environment["SHOP_TESTS_ALL"] == "1"

    package static func choose<Value>(_ all: Value, else usual: Value) -> Value { isWanted ? all : usual }
}
