import AMQPBridge
import AMQPBridgeTesting
import Foundation
import Ledger
import Logging
import ShopEvents

@testable import InventorySvc
@testable import NotifySvc
@testable import OrderSvc
@testable import ShippingSvc

/// The four services' databases. One set serves many seeds: each has orders and products of its own.
final class ShopStage: Sendable {
    let order: EventLedger
    let inventory: EventLedger
    let shipping: EventLedger
    let notify: EventLedger
    private let templates: MailTemplates
    private let folder: String

    init() throws {
        // In memory where there is such a folder: what is tested here is the order of things, not the disk.
        let parent = FileManager.default.fileExists(atPath: "/dev/shm") ? "/dev/shm" : NSTemporaryDirectory()
        let folder = "\(parent)/simulation-\(UUIDv7())"
        func ledger(_ service: ShopService, _ migrations: [Migration]) throws -> EventLedger {
            try EventLedger(
                path: "\(folder)/\(service.rawValue).db", migrations: migrations,
                encoder: EventEncoder(source: service.source), logger: Logger(label: service.rawValue))
        }
        self.folder = folder
        templates = try MailTemplates()
        order = try ledger(.order, OrderStore.migrations)
        inventory = try ledger(.inventory, StockStore.migrations)
        shipping = try ledger(.shipping, ShipmentStore.migrations)
        notify = try ledger(.notify, MailStore.migrations)
        OrderHandlers.register(on: order)
        InventoryHandlers.register(on: inventory)
        ShippingHandlers.register(on: shipping)
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    /// The shop's services in a world, each on its own queue.
    ///
    /// - Returns: the inventory's bus, whose stock is set by hand, and the mails that leave.
    func enter(_ world: SimulatedWorld) -> (inventory: SimulatedBus, mails: SimulatedMail) {
        func bus(_ service: ShopService) -> SimulatedBus {
            world.service(
                service.topology(queueType: .quorum, ladder: .standard), encoder: EventEncoder(source: service.source))
        }
        for (service, ledger) in [(ShopService.order, order), (.shipping, shipping)] {
            attach(ledger, to: bus(service))
        }
        let shelf = bus(.inventory)
        attach(inventory, to: shelf)
        let mails = SimulatedMail(world)
        NotifyHandlers(ledger: notify, outlet: mails, templates: templates).register(on: bus(.notify))
        return (shelf, mails)
    }

    private func attach(_ ledger: EventLedger, to bus: SimulatedBus) {
        ledger.attach(to: bus)
        bus.chore { try await ledger.sendOnce(to: $0) }
    }
}
