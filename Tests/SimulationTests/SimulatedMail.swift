import AMQPBridge
import AMQPBridgeTesting
import Foundation
import Ledger
import ShopEvents

@testable import NotifySvc

/// Notify's handlers in a world, and the mails that have left.
struct SimulatedMail: Sendable {
    /// A maildir of this world alone.
    let folder: String

    func register(on bus: SimulatedBus, _ ledger: EventLedger, _ world: SimulatedWorld) throws {
        let outlet = MaildirOutlet(maildir: Maildir(folder))
        NotifyHandlers(ledger: ledger, outlet: outlet, templates: try MailTemplates()).register(on: bus)
    }

    /// Of each order, by the routing keys of the events they tell of; two of one kind are two.
    func sent() throws -> [String: [String]] {
        let new = "\(folder)/new"
        guard FileManager.default.fileExists(atPath: new) else { return [:] }
        var sent: [String: [String]] = [:]
        for name in try FileManager.default.contentsOfDirectory(atPath: new) {
            let mail = String(decoding: try Data(contentsOf: URL(filePath: "\(new)/\(name)")), as: UTF8.self)
            let fields = mail.split(separator: "\r\n").prefix(20)
            func field(_ name: String) -> String {
                fields.first { $0.hasPrefix("\(name): ") }.map { String($0.dropFirst(name.count + 2)) } ?? ""
            }
            sent[field("X-Order-Id"), default: []].append(field("X-Event-Type"))
        }
        try FileManager.default.removeItem(atPath: folder)
        return sent.mapValues { $0.sorted() }
    }
}
