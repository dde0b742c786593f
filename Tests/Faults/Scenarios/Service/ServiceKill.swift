import ShopEvents
import ShopRunning

extension Scenario {
    static let serviceKill = Scenario(
        name: "service-kill", family: .service,
        summary: "each service is killed (-9) at random instants, and started again"
    ) { drill in
        let kills = drill.order.isLong ? LongForm.serviceKills : 12
        for index in 0..<kills {
            // Everybody's turn comes, in an order of its own.
            let service = ShopService.workers[index % ShopService.workers.count]
            try await drill.flow(toShare: Double(index) / Double(kills))
            try await drill.pause(upTo: .milliseconds(300))
            try await drill.shop.kill(service)
            await drill.killed(service.rawValue)
            try await drill.shop.start([service], waiting: false)
            try await drill.clean([service])
        }
    }

    static let servicesDown = Scenario(
        name: "services-down", family: .service,
        summary: "all services are down, some ended and some killed, while customers go on placing orders"
    ) { drill in
        for service in await drill.shuffle(ShopService.workers) {
            if await drill.choose(2) == 0 {
                try await drill.shop.kill(service)
                await drill.killed(service.rawValue)
            } else {
                try await drill.end(service)
            }
        }
        // Nobody but the broker is needed to place an order, and nobody is there to do anything about it.
        let ended = drill.tap.read { $0.endedCount }
        try await drill.flow(40)
        try await waitFor("40 orders to wait") { drill.tap.read { $0.open.count } >= 40 }
        guard drill.tap.read({ $0.endedCount }) == ended else {
            throw CommandFailed(description: "the fault never took hold: orders went on with all services down")
        }
        try await drill.shop.start(waiting: false)
        try await drill.clean()
    }
}
