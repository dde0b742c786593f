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
                    var batch = Array(repeating: Message.template, count: batchSize)
                    for start in stride(from: task * batchSize, to: count, by: tasks * batchSize) {
                        batch.removeLast(max(0, start + batchSize - count))
                        for index in batch.indices { batch[index].properties.messageID = String(start + index) }
                        let outcomes = await connection.publish(contentsOf: batch)
                        for (index, outcome) in outcomes.enumerated() where !outcome.isConfirmed {
                            throw Wrong(description: "\(batch[index].properties.messageID ?? ""): \(outcome)")
                        }
                    }
                }
            }
            try await group.waitForAll()
        }
    }
}
