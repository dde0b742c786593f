import Foundation
import ShopEvents
import ShopRunning

extension Scenario {
    static let ofPoison: [Scenario] = [poisonThrow, poisonCrash, poisonHang]

    static let poisonThrow = Scenario(
        name: "poison-throw", family: .poison, summary: "an order that each service's handler fails at, every time",
        setting: poisoned("throw", ShopService.workers)
    ) { drill in
        let letters = try await drill.parkPoison(in: ShopService.workers)
        for letter in letters where letter.attempts != 5 || !letter.error.contains("POISON") {
            throw CommandFailed(description: "neither five calls nor the reason: \(letter)")
        }
        await drill.note("parked after 5 calls, replayed, at its end")
        try await drill.clean()
        try await drill.cure(ShopService.workers)
    }

    static let poisonCrash = Scenario(
        name: "poison-crash", family: .poison, summary: "an order that kills the process that handles it, every time",
        setting: poisoned("crash", fragile)
    ) { drill in
        for letter in try await drill.parkPoison(in: fragile) where letter.error != "delivery_limit" {
            throw CommandFailed(description: "not parked by the delivery limit: \(letter)")
        }
        try await drill.ended(fragile, with: 128 + SIGKILL)
        try await drill.clean()
        try await drill.cure(fragile)
    }

    static let poisonHang = Scenario(
        name: "poison-hang", family: .poison, summary: "an order that handlers never come back from",
        // Notify's handler is left behind ten seconds after it was cancelled: once more is enough.
        setting: poisoned("hang", fragile, ladder: "1s")
    ) { drill in
        for letter in try await drill.parkPoison(in: fragile)
        where letter.service == "inventory" && letter.error != "delivery_limit" {
            throw CommandFailed(description: "not parked by the delivery limit: \(letter)")
        }
        try await drill.ended([.inventory], with: 70)
        try await drill.clean()
        try await drill.cure(fragile)
    }

    /// One with a ledger's handler, and the one without.
    private static let fragile: [ShopService] = [.inventory, .notify]

    private static func poisoned(_ effect: String, _ services: [ShopService], ladder: String? = nil) -> Setting {
        var setting = Setting(restartsWhatEnds: effect != "throw")
        if let ladder { setting.ladder = ladder }
        for service in services {
            setting.serviceEnvironment[service] = [
                "POISON": "\(effect):\(service.poisonOrder)", "HANDLER_LIMIT": "1s",
            ]
        }
        return setting
    }
}

extension ShopService {
    /// The order that this service cannot stand.
    fileprivate var poisonOrder: String {
        "00000000-0000-4000-8000-00000000000\(Self.allCases.firstIndex(of: self) ?? 0)"
    }
}

extension Drill {
    /// Places the poison, and waits until it lies among the dead letters of each of these services, and nothing else
    /// does.
    @discardableResult
    fileprivate func parkPoison(in services: [ShopService]) async throws -> [LetterRow] {
        for service in services { try await customers.place(service.poisonOrder) }
        let due = Set(services.flatMap(\.poisonLetters))
        let letters = try await waitFor("the dead letters \(due.sorted())", within: .seconds(180)) {
            let letters = try await self.letters()
            let names = Set(
                letters.compactMap { row in row.eventId.map { "\(row.service) \(row.routingKey) \(self.order(of: $0))" }
                })
            return names == due ? letters : nil
        }
        return letters
    }

    private func order(of eventID: String) -> String { tap.read { $0.orderID(ofEvent: eventID) } ?? "of nobody" }

    /// The process ended like that, as often as the broker delivers an event, and no other way.
    fileprivate func ended(_ services: [ShopService], with code: Int32) async throws {
        for service in services {
            let codes = await shop.ends[service] ?? []
            guard codes.count >= 20, codes.allSatisfy({ $0 == code }) else {
                throw CommandFailed(description: "\(service) ended with \(codes) instead of 20 times with \(code)")
            }
            note("\(service) ended \(codes.count) times with \(code), and its poison was parked")
        }
    }

    /// What was wrong with them is mended, and the letters go back to where they came from.
    fileprivate func cure(_ services: [ShopService]) async throws {
        for service in services {
            _ = try await shop.stop(service)
            await shop.setEnvironment([:], of: service)
            try await shop.start([service], waiting: false)
        }
        try await shop.start(services)
        _ = try await shop.command("dead", "replay", "--all").checked()
        try await waitFor("the poisoned orders to end", within: .seconds(30)) {
            let stories = tap.read { $0.stories }
            return services.allSatisfy { stories[$0.poisonOrder]?.ends == [.shipped] }
        }
    }
}

extension ShopService {
    /// What becomes a dead letter of this service: service, routing key, order.
    fileprivate var poisonLetters: [String] {
        let keys =
            switch self {
            case .order: ["order.place"]
            case .inventory: ["order.created"]
            case .shipping: ["inventory.updated"]
            case .notify: ["order.created", "shipping.started"]
            case .board: []
            }
        return keys.map { "\(rawValue) \($0) \(poisonOrder)" }
    }
}
