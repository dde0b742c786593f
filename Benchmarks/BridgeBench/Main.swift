import AMQPBridge
import Foundation

@main struct Main {
    static func main() async throws {
        let c = try await AMQPConnection.connect(
            AMQPConfiguration(urls: ProcessInfo.processInfo.environment["AMQP_URL"] ?? ""))
        try await c.declare(Exchange("t.x", .topic))
        print(try await c.declare(Queue("t.q", type: .quorum)))
        try await c.bind(Binding("t.q", to: "t.x", key: "a.#"))
        do { try await c.declare(Queue("t.q", type: .classic)) } catch { print(error) }
        do { try await c.publish(Publishing(exchange: "t.x", routingKey: "b", body: [1, 2, 3])) } catch { print(error) }
        let n = Int(CommandLine.arguments.dropFirst().first ?? "10000")!
        var p = MessageProperties(); p.messageID = "x"
        let pub = Publishing(exchange: "t.x", routingKey: "a.b", properties: p, body: Array(repeating: 65, count: 512))
        let t0 = ContinuousClock.now
        var r0 = rusage(); getrusage(RUSAGE_SELF.rawValue == 0 ? 0 : 0, &r0)
        await withTaskGroup(of: Void.self) { g in
            for _ in 0..<256 {
                g.addTask { for _ in 0..<(n / 256) { do { try await c.publish(pub) } catch { print(error) } } }
            }
        }
        var r1 = rusage(); getrusage(RUSAGE_SELF.rawValue == 0 ? 0 : 0, &r1)
        func cpu(_ r: rusage) -> Double {
            Double(r.ru_utime.tv_sec + r.ru_stime.tv_sec) * 1e6 + Double(r.ru_utime.tv_usec + r.ru_stime.tv_usec)
        }
        print("publish", ContinuousClock.now - t0, "cpu us/msg", (cpu(r1) - cpu(r0)) / Double(n / 256 * 256))
        let t1 = ContinuousClock.now
        getrusage(RUSAGE_SELF.rawValue == 0 ? 0 : 0, &r0)
        let consumer = try await c.consume("t.q", prefetch: 256)
        var got = 0
        for try await batch in consumer {
            for d in batch { consumer.settle(d.tag, .ack); got += 1 }
            if got >= n / 256 * 256 { break }
        }
        getrusage(RUSAGE_SELF.rawValue == 0 ? 0 : 0, &r1)
        print("consume", got, ContinuousClock.now - t1, "cpu us/msg", (cpu(r1) - cpu(r0)) / Double(got))
        await c.close()
        let c2 = try await AMQPConnection.connect(
            AMQPConfiguration(urls: ProcessInfo.processInfo.environment["AMQP_URL"] ?? ""))
        print(try await c2.inspect("t.q") as Any)
        try await c2.delete("t.q" as QueueName)
        print(try await c2.inspect("t.q") as Any)
        await c2.close()
    }
}
