import AMQPBridge
import Foundation
import Glibc
import Logging
import Synchronization

/// A file of spans, many to a line and a write. A file that has grown large is put aside under its name with `.1` behind it,
/// once: what was there before goes.
final class TraceFile: Sendable {
    /// So long they gather, so that many share a write.
    private static let gathering = Duration.milliseconds(100)
    /// In memory at most; then spans are dropped: a full disk must not fill memory.
    private static let maxGathered = 16_384
    private static let largest = 256 << 20

    private let path: String
    private let service: String
    private let spans = Mutex<[OTLP.Span]>([])
    private let output: Mutex<FileHandle>
    private let logger: Logger
    private let hasFailed = Atomic(false)
    /// Says that there is something to write; who ends a span never waits for a disk.
    private let (arrivals, arrival) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))

    /// - Parameter path: appended to; made when missing, for the owner alone.
    /// - Throws: `invalidConfiguration` when it cannot be written.
    init(path: String, service: String, logger: Logger) throws(AMQPError) {
        self.path = path
        self.service = service
        self.logger = logger
        output = Mutex(try Self.open(path))
    }

    private static func open(_ path: String) throws(AMQPError) -> FileHandle {
        let descriptor = Glibc.open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw AMQPError(
                .invalidConfiguration, "TRACE_FILE: \(path) cannot be written: \(String(cString: strerror(errno)))")
        }
        return FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    }

    func add(_ span: OTLP.Span) {
        let isFirst = spans.withLock { spans in
            if spans.count < Self.maxGathered { spans.append(span) }
            return spans.count == 1
        }
        if isFirst { arrival.yield() }
    }

    /// Writes what arrives, until cancelled; what is left then is for `flush()`.
    func run() async {
        for await _ in arrivals {
            try? await Task.sleep(for: Self.gathering)
            flush()
        }
    }

    func flush() {
        output.withLock { output in
            let spans = self.spans.withLock { spans in
                defer { spans = [] }
                return spans
            }
            guard !spans.isEmpty else { return }
            do {
                let line = try PlainJSON.encode(OTLP.data(spans, of: service)) + [UInt8(ascii: "\n")]
                if try output.seekToEnd() > UInt64(Self.largest) { output = try rotated() }
                try output.write(contentsOf: Data(line))
                hasFailed.store(false, ordering: .relaxed)
            } catch {
                guard !hasFailed.exchange(true, ordering: .relaxed) else { return }
                logger.warning("Spans are lost", metadata: ["file": .string(path), "error": .string("\(error)")])
            }
        }
    }

    private func rotated() throws -> FileHandle {
        guard rename(path, path + ".1") == 0 else {
            throw AMQPError(.invalidConfiguration, "\(path) cannot be put aside: \(String(cString: strerror(errno)))")
        }
        return try Self.open(path)
    }
}
