import AMQPBridge
import ShopEvents

/// How a service is, by its own word.
struct HealthLook: Sendable {
    enum State: String, Encodable, Sendable {
        case ready
        /// It says itself that something is in its way.
        case unready
        /// It does not answer.
        case down
    }

    struct Health: Encodable, Sendable {
        var state: State
        /// Why it is not ready.
        var obstacles: [String]
        /// Deliveries in hand and not settled; nil when it does not say.
        var unacked: Int?
        /// Events that are committed and not sent; nil when it does not say.
        var outbox: Int?
    }

    private struct Report: Decodable {
        var obstacles: [String]
    }

    let doors: [ShopService: ServiceDoor]

    /// All of them at the same time.
    func look() async -> [ShopService: Health] {
        await withTaskGroup(of: (ShopService, Health).self) { group in
            for (service, door) in doors { group.addTask { (service, await Self.health(door)) } }
            return await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
    }

    private static func health(_ door: ServiceDoor) async -> Health {
        do throws(ServiceDoor.Failure) {
            async let metrics = door.get("/metrics")
            let (status, body) = try await door.get("/health/ready")
            guard let report = try? PlainJSON.decode(Report.self, from: body), status == 200 || status == 503 else {
                throw ServiceDoor.Failure(reason: "what answers is not a service of this shop")
            }
            let text = (try? await metrics).map { String(decoding: $0.body, as: UTF8.self) } ?? ""
            return Health(
                state: status == 200 ? .ready : .unready, obstacles: report.obstacles,
                unacked: MetricText.value(of: "amqpbridge_in_flight", in: text),
                outbox: MetricText.value(of: "ledger_outbox_events", in: text))
        } catch {
            return Health(state: .down, obstacles: [error.reason])
        }
    }
}

/// Prometheus' text format, as far as a number without labels needs it. Pure.
enum MetricText {
    /// Nil when it is not there, or not a whole number.
    static func value(of name: String, in text: String) -> Int? {
        for line in text.split(separator: "\n") where line.hasPrefix(name + " ") {
            return Double(line.dropFirst(name.count + 1)).flatMap { Int(exactly: $0) }
        }
        return nil
    }
}
