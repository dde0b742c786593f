import AMQPBridge
import Measure

private let batchSize = 128

/// Batches of 128; without `tasks`, as many at once as fill the window.
func measurePublishBatch(
    _ connection: AMQPConnection, _ count: Int, tasks: Int = Message.window / batchSize
) async throws -> Measured {
    try await Measured.measure {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for task in 0..<tasks {
                group.addTask {
                    for start in stride(from: task * batchSize, to: count, by: tasks * batchSize) {
                        let batch = (start..<min(start + batchSize, count)).map(Message.make)
                        for (publishing, outcome) in zip(batch, await connection.publish(contentsOf: batch)) {
                            if let error = outcome.error(for: publishing) { throw error }
                        }
                    }
                }
            }
            try await group.waitForAll()
        }
    }
}
