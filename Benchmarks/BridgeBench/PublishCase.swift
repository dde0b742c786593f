import AMQPBridge
import Measure

/// One async call a message: every task waits for its message's confirm before it sends the next.
func measurePublish(_ connection: AMQPConnection, _ count: Int) async throws -> Measured {
    try await Measured.measure {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for task in 0..<Message.window {
                group.addTask {
                    var publishing = Message.template
                    for number in stride(from: task, to: count, by: Message.window) {
                        publishing.properties.messageID = String(number)
                        try await connection.publish(publishing)
                    }
                }
            }
            try await group.waitForAll()
        }
    }
}
