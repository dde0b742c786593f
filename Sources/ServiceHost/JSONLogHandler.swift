import AMQPBridge
import Foundation
import Logging

/// One JSON object a line, for machines that collect logs.
struct JSONLogHandler: LogHandler {
    let label: String
    var logLevel: Logger.Level
    var metadataProvider: Logger.MetadataProvider?
    var metadata: Logger.Metadata = [:]

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        guard let line = line(event, at: .now) else { return }
        // One write a line, so that lines of several threads do not mix.
        try? FileHandle.standardError.write(contentsOf: line)
    }

    /// The line with its end.
    func line(_ event: LogEvent, at time: RFC3339Time) -> Data? {
        let around = metadataProvider?.get() ?? [:]
        var fields = around.merging(metadata) { $1 }.merging(event.metadata ?? [:]) { $1 }.mapValues(\.description)
        fields["time"] = time.description
        fields["level"] = event.level.rawValue
        fields["service"] = label
        fields["message"] = event.message.description
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let object = try? encoder.encode(fields) else { return nil }
        return object + [UInt8(ascii: "\n")]
    }
}
