import ShopEvents
import ShopRunning

extension Scenario {
    static let ofServices: [Scenario] = [serviceKill]

    static let serviceKill = Scenario(
        name: "service-kill", family: .service,
        summary: "each service is killed (-9) at random instants, and started again"
    ) { drill in
        let kills = drill.order.isLong ? LongForm.serviceKills : 12
        for index in 0..<kills {
            // Everybody's turn comes, in an order of its own.
            let service = ShopService.allCases[index % ShopService.allCases.count]
            try await drill.flow(toShare: Double(index) / Double(kills))
            try await drill.pause(upTo: .milliseconds(300))
            try await drill.shop.kill(service)
            await drill.killed(service.rawValue)
            try await drill.shop.start([service], waiting: false)
            try await drill.clean([service])
        }
    }
}
