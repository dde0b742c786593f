import Hummingbird
import Ledger
import ServiceHost
import ShopEvents

/// The board's page and everything behind it.
struct Board {
    let configuration: BoardConfiguration
    let ledger: EventLedger
    let doors: [ShopService: ServiceDoor]
    let desk: LetterDesk
    let lookout: Lookout

    init(_ host: ServiceHost, _ configuration: BoardConfiguration) {
        self.configuration = configuration
        ledger = host.ledger
        doors = configuration.addresses.mapValues { ServiceDoor(address: $0) }
        desk = LetterDesk(configuration.asOperator)
        let queues = QueueLook(host.configuration, asOperator: configuration.asOperator, letters: desk)
        lookout = Lookout(doors, queues, desk, host.ledger)
    }

    func add(to router: Router<ServiceRequestContext>) {
        PageRoutes.add(to: router, canSettle: configuration.token != nil)
        StreamRoute.add(to: router, over: lookout)
        StoryRoute.add(to: router, over: ledger, asking: doors)
        LetterRoutes.add(to: router, over: desk, token: configuration.token)
    }
}
