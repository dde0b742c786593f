import AMQPBridge
import Foundation
import Testing

@Suite("A bus passes the places where it can be made to die", .timeLimit(.minutes(1)))
struct CrashPointTests {
    @Test(
        "each of its own",
        arguments: [
            "before-receive", "after-receive", "before-handler", "after-handler", "before-ack", "after-ack",
            "before-ack:3",
        ])
    func dies(at point: String) async throws {
        await #expect(processExitsWith: .signal(SIGKILL)) { [point = point as String] in
            try CrashPoint(point).arm()
            let depot = try Depot()
            depot.bus.on(Crate.self) { crate, context in
                depot.done.add(crate, context)
                return []
            }
            try await depot.running {
                for number in 1...3 {
                    try depot.send([Crate(number)])
                    try await depot.passTime("it is handled") { depot.done.count == number && depot.isDone }
                }
            }
        }
    }
}
