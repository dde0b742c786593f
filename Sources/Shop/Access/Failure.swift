import AMQPBridge
import ArgumentParser

/// Why a command ends without having done what it was asked, in words for whoever typed it.
struct Failure: Error, Equatable {
    var message: String
    var exitCode: ExitCode

    static let unreachableCode = ExitCode(69)

    /// It was tried and did not work (exit code 1).
    static func failed(_ message: String) -> Failure { Failure(message: message, exitCode: .failure) }

    /// A setting cannot be used as it is (exit code 64).
    static func wrongUsage(_ message: String) -> Failure { Failure(message: message, exitCode: .validationFailure) }

    /// Nobody answers there (exit code 69, "unavailable").
    static func unreachable(_ message: String) -> Failure { Failure(message: message, exitCode: unreachableCode) }
}

extension Failure {
    /// Nil for errors that are ArgumentParser's own business.
    init?(_ error: any Error) {
        switch error {
        case let failure as Failure: self = failure
        case let error as AMQPError: self.init(error)
        default: return nil
        }
    }

    init(_ error: AMQPError) {
        switch error.code {
        case .unreachable, .connectionLost, .timeout: self = .unreachable(error.message)
        case .invalidConfiguration: self = .wrongUsage(error.message)
        default: self = .failed(error.message)
        }
    }
}
