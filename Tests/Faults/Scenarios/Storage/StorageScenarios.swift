import ShopEvents
import ShopRunning

extension Scenario {
    static let ofStorage: [Scenario] = [databaseLocked, diskFull]

    static let databaseLocked = Scenario(
        name: "database-locked", family: .storage,
        summary: "somebody else holds each service's database locked for ten seconds",
        setting: Setting(mailServer: [])
    ) { drill in
        var locks: [DatabaseLock] = []
        let result = await Result<Void, any Error>.of {
            for service in ShopService.fromTheEnd {
                locks.append(try await DatabaseLock.take(on: service, of: drill.shop))
                try await drill.handsSomething(to: service)
            }
            let begin = ContinuousClock.now
            try await drill.noticed(since: begin)
            try await Task.sleep(until: begin + .seconds(10), clock: .continuous)
            try await drill.stillNotReady()
        }
        for lock in locks { await lock.release() }
        try result.get()
        try await drill.clean()
    }

    static let diskFull = Scenario(
        name: "disk-full", family: .storage,
        summary: "each service's disk is filled to the last byte, and has room again",
        setting: Setting(mailServer: [], diskSize: 32), needs: [Need(missing: SmallDisk.obstacle)]
    ) { drill in
        for service in ShopService.fromTheEnd {
            let begin = ContinuousClock.now
            try await drill.shop.smallDisk(of: service).fill()
            // What was freed inside the database still takes a little: only that it says so proves that it is full.
            try await drill.noticed(by: [service], since: begin)
        }
        try await drill.pause(upTo: .seconds(3))
        try await drill.stillNotReady()
        for service in ShopService.fromTheEnd { try await drill.shop.smallDisk(of: service).free() }
        try await drill.clean()
    }
}

extension ShopService {
    /// Nobody in it gets work from those before: so each still has some when its own turn comes.
    fileprivate static let fromTheEnd: [ShopService] = [.notify, .shipping, .inventory, .order]
}

extension Drill {
    /// Waits until there is something new that the service has to handle.
    fileprivate func handsSomething(to service: ShopService) async throws {
        switch service {
        case .order: try await flow(5)
        case .inventory, .notify: try await hears(5, "order.created")
        // Not just anything from Inventory: what was rejected is none of its business.
        case .shipping: try await hears(5, "inventory.updated")
        case .board: break
        }
    }

    private func hears(_ count: Int, _ kind: String) async throws {
        let goal = number(of: kind) + count
        try await waitFor("\(count) more events \(kind)", within: .seconds(30)) { number(of: kind) >= goal }
    }

    private func number(of kind: String) -> Int {
        tap.read { $0.stories.values.count { $0.kinds.contains(kind) } }
    }

    /// The fault held until now.
    fileprivate func stillNotReady() async throws {
        for service in ShopService.workers where try await shop.isReady(service) {
            throw CommandFailed(description: "the fault never took hold: \(service) is ready")
        }
    }
}
