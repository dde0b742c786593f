import AMQPBridgeTesting
import Synchronization

@testable import NotifySvc

/// A mail server that fails now and then, before it has taken a mail or after that.
final class SimulatedMail: MailOutlet {
    private let world: SimulatedWorld
    private let taken = Mutex<[String: Set<Mail>]>([:])

    /// Mails with one Message-ID are one mail, however often they come.
    private struct Mail: Hashable {
        var kind: String
        var id: String
    }

    init(_ world: SimulatedWorld) { self.world = world }

    func send(_ message: MailMessage) async throws {
        try world.mayFail("the mail server, before it has the mail,")
        let mail = Mail(kind: message.eventType, id: "\(message.id)")
        _ = taken.withLock { $0[message.orderID, default: []].insert(mail) }
        try world.mayFail("the mail server's answer")
    }

    /// Of each order, by the routing keys of the events they tell of; two of one kind are two.
    var sent: [String: [String]] {
        taken.withLock { $0.mapValues { $0.map(\.kind).sorted() } }
    }
}
