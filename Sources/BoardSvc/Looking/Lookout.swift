import Ledger
import ShopEvents

/// All there is to watch.
struct Lookout: Sendable {
    /// What is going on, four times a second at most, however much that is.
    let flow: SharedLook
    let shop: SharedLook
    let pace: SharedLook
    let letters: SharedLook

    init(
        _ doors: [ShopService: ServiceDoor], _ queues: QueueLook, _ desk: LetterDesk, _ ledger: EventLedger
    ) {
        let shopLook = ShopLook(health: HealthLook(doors: doors), queues: queues)
        let flowLook = FlowLook(ledger)
        let paceLook = PaceLook(ledger: ledger)
        flow = SharedLook("flow", every: Self.flowPeriod) { try await flowLook.look() }
        shop = SharedLook("shop", every: Self.shopPeriod) { await shopLook.look() }
        pace = SharedLook("pace", every: Self.pacePeriod) { try await paceLook.look() }
        letters = SharedLook("letters", every: Self.lettersPeriod) { await desk.look() }
    }

    static let flowPeriod = Duration.milliseconds(250)
    static let shopPeriod = Duration.seconds(1)
    static let pacePeriod = Duration.seconds(1)
    static let lettersPeriod = Duration.milliseconds(500)
}
