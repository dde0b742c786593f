import Foundation
import ShopEvents
import ShopRunning

// A frozen service has its hands full: its queue delivers until the prefetch is reached.
extension Scenario {
    /// So few that a second's orders fill them.
    private static let shortHands = Setting(environment: ["AMQP_PREFETCH": "10"])

    static let serviceTerm = Scenario(
        name: "service-term", family: .service,
        summary: "SIGTERM finds each service with its hands full, twice: it ends in order within 10 s",
        setting: shortHands
    ) { drill in
        for _ in 0..<2 {
            for service in await drill.shuffle(ShopService.workers) {
                try await drill.freeze(service)
                try await drill.end(service)
                try await drill.shop.start([service], waiting: false)
                try await drill.clean([service])
            }
        }
    }

    static let serviceFreeze = Scenario(
        name: "service-freeze", family: .service,
        summary:
            "all services are frozen (SIGSTOP) with their hands full until the broker has dropped them, then thawed",
        setting: shortHands
    ) { drill in
        // Who frozen keeps the others from work comes last.
        for service in await drill.shuffle([ShopService.notify, .shipping]) + [.inventory, .order] {
            try await drill.freeze(service)
        }
        for service in ShopService.workers {
            // RabbitMQ drops a client that was silent for two to three heartbeats.
            try await waitFor("the broker to drop \(service)", within: .seconds(45), every: .milliseconds(300)) {
                try await drill.shop.queue(of: service).consumers == 0
            }
        }
        for service in await drill.shuffle(ShopService.workers) { await drill.shop.signal(service, SIGCONT) }
        try await drill.clean()
    }
}

extension Drill {
    /// SIGSTOP, and waits until it has as much in hand as it may: then something waits in its queue besides.
    func freeze(_ service: ShopService) async throws {
        await shop.signal(service, SIGSTOP)
        try await waitFor("\(service) to have its hands full", every: .milliseconds(300)) {
            let queue = try await shop.queue(of: service)
            return queue.ready > 0 && queue.consumers == 1
        }
    }

    /// SIGTERM.
    ///
    /// - Throws: when it takes longer than 10 s, or ends otherwise than in order.
    func end(_ service: ShopService) async throws {
        let code = try await shop.stop(service, within: .seconds(10))
        guard code == 0 else {
            throw CommandFailed(description: "\(service) ended with \(code): \(shop.log(of: service).suffix(500))")
        }
    }
}
